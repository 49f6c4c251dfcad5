package org.lvs4j.examples.standalone;

import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/**
 * The times at which a fault of the chaos test may keep new connections from a server, and those at which the machine
 * itself stood still: a thread that wants to sleep for a moment measures for how long it sleeps.
 */
final class Disturbances implements AutoCloseable {
    private static final Duration TICK = Duration.ofMillis(10);
    private static final long LONG_STALL_NANOS = TimeUnit.SECONDS.toNanos(1);

    private record Span(String what, long startNanos, long endNanos) {
        boolean overlaps(long from, long to) {
            return startNanos <= to && from <= endNanos;
        }
    }

    private final List<Span> faults = new CopyOnWriteArrayList<>();
    private final List<Span> stalls = new CopyOnWriteArrayList<>();
    private final Thread clock = new Thread(this::measure, "chaos-clock");
    private volatile boolean over;
    private volatile long longestNanos;

    Disturbances() {
        clock.setDaemon(true);
        clock.start();
    }

    private void measure() {
        while (!over) {
            long start = System.nanoTime();
            try {
                TimeUnit.NANOSECONDS.sleep(TICK.toNanos());
            } catch (InterruptedException e) {
                return;
            }
            long end = System.nanoTime();
            long stall = end - start - TICK.toNanos();
            longestNanos = Math.max(longestNanos, stall);
            if (stall > LONG_STALL_NANOS) {
                stalls.add(new Span("the machine stood still", start, end));
            }
        }
    }

    /** Records a fault that has ended. */
    void add(String what, long startNanos, long endNanos) {
        faults.add(new Span(what, startNanos, endNanos));
    }

    /** The fault that began last before a time, for a message. */
    String lastBefore(long nanos) {
        return faults.stream()
                .filter(span -> span.startNanos() <= nanos)
                .max(Comparator.comparingLong(Span::startNanos))
                .map(span ->
                        span.what() + ", over " + TimeUnit.NANOSECONDS.toMillis(nanos - span.endNanos()) + " ms before")
                .orElse("none");
    }

    /** Whether a fault was there in a time. */
    boolean overlap(long fromNanos, long toNanos) {
        return faults.stream().anyMatch(span -> span.overlaps(fromNanos, toNanos)) || stalled(fromNanos, toNanos);
    }

    /** Whether the machine stood still in a time, for so long that limits of time may have passed. */
    boolean stalled(long fromNanos, long toNanos) {
        return stalls.stream().anyMatch(span -> span.overlaps(fromNanos, toNanos));
    }

    /** The longest time that a thread of this process had to wait for a processor. */
    Duration longestStall() {
        return Duration.ofNanos(longestNanos);
    }

    @Override
    public void close() {
        over = true;
        clock.interrupt();
    }
}
