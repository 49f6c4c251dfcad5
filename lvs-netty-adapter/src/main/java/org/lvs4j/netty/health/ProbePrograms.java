package org.lvs4j.netty.health;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.lvs4j.health.MiscCheck;
import org.lvs4j.health.ProbeResult;
import org.lvs4j.health.Script;
import org.lvs4j.netty.health.ProcessGroup.End;

/**
 * The programs of a monitor and the threads that wait for them: one for each program that runs, none otherwise. The
 * number of programs is limited elsewhere. Thread-safe.
 */
final class ProbePrograms implements AutoCloseable {
    private static final long STOP_MILLIS = 1000;

    private final EventLoop timers;
    private final ExecutorService threads =
            Executors.newCachedThreadPool(new DefaultThreadFactory("lvs-health-program", true));
    private final Set<ProgramRun> running = ConcurrentHashMap.newKeySet();

    ProbePrograms(EventLoop timers) {
        this.timers = timers;
    }

    /** Starts the program of a check. */
    Execution start(MiscCheck check, ProbeOutcome outcome) {
        return run(check.script(), check.timeout(), threads, new ProgramRun.Listener() {
            @Override
            public void ended(End end) {
                outcome.finished(end.signalled() ? ProbeResult.failed(end.toString()) : check.exited(end.status()));
            }

            @Override
            public void timedOut() {
                outcome.finished(ProbeResult.failed("not finished after " + seconds(check.timeout())));
            }

            @Override
            public void missing(String reason) {
                outcome.finished(ProbeResult.failed(reason));
            }

            @Override
            public void notStarted(String reason) {
                outcome.notMade(reason);
            }
        });
    }

    /** Runs a task that may block. Ignored if this is closed. */
    void execute(Runnable task) {
        try {
            threads.execute(task);
        } catch (RejectedExecutionException e) {
            // The monitor is closed.
        }
    }

    static String seconds(Duration duration) {
        return duration.toMillis() / 1000.0 + " s";
    }

    /**
     * Starts a program.
     *
     * @param starter blocks while the system starts a process
     */
    ProgramRun run(Script script, Duration timeout, Executor starter, ProgramRun.Listener listener) {
        ProgramRun run = new ProgramRun(script, timeout.toNanos(), timers, threads, listener, running::remove);
        running.add(run);
        try {
            starter.execute(run::start);
        } catch (RejectedExecutionException | OutOfMemoryError e) {
            running.remove(run);
            listener.notStarted("no thread can be started: " + e.getMessage());
        }
        return run;
    }

    /** As {@link #run(Script, Duration, Executor, ProgramRun.Listener)}, on a thread of its own. */
    ProgramRun run(Script script, Duration timeout, ProgramRun.Listener listener) {
        return run(script, timeout, threads, listener);
    }

    /** Gives programs that still run a second, ends them, and waits for that. */
    @Override
    public void close() {
        try {
            threads.shutdown();
            if (!threads.awaitTermination(STOP_MILLIS, TimeUnit.MILLISECONDS)) {
                running.forEach(ProgramRun::kill);
                threads.awaitTermination(STOP_MILLIS, TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
