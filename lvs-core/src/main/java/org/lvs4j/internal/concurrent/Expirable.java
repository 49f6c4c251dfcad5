package org.lvs4j.internal.concurrent;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/** An entry of a {@link TimerWheel}: has a deadline, and expires if it has passed. */
public abstract class Expirable {
    private static final VarHandle DEADLINE;
    private static final VarHandle SCHEDULED_TICK;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            DEADLINE = lookup.findVarHandle(Expirable.class, "deadlineNanos", long.class);
            SCHEDULED_TICK = lookup.findVarHandle(Expirable.class, "scheduledTick", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private long deadlineNanos;
    private long scheduledTick;

    /** An entry without a deadline. */
    protected Expirable() {}

    /** The deadline in nanoseconds of the director's time; an opaque read. */
    public final long deadlineNanos() {
        return (long) DEADLINE.getOpaque(this);
    }

    /**
     * Moves the deadline; an opaque write. If it may be earlier than before, {@link TimerWheel#reschedule}
     * has to follow.
     */
    protected final void deadlineNanos(long nanos) {
        DEADLINE.setOpaque(this, nanos);
    }

    /** Whether it has ended, so that the wheel drops it. */
    protected abstract boolean ended();

    /** Called after the deadline has passed, by the thread that advances the wheel. */
    protected abstract void expire(long nowNanos);

    /** The tick of the wheel's valid reference to this; other references are stale. */
    final long scheduledTickVolatile() {
        return (long) SCHEDULED_TICK.getVolatile(this);
    }

    /** Pairs with {@link #scheduledTickVolatile}. */
    final boolean compareAndSetScheduledTick(long expected, long tick) {
        return SCHEDULED_TICK.compareAndSet(this, expected, tick);
    }
}
