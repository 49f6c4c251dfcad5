package org.lvs4j.netty.tun;

import static java.util.concurrent.TimeUnit.NANOSECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;

import io.netty.util.concurrent.DefaultThreadFactory;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Runs a check again and again on a thread of its own. A check that takes long is run less often: the pause after it is
 * at least {@value #REST} times its duration, or {@value #REST_AFTER_CHANGE} times if it has changed anything, but
 * never more than {@value #MOST_SECONDS} seconds.
 *
 * <p>Thread-safe. No method waits for the check.
 */
final class PeriodicCheck implements AutoCloseable {
    private static final int REST = 50;
    private static final int REST_AFTER_CHANGE = 20;
    private static final long MOST_SECONDS = 15;

    private final BooleanSupplier check;
    private final long intervalNanos;
    private final ScheduledThreadPoolExecutor executor;

    // Guarded by this object.
    private @Nullable ScheduledFuture<?> next;
    private long endNanos = System.nanoTime();
    private long durationNanos;
    private boolean requested;

    /**
     * A check that does not run yet.
     *
     * @param check returns whether it has changed anything; must not throw
     * @param interval the shortest pause between two checks; zero for no checks at all
     */
    PeriodicCheck(BooleanSupplier check, Duration interval) {
        this.check = check;
        intervalNanos = interval.toNanos();
        executor = new ScheduledThreadPoolExecutor(1, new DefaultThreadFactory("lvs-tun-check", true));
        executor.setRemoveOnCancelPolicy(true);
    }

    /** Begins to run the check. */
    synchronized void start() {
        schedule(intervalNanos);
    }

    /** Runs the check soon, though a pause after the one before is observed. */
    synchronized void request() {
        if (!requested) {
            requested = true;
            if (next != null) {
                next.cancel(false);
                schedule(rest(REST_AFTER_CHANGE) - (System.nanoTime() - endNanos));
            }
        }
    }

    private long rest(int factor) {
        return Math.min(SECONDS.toNanos(MOST_SECONDS), durationNanos * factor);
    }

    private void schedule(long delayNanos) {
        if (intervalNanos > 0) {
            try {
                next = executor.schedule(this::run, Math.max(0, delayNanos), NANOSECONDS);
            } catch (RejectedExecutionException e) {
                // It has been closed.
                next = null;
            }
        }
    }

    private void run() {
        synchronized (this) {
            next = null;
            requested = false;
        }
        long begin = System.nanoTime();
        boolean changed = changed();
        synchronized (this) {
            endNanos = System.nanoTime();
            durationNanos = endNanos - begin;
            schedule(
                    requested
                            ? rest(REST_AFTER_CHANGE)
                            : Math.max(intervalNanos, rest(changed ? REST_AFTER_CHANGE : REST)));
        }
    }

    private boolean changed() {
        try {
            return check.getAsBoolean();
        } catch (OutOfMemoryError e) {
            // If thrown, no check would follow. The next one looks again.
            return false;
        }
    }

    /** Runs no further checks. One that runs now goes on to its end. */
    @Override
    public void close() {
        executor.shutdownNow();
    }
}
