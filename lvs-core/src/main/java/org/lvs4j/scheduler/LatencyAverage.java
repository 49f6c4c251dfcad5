package org.lvs4j.scheduler;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.TimeUnit;

/**
 * An exponentially weighted moving average of latencies that rises at once and falls slowly. A latency above the
 * average replaces it. A lower latency has the more weight, the longer ago the previous observation was. Without
 * observations the average decays to zero, with a time constant of 10 s.
 *
 * <p>Guarantees: thread-safe. No latency above the average is lost; of several lower ones observed at the same moment,
 * some may be lost.
 *
 * <p>Progress: {@link #observe} is lock-free, {@link #nanos} is wait-free. Neither allocates.
 */
final class LatencyAverage {
    private static final VarHandle AVERAGE;
    private static final VarHandle OBSERVED;
    private static final double TIME_CONSTANT_NANOS = TimeUnit.SECONDS.toNanos(10);

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            AVERAGE = lookup.findVarHandle(LatencyAverage.class, "averageBits", long.class);
            OBSERVED = lookup.findVarHandle(LatencyAverage.class, "observedNanos", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    // Opaque reads suffice for both in nanos: they guard no other data, and a read between the two writes of an
    // observation is off by that observation at most.
    private long averageBits = Double.doubleToRawLongBits(Double.NaN);
    private long observedNanos;

    /** The average in nanoseconds, or NaN before the first observation. */
    double nanos(long nowNanos) {
        double average = Double.longBitsToDouble((long) AVERAGE.getOpaque(this));
        return average * remaining(nowNanos - (long) OBSERVED.getOpaque(this));
    }

    /** Observes a latency in nanoseconds, not negative. */
    void observe(long latencyNanos, long nowNanos) {
        // Volatile, and before the time: if another thread changes the average after this thread has won the race for
        // the time, the compare-and-set below fails.
        long bits = (long) AVERAGE.getVolatile(this);
        long before = (long) OBSERVED.getVolatile(this);
        // A thread that fails to advance the time has lost to an observation of the same moment. Then the average does
        // not decay, and only a longer latency changes it.
        double remaining = OBSERVED.compareAndSet(this, before, nowNanos) ? remaining(nowNanos - before) : 1;
        while (true) {
            double average = Double.longBitsToDouble(bits) * remaining;
            double now = Double.isNaN(average) || latencyNanos > average
                    ? latencyNanos
                    : average + latencyNanos * (1 - remaining);
            if (AVERAGE.compareAndSet(this, bits, Double.doubleToRawLongBits(now))) {
                return;
            }
            // The other thread's average is of this moment and must not decay.
            remaining = 1;
            bits = (long) AVERAGE.getVolatile(this);
        }
    }

    /** The factor by which an average has decayed. */
    private static double remaining(long elapsedNanos) {
        return elapsedNanos <= 0 ? 1 : Math.exp(-elapsedNanos / TIME_CONSTANT_NANOS);
    }
}
