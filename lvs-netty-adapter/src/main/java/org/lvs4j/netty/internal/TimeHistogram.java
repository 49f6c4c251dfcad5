package org.lvs4j.netty.internal;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongConsumer;

/**
 * A histogram of times, for the registries that show it: each has a recorder here, which counts the times in buckets, and a
 * registry begins at zero when it gets one ({@link SourceMeters#histogram}). Without recorders a time costs a read of memory.
 * Knows no library of meters, so that it may be used where there is none.
 *
 * <p>Guarantees: thread-safe. Progress of {@link #record}: as that of the recorders; those of Micrometer do not block.
 */
public final class TimeHistogram {
    private static final List<Duration> BOUNDS = List.of(
            Duration.ofNanos(100_000),
            Duration.ofNanos(250_000),
            Duration.ofNanos(500_000),
            Duration.ofMillis(1),
            Duration.ofNanos(2_500_000),
            Duration.ofMillis(5),
            Duration.ofMillis(10),
            Duration.ofMillis(25),
            Duration.ofMillis(50),
            Duration.ofMillis(100),
            Duration.ofMillis(250),
            Duration.ofMillis(500),
            Duration.ofSeconds(1),
            Duration.ofMillis(2500),
            Duration.ofSeconds(5),
            Duration.ofSeconds(10),
            Duration.ofSeconds(30),
            Duration.ofSeconds(60));

    // Written with this object's lock held; volatile for record, which takes none. The array never changes.
    private volatile LongConsumer[] recorders = {};

    /** The upper bounds of the buckets, each included; one more bucket has no bound. */
    public static List<Duration> bounds() {
        return BOUNDS;
    }

    /** Whether a time is counted anywhere. If not, there is no need to measure one. */
    public boolean isRecorded() {
        return recorders.length > 0;
    }

    /**
     * Counts a time.
     *
     * @param nanos the time; one below zero is not counted
     */
    public void record(long nanos) {
        for (LongConsumer each : recorders) {
            each.accept(nanos);
        }
    }

    /** Adds a recorder, which is called by any thread. */
    synchronized void add(LongConsumer recorder) {
        LongConsumer[] more = Arrays.copyOf(recorders, recorders.length + 1);
        more[more.length - 1] = requireNonNull(recorder, "recorder");
        recorders = more;
    }

    /** Removes a recorder, which may be called once more by each thread that is about to. */
    synchronized void remove(LongConsumer recorder) {
        recorders = Arrays.stream(recorders).filter(each -> each != recorder).toArray(LongConsumer[]::new);
    }
}
