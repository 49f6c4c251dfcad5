package org.lvs4j.examples.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.opentest4j.TestAbortedException;

class ProgramsTest {
    @Test
    void require_programMissing_testSkippedWithMessage() {
        ByteArrayOutputStream heard = new ByteArrayOutputStream();
        PrintStream error = System.err;
        System.setErr(new PrintStream(heard, true, StandardCharsets.UTF_8));
        try {
            assertThatThrownBy(() -> Programs.require("no-such-program", "some-package"))
                    .isInstanceOf(TestAbortedException.class)
                    .hasMessageContaining("apt-get install some-package");
        } finally {
            System.setErr(error);
        }
        assertThat(heard.toString(StandardCharsets.UTF_8)).contains("SKIPPED: no-such-program is not installed");
    }

    @Test
    void require_programInstalled_found() {
        assertThat(Programs.require("sh", "dash")).isExecutable();
    }
}
