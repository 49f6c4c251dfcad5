package org.lvs4j.netty.tun;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ShellTest {
    @Test
    void failures_batchWithFailedLines_indexAndTextOfEach() {
        String printed = "RTNETLINK answers: No such file or directory\nCommand failed -:1\n"
                + "Error: argument \"bogus\" is wrong: Failed to parse rule type\n\nCommand failed -:3";

        assertThat(Shell.failures(printed, 3))
                .containsExactly(
                        new Shell.Failure(0, "RTNETLINK answers: No such file or directory"),
                        new Shell.Failure(2, "Error: argument \"bogus\" is wrong: Failed to parse rule type"));
    }

    @Test
    void failures_onlyOutput_none() {
        assertThat(Shell.failures("0:\tfrom all lookup local", 1)).isEmpty();
    }

    @Test
    void run_missingProgram_messageNamesIt() {
        assertThatThrownBy(() -> new Shell().run("no-such-program-of-iproute2 x"))
                .isInstanceOf(TunException.class)
                .hasMessageContaining("no-such-program-of-iproute2")
                .hasMessageContaining("is missing");
    }

    @Test
    void run_programFails_messageHasCommandAndOutput() {
        assertThatThrownBy(() -> new Shell().run("ls /no/such/file"))
                .isInstanceOf(TunException.class)
                .hasMessageContaining("'ls /no/such/file' failed")
                .hasMessageContaining("No such file");
    }
}
