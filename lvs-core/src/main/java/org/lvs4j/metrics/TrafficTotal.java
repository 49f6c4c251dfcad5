package org.lvs4j.metrics;

import org.jspecify.annotations.Nullable;
import org.lvs4j.stats.Traffic;

/**
 * Traffic that never decreases, although the counters of the director do: when an administrator resets them, when a
 * state is restored, and when a server or service that was removed for long begins anew. A decrease of any of the five
 * counters means that all of them began at zero again.
 *
 * <p>Guarantees: thread-safe. Progress: {@link #read} takes this object's lock, which no packet waits for.
 */
abstract class TrafficTotal {
    // Guarded by this object's lock.
    private Traffic last = Traffic.NONE;
    private Traffic total = Traffic.NONE;

    /** The director's counters, or null if it has none for this source at present. */
    abstract @Nullable Traffic present();

    /** What was counted so far. */
    final synchronized Traffic read() {
        // Read with the lock held: values that are compared have been read in this order.
        Traffic now = present();
        if (now != null) {
            total = total.plus(decreased(last, now) ? now : now.minus(last));
            last = now;
        }
        return total;
    }

    private static boolean decreased(Traffic before, Traffic now) {
        return isLess(now.connections(), before.connections())
                || isLess(now.inPackets(), before.inPackets())
                || isLess(now.outPackets(), before.outPackets())
                || isLess(now.inBytes(), before.inBytes())
                || isLess(now.outBytes(), before.outBytes());
    }

    /** The counters are unsigned. */
    private static boolean isLess(long now, long before) {
        return Long.compareUnsigned(now, before) < 0;
    }
}
