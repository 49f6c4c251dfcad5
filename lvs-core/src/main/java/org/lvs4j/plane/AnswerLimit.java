package org.lvs4j.plane;

/** How many ICMP errors a plane may send: a rate, and a burst above it. Belongs to one thread. */
final class AnswerLimit {
    private static final int BURST = 50;
    private static final long SECOND_NANOS = 1_000_000_000L;

    private final long intervalNanos;
    private long earliestNanos;

    AnswerLimit(int perSecond, long nowNanos) {
        intervalNanos = SECOND_NANOS / perSecond;
        earliestNanos = nowNanos;
    }

    /** Takes one from the allowance; false if it is used up. */
    boolean take(long nowNanos) {
        if (earliestNanos - nowNanos < 0) {
            earliestNanos = nowNanos;
        }
        if (earliestNanos - nowNanos > intervalNanos * BURST) {
            return false;
        }
        earliestNanos += intervalNanos;
        return true;
    }
}
