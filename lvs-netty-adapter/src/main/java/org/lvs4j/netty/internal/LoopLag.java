package org.lvs4j.netty.internal;

import static java.util.Objects.requireNonNull;

import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.EventExecutorGroup;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * How late the event loops of a group run what is due. While it is used, a task of each loop measures that four times a
 * second. A loop that is blocked runs no task, so the time since its task has been due is there to be read, too.
 *
 * <p>Guarantees: thread-safe. No reading waits for a loop.
 */
public final class LoopLag {
    private static final long PERIOD_NANOS = TimeUnit.MILLISECONDS.toNanos(250);
    private static final double NANOS_PER_SECOND = TimeUnit.SECONDS.toNanos(1);

    private final TimeHistogram times = new TimeHistogram();
    private final List<Loop> loops = new ArrayList<>();

    /** Guarded by this object's lock. */
    private int users;

    /** A loop and its task. */
    private static final class Loop {
        private final EventExecutor executor;
        private final Recurring task;
        private final TimeHistogram times;

        // Written by the loop and by the thread that starts the task, read by any.
        private volatile long dueNanos;
        private volatile long lastNanos;
        private volatile @Nullable ScheduledFuture<?> scheduled;

        Loop(EventExecutor executor, Logger logger, TimeHistogram times) {
            this.executor = executor;
            this.times = times;
            task = Recurring.of(this::measure, logger, "the lag of an event loop could not be measured");
        }

        void start() {
            lastNanos = 0;
            dueNanos = System.nanoTime() + PERIOD_NANOS;
            try {
                scheduled = executor.scheduleWithFixedDelay(task, PERIOD_NANOS, PERIOD_NANOS, TimeUnit.NANOSECONDS);
            } catch (RejectedExecutionException e) {
                // The loop has ended, and nothing is due on it.
                scheduled = null;
            }
        }

        void stop() {
            ScheduledFuture<?> task = scheduled;
            if (task != null) {
                scheduled = null;
                task.cancel(false);
            }
        }

        private void measure() {
            long late = Math.max(0, System.nanoTime() - dueNanos);
            lastNanos = late;
            try {
                times.record(late);
            } finally {
                dueNanos = System.nanoTime() + PERIOD_NANOS;
            }
        }

        long nanos() {
            ScheduledFuture<?> task = scheduled;
            return task == null || task.isDone() || executor.isShuttingDown()
                    ? 0
                    : Math.max(lastNanos, System.nanoTime() - dueNanos);
        }
    }

    /** Measures nothing before its first {@linkplain #acquire use}. */
    public LoopLag(EventExecutorGroup group, Logger logger) {
        requireNonNull(logger, "logger");
        for (EventExecutor each : group) {
            loops.add(new Loop(each, logger, times));
        }
    }

    /** Starts to measure unless another user has. */
    public synchronized void acquire() {
        if (users++ == 0) {
            loops.forEach(Loop::start);
        }
    }

    /** Ends what {@link #acquire} has begun, to be called once for each call of it. */
    public synchronized void release() {
        if (--users == 0) {
            loops.forEach(Loop::stop);
        }
    }

    /** How late the loops were, each time that they were measured. */
    public TimeHistogram times() {
        return times;
    }

    /**
     * How late the latest loop is now, in seconds: at its last measurement, or by now if the next one is due. 0 if nothing
     * is measured.
     */
    public double seconds() {
        long most = 0;
        for (Loop each : loops) {
            most = Math.max(most, each.nanos());
        }
        return most / NANOS_PER_SECOND;
    }
}
