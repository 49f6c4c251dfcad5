package org.lvs4j.examples.standalone.top;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The rate of new connections between each two snapshots, for the graph. The rates of the daemon are averages over the last
 * seconds, in which a short rise does not show. Not thread-safe.
 */
final class History {
    private static final int CAPACITY = 400;

    private final Deque<Double> rates = new ArrayDeque<>();
    private @Nullable Snapshot last;

    void add(Snapshot snapshot) {
        Snapshot before = last;
        last = snapshot;
        if (before == null) {
            return;
        }
        long millis = snapshot.uptimeMillis() - before.uptimeMillis();
        long connections = snapshot.traffic().connections() - before.traffic().connections();
        boolean comparable = before.process() == snapshot.process() && millis > 0 && connections >= 0;
        // After a restart or a reset of the counters there is nothing to compare.
        rates.addLast(comparable ? connections * 1000.0 / millis : 0);
        if (rates.size() > CAPACITY) {
            rates.removeFirst();
        }
    }

    /** The newest rates, at most so many, the oldest first. */
    List<Double> newest(int count) {
        List<Double> all = List.copyOf(rates);
        return all.subList(Math.max(0, all.size() - Math.max(0, count)), all.size());
    }
}
