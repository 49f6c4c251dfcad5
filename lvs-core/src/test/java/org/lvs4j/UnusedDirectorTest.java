package org.lvs4j;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.ref.WeakReference;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

/**
 * A director that is no longer used is collected although threads that called it live on, as in
 * an application container.
 */
class UnusedDirectorTest {
    private static final long LIMIT_NANOS = TimeUnit.SECONDS.toNanos(30);

    /** The server of a director that has had connections of both planes and is not referred to any more. */
    private static WeakReference<RealServer> serverOfUnusedDirector() {
        AtomicLong clock = new AtomicLong();
        Director director = Director.builder().ticker(clock::get).build();
        VirtualService service =
                VirtualService.builder(ServiceKey.tcp("10.0.0.1:80")).build();
        director.addService(service);
        RealServer server = RealServer.builder("192.168.1.1:80").build();
        director.addServer(service.key(), server);
        for (int client = 1; client <= 200; client++) {
            assertThat(Decision.verdict(director.flows()
                            .dispatch(DirectorFixture.tcp("10.1.0." + client + ":4000", "10.0.0.1:80"), 2, 60)))
                    .isEqualTo(Verdict.FORWARD);
        }
        clock.addAndGet(TimeUnit.MINUTES.toNanos(2));
        director.open(DirectorFixture.tcp("10.1.0.1:4000", "10.0.0.1:80")).expire();
        assertThat(director.connections()).isEmpty();
        return new WeakReference<>(server);
    }

    @Test
    void director_threadsOutliveIt_collectedWithItsTable() throws Exception {
        ExecutorService thread = Executors.newSingleThreadExecutor();
        try {
            WeakReference<RealServer> server =
                    thread.submit(UnusedDirectorTest::serverOfUnusedDirector).get();
            long end = System.nanoTime() + LIMIT_NANOS;
            while (server.get() != null) {
                assertThat(System.nanoTime())
                        .as("the table of a director that a live thread has called")
                        .isLessThan(end);
                System.gc();
            }
        } finally {
            thread.shutdownNow();
        }
    }
}
