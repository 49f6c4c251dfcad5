package org.lvs4j.internal.counters;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.lvs4j.internal.concurrent.Stripes;
import org.lvs4j.stats.Traffic;

class CountersTest {
    private static final int THREADS = 6;
    private static final int ROUNDS = 100_000;

    private final Stripes stripes = new Stripes();
    private final Counters sum = new Counters();
    private final Counters part = new Counters();

    @Test
    void read_threadsWithAndWithoutStripes_exact() throws Exception {
        sum.include(part);
        ExecutorService executor = Executors.newFixedThreadPool(THREADS);
        List<Future<?>> runs = new ArrayList<>();
        try {
            for (int thread = 0; thread < THREADS; thread++) {
                int stripe = thread % 3 == 0 ? Stripes.SHARED : stripes.take(runs);
                runs.add(executor.submit(() -> {
                    for (int i = 0; i < ROUNDS; i++) {
                        part.connection(stripe);
                        part.in(stripe, 1, 100);
                        part.out(stripe, 2, 300);
                    }
                }));
            }
            for (Future<?> run : runs) {
                run.get(120, TimeUnit.SECONDS);
            }
        } finally {
            executor.shutdownNow();
        }
        long all = (long) THREADS * ROUNDS;
        Traffic expected = new Traffic(all, all, 2 * all, 100 * all, 300 * all);
        assertThat(part.read()).isEqualTo(expected);
        assertThat(sum.read()).isEqualTo(expected);
    }

    @Test
    void in_stripeReused_countsContinue() {
        Object first = new Object();
        int stripe = stripes.take(first);
        part.in(stripe, 1, 10);
        stripes.endLease(stripe);
        assertThat(stripes.take(this)).isEqualTo(stripe);
        part.in(stripe, 2, 20);
        assertThat(part.read().inPackets()).isEqualTo(3);
        assertThat(part.read().inBytes()).isEqualTo(30);
    }

    @Test
    void exclude_partCountedInStripes_countsRemain() {
        int stripe = stripes.take(this);
        part.connection(stripe);
        sum.include(part);
        part.connection(stripe);
        part.connection(Stripes.SHARED);
        sum.exclude(part);
        part.connection(stripe);
        assertThat(sum.read().connections()).isEqualTo(2);
    }
}
