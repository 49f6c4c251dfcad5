package org.lvs4j;

/**
 * The rule by which a server that has just come into service gets its share of connections: its weight grows in a
 * straight line from 1 to what is configured. Immutable.
 *
 * @param durationNanos how long that takes; 0 turns it off
 * @param nowNanos the present time
 */
record SlowStart(long durationNanos, long nowNanos) {
    /** The start of a server that is not on its way up. */
    static final long DONE = Long.MIN_VALUE;

    boolean on() {
        return durationNanos > 0;
    }

    boolean over(long startNanos) {
        return startNanos == DONE || nowNanos - startNanos >= durationNanos;
    }

    /** The effective weight, at least 1, of a server of some weight that came into service at that time. */
    int weight(int configured, long startNanos) {
        if (over(startNanos)) {
            return configured;
        }
        double part = Math.max(0, nowNanos - startNanos) / (double) durationNanos;
        return (int) Math.max(Math.min(configured, 1), (long) (configured * part));
    }
}
