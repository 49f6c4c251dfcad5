package org.lvs4j.netty.tun;

import static java.util.concurrent.TimeUnit.NANOSECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;

import io.netty.util.concurrent.DefaultThreadFactory;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import org.jspecify.annotations.Nullable;

/**
 * Runs a check again and again on a thread of its own. A check that takes long is run less often: the pause after it is
 * at least {@value #REST} times its duration, but never more than a minute.
 *
 * <p>Thread-safe. No method waits for the check.
 */
final class PeriodicCheck implements AutoCloseable {
    private static final int REST = 50;
    // After a request. A series of requests costs a check for each tenfold of its duration, and one at the end.
    private static final int REST_REQUESTED = 10;
    private static final long MOST_NANOS = SECONDS.toNanos(60);

    private final Runnable check;
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
     * @param check must not throw
     * @param interval the shortest pause between two checks; zero for no checks at all
     */
    PeriodicCheck(Runnable check, Duration interval) {
        this.check = check;
        intervalNanos = interval.toNanos();
        executor = new ScheduledThreadPoolExecutor(1, new DefaultThreadFactory("lvs-tun-check", true));
        executor.setRemoveOnCancelPolicy(true);
    }

    /** Begins to run the check. */
    synchronized void start() {
        schedule(intervalNanos);
    }

    /** Runs the check soon, though not more often than its duration allows. */
    synchronized void request() {
        if (!requested) {
            requested = true;
            if (next != null) {
                next.cancel(false);
                schedule(endNanos + Math.min(MOST_NANOS, durationNanos * REST_REQUESTED) - System.nanoTime());
            }
        }
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
        check.run();
        synchronized (this) {
            endNanos = System.nanoTime();
            durationNanos = endNanos - begin;
            long rest = durationNanos * (requested ? REST_REQUESTED : REST);
            schedule(Math.min(MOST_NANOS, requested ? rest : Math.max(intervalNanos, rest)));
        }
    }

    /** Runs no further checks. One that runs now goes on to its end. */
    @Override
    public void close() {
        executor.shutdownNow();
    }
}
