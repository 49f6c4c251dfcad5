package org.lvs4j.examples.standalone;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * An archive of the classes of {@code lvsd}, with which its JVM starts in two thirds of the time. Each JVM that runs tests
 * makes one when it starts its first brief daemon. A JVM that cannot use the archive starts without it.
 */
final class SharedClasses {
    private static final Path ARCHIVE = Daemon.SCRIPTS
            .resolve("target")
            .resolve("lvsd-" + ProcessHandle.current().pid() + ".jsa");
    // The JVM would print why it does not use an archive.
    private static final String NO_LOG = " -Xlog:cds*=off";
    private static final String OPTIONS = make();

    private SharedClasses() {}

    /** Those of {@link Daemon#BRIEF}, and the archive. */
    static String options() {
        return OPTIONS;
    }

    /** Keeps what a daemon loads that serves one service and ends. */
    private static String make() {
        ARCHIVE.toFile().deleteOnExit();
        try {
            Path directory = Files.createTempDirectory("lvs4j-classes");
            Path rules = Files.writeString(directory.resolve("rules"), "-A -t 127.0.0.1:" + FreePort.next() + "\n");
            try (Daemon lvsd = Daemon.launch(
                    directory,
                    directory.resolve("lvsd.sock"),
                    Daemon.BRIEF + NO_LOG + " -XX:ArchiveClassesAtExit=" + ARCHIVE,
                    List.of(),
                    rules)) {
                lvsd.signal("TERM");
                lvsd.awaitExit();
            }
            try (Stream<Path> files = Files.walk(directory)) {
                files.sorted(Comparator.reverseOrder())
                        .forEach(file -> file.toFile().delete());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return Daemon.BRIEF + NO_LOG + " -XX:SharedArchiveFile=" + ARCHIVE;
    }
}
