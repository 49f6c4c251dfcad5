package org.lvs4j.benchmarks.hot;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** A virtual clock that is cheap to read and moves only by {@link #advance}. Thread-safe. */
public final class Clock implements LongSupplier {
    /**
     * The time by which {@link ConnectionStore#settle} advances the clock: shorter than the timeout
     * of every connection.
     */
    public static final long SETTLING_NANOS = TimeUnit.SECONDS.toNanos(200);

    private static final VarHandle NANOS;

    static {
        try {
            NANOS = MethodHandles.lookup().findVarHandle(Clock.class, "nanos", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private long nanos;

    /** Moves the clock forward. */
    public void advance(long byNanos) {
        NANOS.getAndAdd(this, byNanos);
    }

    /** An opaque read: the compiler must not hoist it out of a loop. A plain load on every processor. */
    @Override
    public long getAsLong() {
        return (long) NANOS.getOpaque(this);
    }
}
