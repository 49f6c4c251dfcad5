package org.lvs4j.netty.tun;

import java.util.concurrent.atomic.AtomicLongArray;

/** The counters of one event loop, which alone writes them. Other threads read exact numbers, but not of one moment. */
final class TunCounters {
    static final int RECEIVED = 0;
    static final int SENT = 1;
    static final int DIRECT = 2;
    static final int ANSWERED = 3;
    static final int PASSED = 4;
    static final int UNSERVED = 5;
    static final int DROPPED = 6;
    static final int HELD = 7;
    static final int NOT_WRITTEN = 8;
    private static final int SIZE = 9;

    private final AtomicLongArray counts = new AtomicLongArray(SIZE);

    void add(int counter) {
        // Opaque, as its partner in sum: there is one writer, and readers need no order among the counters.
        counts.setOpaque(counter, counts.getPlain(counter) + 1);
    }

    static TunSnapshot sum(Iterable<TunCounters> all, long repairs) {
        long[] sums = new long[SIZE];
        for (TunCounters one : all) {
            for (int i = 0; i < SIZE; i++) {
                sums[i] += one.counts.getOpaque(i);
            }
        }
        return new TunSnapshot(
                sums[RECEIVED],
                sums[SENT],
                sums[DIRECT],
                sums[ANSWERED],
                sums[PASSED],
                sums[UNSERVED],
                sums[DROPPED],
                sums[HELD],
                sums[NOT_WRITTEN],
                repairs);
    }
}
