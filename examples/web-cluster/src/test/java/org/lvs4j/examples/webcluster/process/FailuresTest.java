package org.lvs4j.examples.webcluster.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchException;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FailuresTest {
    @TempDir
    private Path directory;

    @Test
    void message_files_fileAndReason() throws IOException {
        Path missing = directory.resolve("missing");
        Path file = Files.writeString(directory.resolve("file"), "");

        assertThat(Failures.message(catchException(() -> Files.readString(missing))))
                .isEqualTo(missing + ": there is no such file or directory");
        assertThat(Failures.message(catchException(() -> Files.createDirectories(file))))
                .isEqualTo(file + ": this is not a directory");
        assertThat(Failures.message(new AccessDeniedException("/proc/x"))).isEqualTo("/proc/x: permission denied");
    }

    @Test
    void message_others_theirOwn() {
        assertThat(Failures.message(new IOException("the port is in use"))).isEqualTo("the port is in use");
        assertThat(Failures.message(new IOException())).isEqualTo("java.io.IOException");
    }
}
