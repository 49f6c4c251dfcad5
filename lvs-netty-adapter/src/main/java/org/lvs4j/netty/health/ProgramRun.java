package org.lvs4j.netty.health;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.lvs4j.health.Script;

/**
 * One execution of a program with a limit of time: TERM to its process group after that, KILL two seconds later. A thread
 * waits for its end. Thread-safe.
 */
final class ProgramRun implements Execution {
    static final long GRACE_NANOS = TimeUnit.SECONDS.toNanos(2);

    /** The end of an execution. */
    interface Listener {
        /** The program has ended by itself. */
        void ended(ProcessGroup.End end);

        /** It was terminated after its time, and has ended or been left to the system. */
        void timedOut();

        /** There is no such program. */
        void missing(String reason);

        /** This host could not start it. */
        void notStarted(String reason);
    }

    private final Script script;
    private final long timeoutNanos;
    private final EventLoop timers;
    private final Executor threads;
    private final Listener listener;
    private final Consumer<ProgramRun> onEnd;

    // Guarded by this object.
    private final List<ScheduledFuture<?>> pending = new ArrayList<>();
    private @Nullable ProcessGroup group;
    private boolean late;
    private boolean cancelled;
    private boolean reported;
    private boolean over;

    /**
     * An execution that has not started yet.
     *
     * @param threads where processes are signalled and waited for
     * @param onEnd called when nothing of it is left, after the listener
     */
    ProgramRun(
            Script script,
            long timeoutNanos,
            EventLoop timers,
            Executor threads,
            Listener listener,
            Consumer<ProgramRun> onEnd) {
        this.script = script;
        this.timeoutNanos = timeoutNanos;
        this.timers = timers;
        this.threads = threads;
        this.listener = listener;
        this.onEnd = onEnd;
    }

    /** Starts the program, which blocks for some milliseconds, and has a thread wait for its end. */
    void start() {
        if (cancelledBefore()) {
            end();
            return;
        }
        String missing = ProcessGroup.missing(script);
        if (missing != null) {
            report(() -> listener.missing(missing));
            end();
            return;
        }
        ProcessGroup started;
        try {
            started = ProcessGroup.start(script);
        } catch (IOException | OutOfMemoryError e) {
            report(() -> listener.notStarted("a process cannot be started: " + e.getMessage()));
            end();
            return;
        }
        begun(started);
        try {
            threads.execute(() -> await(started));
        } catch (RejectedExecutionException | OutOfMemoryError e) {
            started.signal(true);
            report(() -> listener.notStarted("no thread can be started: " + e.getMessage()));
            end();
        }
    }

    private synchronized boolean cancelledBefore() {
        return cancelled;
    }

    private synchronized void begun(ProcessGroup started) {
        group = started;
        if (cancelled) {
            terminate();
        } else {
            after(timeoutNanos, this::timeIsUp);
        }
    }

    private void await(ProcessGroup started) {
        try {
            ProcessGroup.End end = started.await();
            report(() -> {
                if (late) {
                    listener.timedOut();
                } else {
                    listener.ended(end);
                }
            });
        } catch (InterruptedException e) {
            started.signal(true);
            Thread.currentThread().interrupt();
        } finally {
            end();
        }
    }

    private synchronized void timeIsUp() {
        late = true;
        terminate();
        // One that not even KILL ends within two more seconds waits for a device.
        after(2 * GRACE_NANOS, () -> report(listener::timedOut));
    }

    private synchronized void terminate() {
        signal(false);
        after(GRACE_NANOS, () -> signal(true));
    }

    private synchronized void signal(boolean kill) {
        ProcessGroup signalled = group;
        if (over || signalled == null) {
            return;
        }
        try {
            threads.execute(() -> signalled.signal(kill));
        } catch (RejectedExecutionException | OutOfMemoryError e) {
            signalled.signal(kill);
        }
    }

    private synchronized void after(long nanos, Runnable task) {
        if (over) {
            return;
        }
        try {
            pending.add(timers.schedule(task, nanos, TimeUnit.NANOSECONDS));
        } catch (RejectedExecutionException e) {
            // The event loop has ended: there is no time to wait.
            signal(true);
        }
    }

    private void report(Runnable report) {
        synchronized (this) {
            if (cancelled || reported) {
                return;
            }
            reported = true;
        }
        report.run();
    }

    private void end() {
        synchronized (this) {
            over = true;
            pending.forEach(timer -> timer.cancel(false));
            pending.clear();
        }
        onEnd.accept(this);
    }

    @Override
    public synchronized void cancel() {
        if (!cancelled) {
            cancelled = true;
            terminate();
        }
    }

    /** Ends the program at once. */
    void kill() {
        cancel();
        signal(true);
    }
}
