package org.lvs4j.netty;

import org.junit.jupiter.api.Test;

/** The check for lost buffers can fail. */
final class LeakCheckTest {
    @Test
    void leaks_bufferNeverReleased_isReported() {
        new LeakCheck();
        LeakCheck.forget();
        LeakCheck.loseOneBuffer();
        Loopback.await("the report of the lost buffer", () -> !LeakCheck.leaks().isEmpty());
        LeakCheck.forget();
    }
}
