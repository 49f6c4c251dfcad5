package org.lvs4j.netty.health;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/** What a monitor counts. Thread-safe. */
final class MonitorCounters {
    final LongAdder probes = new LongAdder();
    final LongAdder passed = new LongAdder();
    final LongAdder failed = new LongAdder();
    final LongAdder cancelled = new LongAdder();
    final LongAdder notMade = new LongAdder();
    final LongAdder delayed = new LongAdder();
    final LongAdder changes = new LongAdder();
    final LongAdder changesRefused = new LongAdder();
    final LongAdder serversUp = new LongAdder();
    final LongAdder serversDown = new LongAdder();
    final LongAdder scripts = new LongAdder();
    final LongAdder scriptFailures = new LongAdder();
    final LongAdder scriptsDropped = new LongAdder();
    final LongAdder linesDropped = new LongAdder();
    final ProbeTimes times = new ProbeTimes();

    // Opaque, as its partner: one event loop writes it, and readers need no order among the numbers.
    private final AtomicInteger waiting = new AtomicInteger();

    /** Probes that wait, as of now. */
    void waiting(int probes) {
        waiting.setOpaque(probes);
    }

    int waiting() {
        return waiting.getOpaque();
    }

    /** Probes under way. */
    long running() {
        // The ends before the starts, so that the difference is not negative.
        long ended = passed.sum() + failed.sum() + cancelled.sum() + notMade.sum();
        return Math.max(0, probes.sum() - ended);
    }
}
