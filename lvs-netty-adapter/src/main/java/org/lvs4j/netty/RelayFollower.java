package org.lvs4j.netty;

import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.lvs4j.netty.internal.Recurring;

/**
 * The thread of a relay that follows the changes of its director and of this host's addresses. Binding waits for event
 * loops, so neither these nor a thread that changes the director may do it.
 *
 * <p>Thread-safe. {@link #wake} is lock-free but for the queue of the thread, and never waits for a socket.
 */
final class RelayFollower {
    private static final long CHECK_NANOS = TimeUnit.SECONDS.toNanos(2);
    /** A check that takes long is made less often, so that checks take at most this part of the time. */
    private static final int SHARE = 20;

    private final Runnable follow;
    private final Runnable check;
    private final AtomicBoolean woken = new AtomicBoolean();
    private final ScheduledThreadPoolExecutor thread;
    private final long checkNanos;
    /** Of the thread only. */
    private long nextCheckNanos = System.nanoTime();

    /**
     * A thread that is not started yet.
     *
     * @param follow follows changes of the director; called after each change, or after several
     * @param check looks for changes of this host and of the director, and tries again what has failed; called every
     *     two seconds
     */
    RelayFollower(Runnable follow, Runnable check) {
        this(
                follow,
                check,
                new ScheduledThreadPoolExecutor(1, new DefaultThreadFactory("lvs-relay-listen")),
                CHECK_NANOS);
    }

    RelayFollower(Runnable follow, Runnable check, ScheduledThreadPoolExecutor thread, long checkNanos) {
        this.thread = thread;
        this.checkNanos = checkNanos;
        this.follow = recurring(follow);
        this.check = recurring(check);
        thread.setRejectedExecutionHandler(new ThreadPoolExecutor.DiscardPolicy());
        thread.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    void start() {
        wake();
        thread.scheduleWithFixedDelay(this::checkIfDue, checkNanos, checkNanos, TimeUnit.NANOSECONDS);
    }

    /** Reports a change of the director. */
    void wake() {
        if (woken.compareAndSet(false, true)) {
            try {
                thread.execute(this::followChanges);
            } catch (OutOfMemoryError e) {
                // The next check follows, too.
                woken.set(false);
            }
        }
    }

    private void followChanges() {
        // Before it follows: a later change is followed by this call or wakes the thread again.
        woken.set(false);
        follow.run();
    }

    private void checkIfDue() {
        long start = System.nanoTime();
        if (start - nextCheckNanos >= 0) {
            check.run();
            long end = System.nanoTime();
            nextCheckNanos = end + (end - start) * SHARE;
        }
    }

    private static Runnable recurring(Runnable task) {
        return Recurring.of(task, RelayState.LOGGER, "the relay failed to follow a change");
    }

    /** Ends the thread, without waiting for it. */
    void stop() {
        thread.shutdown();
    }
}
