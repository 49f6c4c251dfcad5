package org.lvs4j.examples.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.lvs4j.netty.Transport;

/** Programs of the operating system that the integration tests run. */
final class Programs {
    private static final Duration LIMIT = Duration.ofMinutes(1);

    private Programs() {}

    /** Finds a program, or skips the test with a message. */
    static Path require(String name, String debianPackage) {
        List<String> places =
                new ArrayList<>(Arrays.asList(System.getenv("PATH").split(":")));
        places.add("/usr/sbin");
        places.add("/usr/local/sbin");
        // Debian keeps each version of PostgreSQL in a directory of its own.
        try (Stream<Path> versions = Files.list(Path.of("/usr/lib/postgresql"))) {
            versions.forEach(version -> places.add(version + "/bin"));
        } catch (IOException e) {
            // There is none.
        }
        for (String place : places) {
            Path program = Path.of(place.isEmpty() ? "." : place, name);
            if (Files.isExecutable(program)) {
                return program;
            }
        }
        String message =
                "SKIPPED: " + name + " is not installed; apt-get install " + debianPackage + " to run this test";
        System.err.println("\n*** " + message + " ***\n");
        return Assumptions.abort(message);
    }

    /** The option of {@code lvsd} for a transport; skips the test with a message where there is no such transport. */
    static String[] transportOption(Transport transport) {
        if (!transport.available()) {
            String message = "SKIPPED: transport " + transport + " is not available here";
            System.err.println("\n*** " + message + " ***\n");
            Assumptions.abort(message);
        }
        return new String[] {"--transport", transport.name().toLowerCase(Locale.ROOT)};
    }

    /** Skips the test with a message if a process may not open so many files. */
    static void requireOpenFiles(int files) throws IOException, InterruptedException {
        String limit = run("/bin/sh", "-c", "ulimit -Hn").output().trim();
        if (!limit.equals("unlimited") && Long.parseLong(limit) < files) {
            String message = "SKIPPED: a process may open " + limit + " files, this test needs " + files
                    + "; raise the hard limit (ulimit -Hn) to run it";
            System.err.println("\n*** " + message + " ***\n");
            Assumptions.abort(message);
        }
    }

    /** The output and the exit code of a program. */
    record Result(int exitCode, String output, String error) {
        /** The output of a program that must have succeeded. */
        String outputOfSuccess() {
            assertThat(exitCode).as("%s%n%s", error, output).isZero();
            return output;
        }
    }

    static Result run(String... command) throws IOException, InterruptedException {
        return run(new ProcessBuilder(command), "");
    }

    /** Runs a program until it ends, which must be within a minute. */
    static Result run(ProcessBuilder builder, String input) throws IOException, InterruptedException {
        return run(builder, input, LIMIT);
    }

    /** Runs a program until it ends, which must be within a time. */
    static Result run(ProcessBuilder builder, String input, Duration limit) throws IOException, InterruptedException {
        Path error = Files.createTempFile("lvs4j-error", null);
        try {
            Process process = builder.redirectError(error.toFile()).start();
            Thread watchdog = new Thread(() -> {
                try {
                    if (!process.waitFor(limit.toNanos(), TimeUnit.NANOSECONDS)) {
                        process.destroyForcibly();
                    }
                } catch (InterruptedException e) {
                    process.destroyForcibly();
                }
            });
            watchdog.setDaemon(true);
            watchdog.start();
            try (var stdin = process.getOutputStream()) {
                stdin.write(input.getBytes(StandardCharsets.UTF_8));
            } catch (IOException e) {
                // A program that does not read its input may end before the input is written.
                assert input.isEmpty() || process.waitFor() != 0 : e;
            }
            String output;
            try (InputStream stdout = process.getInputStream()) {
                output = new String(stdout.readAllBytes(), StandardCharsets.UTF_8);
            }
            return new Result(process.waitFor(), output, Files.readString(error));
        } finally {
            Files.delete(error);
        }
    }
}
