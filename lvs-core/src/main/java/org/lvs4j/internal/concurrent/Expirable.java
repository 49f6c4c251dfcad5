package org.lvs4j.internal.concurrent;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/** Something that ends, or does something else, when it has been idle for long enough. Watched by a {@link TimerWheel}. */
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

    /** Without a deadline yet. */
    protected Expirable() {}

    /** When its time is up if it stays idle. */
    public final long deadlineNanos() {
        return (long) DEADLINE.getOpaque(this);
    }

    /** Moves the deadline; the wheel learns of an earlier one through {@link TimerWheel#hasten}. */
    protected final void deadlineNanos(long nanos) {
        DEADLINE.setOpaque(this, nanos);
    }

    /** Whether it has ended already, so that the wheel may drop it. */
    protected abstract boolean ended();

    /** Called once the deadline has passed, by the thread that lets time pass. */
    protected abstract void timeIsUp(long nowNanos);

    /** The tick of the wheel's live reference to this; older references are stale. */
    final long scheduledTick() {
        return (long) SCHEDULED_TICK.getVolatile(this);
    }

    final boolean reschedule(long from, long to) {
        return SCHEDULED_TICK.compareAndSet(this, from, to);
    }
}
