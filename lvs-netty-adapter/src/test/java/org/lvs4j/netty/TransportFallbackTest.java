package org.lvs4j.netty;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** A process that cannot unpack Netty's native libraries. */
@Tag("slow")
@EnabledOnOs(OS.LINUX)
final class TransportFallbackTest {
    @TempDir
    private Path directory;

    @Test
    void auto_nativeLibraryCannotBeUnpacked_warningNamesReasonAndRemedy() throws Exception {
        Loopback.assumeAvailable(Transport.EPOLL);
        Path log = directory.resolve("log");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        // No file can be created there.
                        "-Djava.io.tmpdir=/proc",
                        "-cp",
                        System.getProperty("java.class.path"),
                        ShortOfDescriptors.class.getName(),
                        "AUTO",
                        Loopback.closedPort())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        try {
            process.getOutputStream().close();
            assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        } finally {
            process.destroyForcibly();
        }
        assertThat(Files.readAllLines(log))
                .filteredOn(line -> line.contains("WARN org.lvs4j.netty"))
                .singleElement()
                .asString()
                .contains("transport NIO is used", "EPOLL is not available here", "/proc", "-Djava.io.tmpdir")
                .doesNotContain("Exception");
    }
}
