package org.lvs4j.netty;

import org.junit.jupiter.api.Test;

/** The check for leaked buffers can fail. */
final class LeakCheckTest {
    @Test
    void leaks_bufferNeverReleased_isReported() {
        new LeakCheck();
        LeakCheck.clear();
        LeakCheck.leakOneBuffer();
        Loopback.await(
                "the report of the leaked buffer", () -> !LeakCheck.leaks().isEmpty());
        LeakCheck.clear();
    }
}
