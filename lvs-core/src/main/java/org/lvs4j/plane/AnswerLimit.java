package org.lvs4j.plane;

/**
 * Limits the rate of ICMP errors: a token bucket with room for {@value #BURST} errors, kept as the time at which the
 * next error is due (the generic cell rate algorithm, ITU-T I.371). Belongs to one thread.
 */
final class AnswerLimit {
    private static final int BURST = 50;
    private static final long SECOND_NANOS = 1_000_000_000L;

    private final long intervalNanos;
    private long dueNanos;

    AnswerLimit(int perSecond, long nowNanos) {
        intervalNanos = SECOND_NANOS / perSecond;
        dueNanos = nowNanos;
    }

    /** Takes one error from the allowance; false if the allowance is used up. */
    boolean take(long nowNanos) {
        if (dueNanos - nowNanos < 0) {
            dueNanos = nowNanos;
        }
        if (dueNanos - nowNanos > intervalNanos * BURST) {
            return false;
        }
        dueNanos += intervalNanos;
        return true;
    }
}
