package org.lvs4j.benchmarks.relay;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Programs of this host. */
final class Programs {
    private Programs() {}

    /** The path of a program, or null if there is none of that name. */
    static @Nullable Path find(String name) {
        String path = System.getenv().getOrDefault("PATH", "") + ":/usr/sbin:/sbin";
        for (String folder : path.split(":")) {
            Path file = Path.of(folder, name);
            if (Files.isExecutable(file)) {
                return file;
            }
        }
        return null;
    }

    static String path(String name) throws IOException {
        Path found = find(name);
        if (found == null) {
            throw new IOException(name + " is not installed");
        }
        return found.toString();
    }

    /** What a program prints. */
    static String output(String name, String... arguments) {
        try {
            return run(concat(path(name), arguments));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Runs a command to its end; returns what it prints. */
    static String run(List<String> command) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try {
            return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } finally {
            process.destroy();
        }
    }

    static List<String> concat(String first, String... others) {
        List<String> all = new ArrayList<>(List.of(first));
        all.addAll(List.of(others));
        return all;
    }
}
