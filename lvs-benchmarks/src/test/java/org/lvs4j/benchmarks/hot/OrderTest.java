package org.lvs4j.benchmarks.hot;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class OrderTest {
    private static final int CONNECTIONS = 10_000;

    private static long[] sample(Order order, int samples) {
        ThreadState thread = new ThreadState();
        thread.begin(0, 1);
        int[] sequence = order.sequence(CONNECTIONS);
        long[] counts = new long[CONNECTIONS];
        for (int i = 0; i < samples; i++) {
            counts[thread.next(sequence, CONNECTIONS)]++;
        }
        return counts;
    }

    @Test
    void uniform_manySamples_similarFrequencies() {
        long[] counts = sample(Order.UNIFORM, 100 * CONNECTIONS);
        assertThat(IntStream.range(0, CONNECTIONS).filter(i -> counts[i] < 40 || counts[i] > 180))
                .isEmpty();
    }

    @Test
    void zipf_manySamples_sharesOfTheDistribution() {
        long[] counts = sample(Order.ZIPF, Order.LENGTH);
        // The integral of x^-0.99 from k to k + 1, divided by the integral from 1 to 10,001.
        for (int rank : new int[] {1, 10, 100}) {
            double share = (Math.pow(rank + 1, 0.01) - Math.pow(rank, 0.01)) / (Math.pow(CONNECTIONS + 1, 0.01) - 1);
            assertThat(counts[rank - 1])
                    .isBetween((long) (0.9 * share * Order.LENGTH), (long) (1.1 * share * Order.LENGTH));
        }
        assertThat(counts[CONNECTIONS - 1]).isPositive();
    }
}
