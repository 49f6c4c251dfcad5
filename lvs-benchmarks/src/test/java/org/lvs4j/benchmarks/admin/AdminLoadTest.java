package org.lvs4j.benchmarks.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.lvs4j.Director;
import org.lvs4j.admin.AdminServer;

/** The load of the benchmark is what it says, and so is the limit of the endpoint. */
@Tag("slow")
final class AdminLoadTest {
    private static final int OFFERED = 10_000;

    /** The answers to requests at the rate of the benchmark, and the time for them in seconds. */
    private record Answered(long count, double seconds) {}

    private static Answered answered(int perSecond, long enough) throws Exception {
        try (AdminServer admin = AdminServer.builder(Director.create())
                        .listen("127.0.0.1:0")
                        .requestsPerSecond(perSecond)
                        .start();
                RequestFlood flood = new RequestFlood(admin.port(), "/api/v1/director", OFFERED)) {
            long start = System.nanoTime();
            long end = start + Duration.ofMinutes(1).toNanos();
            while (flood.answers() < enough && System.nanoTime() < end) {
                Thread.sleep(10);
            }
            return new Answered(flood.answers(), (System.nanoTime() - start) / 1e9);
        }
    }

    @Test
    void flood_endpointWithoutALimit_answered() throws Exception {
        assertThat(answered(1_000_000, 2000).count()).isGreaterThanOrEqualTo(2000);
    }

    @Test
    void flood_endpointWithItsLimit_neverAnsweredFaster() throws Exception {
        int limit = 100;
        Answered answered = answered(limit, 1200);

        assertThat(answered.count()).isGreaterThanOrEqualTo(1200);
        // The requests of ten seconds are free at the start.
        assertThat(answered.count()).isLessThanOrEqualTo((long) (limit * (answered.seconds() + 10)) + 16);
    }
}
