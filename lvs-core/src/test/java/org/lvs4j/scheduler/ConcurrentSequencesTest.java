package org.lvs4j.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;

/** The sequences of {@code rr} and {@code wrr} are exact under any number of threads. */
final class ConcurrentSequencesTest {
    private static int[] shares(TestService service, int threads, int picksEach) throws Exception {
        AtomicIntegerArray picked = new AtomicIntegerArray(10);
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            List<Future<?>> all = new ArrayList<>();
            for (int t = 0; t < threads; t++) {
                all.add(pool.submit(() -> {
                    for (int i = 0; i < picksEach; i++) {
                        picked.incrementAndGet(service.host(TestService.flow(i)));
                    }
                }));
            }
            for (Future<?> one : all) {
                one.get(30, TimeUnit.SECONDS);
            }
        } finally {
            pool.shutdownNow();
        }
        int[] shares = new int[service.view.servers().size() + 1];
        for (int i = 0; i < shares.length; i++) {
            shares[i] = picked.get(i);
        }
        return shares;
    }

    @Test
    void rr_eightThreads_exactlyEven() throws Exception {
        assertThat(shares(TestService.of("rr", 1, 5, 9, 1), 8, 10_000)).containsExactly(0, 20_000, 20_000, 20_000, 20_000);
    }

    @Test
    void wrr_eightThreads_exactlyByWeight() throws Exception {
        TestService service = TestService.of("wrr", 1, 2, 5);
        service.hosts(3); // The round at weight 1 that follows the additions.
        assertThat(shares(service, 8, 10_000)).containsExactly(0, 10_000, 20_000, 50_000);
    }
}
