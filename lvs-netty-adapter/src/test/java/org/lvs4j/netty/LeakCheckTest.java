package org.lvs4j.netty;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** The check for lost buffers can fail. */
final class LeakCheckTest {
    @Test
    void leaks_bufferNeverReleased_isReported() {
        new LeakCheck();
        LeakCheck.forget();
        LeakCheck.loseOneBuffer();
        assertThat(LeakCheck.leaks()).isNotEmpty();
        LeakCheck.forget();
    }
}
