package org.lvs4j.benchmarks.hot;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** A clock that costs nothing to read and stands still until somebody moves it. Any thread may move or read it. */
public final class Clock implements LongSupplier {
    /** Long enough to settle, and shorter than any connection lasts. */
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

    /** Moves it on. */
    public void advance(long byNanos) {
        NANOS.getAndAdd(this, byNanos);
    }

    /** Opaque, so that a loop reads it anew each time; that is a plain load on every processor. */
    @Override
    public long getAsLong() {
        return (long) NANOS.getOpaque(this);
    }
}
