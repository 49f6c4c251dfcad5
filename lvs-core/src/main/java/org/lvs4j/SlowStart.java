package org.lvs4j;

/**
 * The slow start of one service at one moment: the weight of a server that was added, or whose weight was zero, grows
 * linearly from 1 to the configured weight. Immutable.
 *
 * @param durationNanos how long that takes; 0 for no slow start
 * @param nowNanos the present time
 */
record SlowStart(long durationNanos, long nowNanos) {
    /** The start time of a server that has its full weight. */
    static final long DONE = Long.MIN_VALUE;

    boolean enabled() {
        return durationNanos > 0;
    }

    boolean finished(long startNanos) {
        return startNanos == DONE || nowNanos - startNanos >= durationNanos;
    }

    /** The effective weight of a server that started at a time: at least 1, unless 0 is configured. */
    int weight(int configured, long startNanos) {
        if (finished(startNanos)) {
            return configured;
        }
        double part = Math.max(0, nowNanos - startNanos) / (double) durationNanos;
        return (int) Math.max(Math.min(configured, 1), (long) (configured * part));
    }
}
