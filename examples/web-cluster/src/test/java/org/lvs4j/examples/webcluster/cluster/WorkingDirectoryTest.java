package org.lvs4j.examples.webcluster.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WorkingDirectoryTest {
    @TempDir
    private Path given;

    @Test
    void secret_openedAgain_theFirst() throws IOException {
        try (WorkingDirectory directory = WorkingDirectory.open(given)) {
            assertThat(directory.secret("database.password", "one")).isEqualTo("one");
        }
        try (WorkingDirectory directory = WorkingDirectory.open(given)) {
            assertThat(directory.secret("database.password", "two")).isEqualTo("one");
        }
        assertThat(Files.getPosixFilePermissions(given.resolve("database.password")))
                .containsExactlyInAnyOrder(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);
    }

    @Test
    void open_inUse_refusedUntilItIsClosed() throws IOException {
        try (WorkingDirectory directory = WorkingDirectory.open(given)) {
            assertThatThrownBy(() -> WorkingDirectory.open(given))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("another cluster runs in " + directory.path());
        }
        WorkingDirectory.open(given).close();
        assertThat(given).isDirectory();
    }

    @Test
    void close_temporary_deleted() throws IOException {
        WorkingDirectory directory = WorkingDirectory.open(null);
        directory.secret("database.password", "one");
        directory.close();
        assertThat(directory.path()).doesNotExist();
    }
}
