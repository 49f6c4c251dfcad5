package org.lvs4j.internal.concurrent;

/**
 * The director's time in ticks of {@link TimerWheel#TICK_NANOS}, of which flat memory keeps the lower 32 bits. Ticks are
 * compared by their difference, which means something for 248 days.
 */
public final class Ticks {
    private static final long TICK_NANOS = TimerWheel.TICK_NANOS;

    private final long originNanos;

    public Ticks(long originNanos) {
        this.originNanos = originNanos;
    }

    /** The first tick that is not before a moment. */
    public int notBefore(long nanos) {
        return (int) last(nanos + TICK_NANOS - 1);
    }

    /** The last tick that is not after a moment, in full. */
    public long last(long nanos) {
        return Math.floorDiv(nanos - originNanos, TICK_NANOS);
    }

    public long nanosOf(long tick) {
        return originNanos + tick * TICK_NANOS;
    }

    /** How long it is from now to a tick; negative if it has passed. */
    public long nanosUntil(int tick, long nowNanos) {
        long last = last(nowNanos);
        return (tick - (int) last) * TICK_NANOS - (nowNanos - nanosOf(last));
    }
}
