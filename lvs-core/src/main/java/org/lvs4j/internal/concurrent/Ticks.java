package org.lvs4j.internal.concurrent;

/**
 * Converts the director's time to ticks of {@link TimerWheel#TICK_NANOS}. Flat memory stores the lower 32 bits of a
 * tick; two ticks are compared by their difference, which is valid up to 248 days. Immutable.
 */
public final class Ticks {
    private static final long TICK_NANOS = TimerWheel.TICK_NANOS;

    private final long originNanos;

    /** Ticks counted from a time in nanoseconds. */
    public Ticks(long originNanos) {
        this.originNanos = originNanos;
    }

    /** The lower 32 bits of the first tick that is not before a time. */
    public int notBefore(long nanos) {
        return (int) last(nanos + TICK_NANOS - 1);
    }

    /** The last tick that is not after a time, in full. */
    public long last(long nanos) {
        return Math.floorDiv(nanos - originNanos, TICK_NANOS);
    }

    /** The time of a tick in nanoseconds. */
    public long nanosOf(long tick) {
        return originNanos + tick * TICK_NANOS;
    }

    /** The nanoseconds from now to a tick, given by its lower 32 bits; negative if it has passed. */
    public long nanosUntil(int tick, long nowNanos) {
        long last = last(nowNanos);
        return (tick - (int) last) * TICK_NANOS - (nowNanos - nanosOf(last));
    }
}
