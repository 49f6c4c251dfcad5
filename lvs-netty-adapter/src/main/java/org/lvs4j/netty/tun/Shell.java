package org.lvs4j.netty.tun;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.lvs4j.netty.tun.NetworkFacts.Sysctls;

/**
 * Runs the commands of a set-up: those of {@code ip} as they are, {@code sysctl -w} by writing to the file that it would
 * write to.
 */
final class Shell {
    private static final long LIMIT_SECONDS = 10;
    private static final String SYSCTL = "sysctl -w ";

    /**
     * Runs a command to its end.
     *
     * @return what it printed
     * @throws TunException with what it said, if it fails
     */
    String run(String command) {
        try {
            return command.startsWith(SYSCTL) ? write(command.substring(SYSCTL.length())) : execute(command);
        } catch (IOException e) {
            throw new TunException("'" + command + "' failed: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new TunException("'" + command + "' was interrupted", e);
        }
    }

    private static String write(String assignment) throws IOException {
        int equals = assignment.indexOf('=');
        Files.writeString(Sysctls.path(assignment.substring(0, equals)), assignment.substring(equals + 1) + "\n");
        return "";
    }

    private static String execute(String command) throws IOException, InterruptedException {
        List<String> words = new ArrayList<>(List.of(command.split(" ")));
        words.set(0, program(words.get(0)));
        // A file takes whatever it prints: a pipe that nobody reads could stop it.
        File printed = Files.createTempFile("lvs-set-up", ".txt").toFile();
        try {
            Process process = new ProcessBuilder(words)
                    .redirectErrorStream(true)
                    .redirectOutput(printed)
                    .start();
            process.getOutputStream().close();
            try {
                if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
                    throw new IOException("it has not ended after " + LIMIT_SECONDS + " s");
                }
            } finally {
                process.destroyForcibly();
            }
            String text =
                    Files.readString(printed.toPath(), StandardCharsets.UTF_8).strip();
            if (process.exitValue() != 0) {
                throw new IOException(text.isEmpty() ? "exit code " + process.exitValue() : text.replace('\n', ' '));
            }
            return text;
        } finally {
            Files.delete(printed.toPath());
        }
    }

    private static String program(String name) {
        String path = System.getenv("PATH");
        for (String place : ((path == null ? "" : path + ":") + "/usr/sbin:/sbin:/usr/bin:/bin").split(":")) {
            Path program = Path.of(place.isEmpty() ? "." : place, name);
            if (Files.isExecutable(program)) {
                return program.toString();
            }
        }
        throw new TunException("the program '" + name + "' is missing; on Debian: apt-get install iproute2");
    }
}
