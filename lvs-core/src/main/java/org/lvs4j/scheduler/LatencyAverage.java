package org.lvs4j.scheduler;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.TimeUnit;

/**
 * A moving average of latencies that is quick to rise and slow to fall: a longer latency replaces it, a shorter one
 * counts the more the longer ago the one before it was, and silence lets it fade.
 *
 * <p>Guarantees: thread-safe; no longer latency is missed, while of shorter ones observed at the same moment some may be.
 * Progress: lock-free, reading is wait-free; nothing allocates.
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

    // Opaque access suffices for both: they guard no other data, and a reading from between the two writes is off by
    // one
    // observation at most.
    private long averageBits = Double.doubleToRawLongBits(Double.NaN);
    private long observedNanos;

    /** The average in nanoseconds, or NaN if nothing was observed yet. */
    double nanos(long nowNanos) {
        return average() * remaining(nowNanos - (long) OBSERVED.getOpaque(this));
    }

    void observe(long latencyNanos, long nowNanos) {
        // Volatile, and before the time: what another one writes after it has lost the race for the time makes the
        // compare-and-set below fail.
        long bits = (long) AVERAGE.getVolatile(this);
        long before = (long) OBSERVED.getVolatile(this);
        // Who fails to move the time has lost to an observation of the same moment; then only a longer latency counts.
        double remaining = OBSERVED.compareAndSet(this, before, nowNanos) ? remaining(nowNanos - before) : 1;
        while (true) {
            double average = Double.longBitsToDouble(bits) * remaining;
            double now = Double.isNaN(average) || latencyNanos > average
                    ? latencyNanos
                    : average + latencyNanos * (1 - remaining);
            if (AVERAGE.compareAndSet(this, bits, Double.doubleToRawLongBits(now))) {
                return;
            }
            // What the other one has written is of this moment and must not fade.
            remaining = 1;
            bits = (long) AVERAGE.getVolatile(this);
        }
    }

    private double average() {
        return Double.longBitsToDouble((long) AVERAGE.getOpaque(this));
    }

    private static double remaining(long elapsedNanos) {
        return elapsedNanos <= 0 ? 1 : Math.exp(-elapsedNanos / TIME_CONSTANT_NANOS);
    }
}
