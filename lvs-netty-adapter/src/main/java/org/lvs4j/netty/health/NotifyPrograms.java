package org.lvs4j.netty.health;

import io.netty.util.concurrent.DefaultThreadFactory;
import java.time.Duration;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.lvs4j.health.Script;
import org.lvs4j.netty.health.ProcessGroup.End;
import org.lvs4j.netty.internal.LimitedLog;
import org.slf4j.Logger;
import org.slf4j.event.Level;

/**
 * Runs the programs that are told of changes. They start in the order of the changes, and run beside each other. At most
 * {@value #MOST_RUNNING} run at a time, each for at most five minutes, and at most {@value #MOST_WAITING} wait; further
 * ones are dropped and counted. Thread-safe.
 */
final class NotifyPrograms implements AutoCloseable {
    static final int MOST_RUNNING = 64;
    static final int MOST_WAITING = 1024;

    private static final Duration LIMIT = Duration.ofMinutes(5);
    private static final long IDLE_SECONDS = 10;

    private static final String FAILED = "failed programs";

    private final ProbePrograms programs;
    private final MonitorCounters counters;
    private final LimitedLog failures;
    private final Logger logger;
    private final ThreadPoolExecutor starter;
    private final Semaphore running = new Semaphore(MOST_RUNNING);

    NotifyPrograms(ProbePrograms programs, MonitorCounters counters, LimitedLog failures, Logger logger) {
        this.programs = programs;
        this.counters = counters;
        this.failures = failures;
        this.logger = logger;
        // One thread, so that the order of starts is that of the changes; none while there is nothing to start.
        starter = new ThreadPoolExecutor(
                1,
                1,
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(MOST_WAITING),
                new DefaultThreadFactory("lvs-health-notify", true));
        starter.allowCoreThreadTimeOut(true);
    }

    /** Starts a program soon. */
    void run(Script script) {
        try {
            starter.execute(() -> start(script));
        } catch (RejectedExecutionException e) {
            counters.scriptsDropped.increment();
            failures.log(
                    Level.WARN,
                    "programs not run",
                    script + ": not run, too many programs wait to be run, or the monitor is closed");
        }
    }

    private void start(Script script) {
        try {
            running.acquire();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return;
        }
        counters.scripts.increment();
        programs.run(script, LIMIT, Runnable::run, new ProgramRun.Listener() {
            @Override
            public void ended(End end) {
                running.release();
                if (end.signalled() || end.status() != 0) {
                    counters.scriptFailures.increment();
                    failures.log(Level.WARN, FAILED, script + ": " + end);
                } else {
                    logger.debug("{}: {}", script, end);
                }
            }

            @Override
            public void timedOut() {
                fail("not finished after " + ProbePrograms.seconds(LIMIT));
            }

            @Override
            public void missing(String reason) {
                fail(reason);
            }

            @Override
            public void notStarted(String reason) {
                fail(reason);
            }

            private void fail(String reason) {
                running.release();
                counters.scriptFailures.increment();
                failures.log(Level.WARN, FAILED, script + ": " + reason);
            }
        });
    }

    /** Starts what waits, and then nothing more. The programs themselves end with {@link ProbePrograms#close}. */
    @Override
    public void close() {
        starter.shutdown();
        try {
            if (!starter.awaitTermination(1, TimeUnit.SECONDS)) {
                starter.shutdownNow();
            }
        } catch (InterruptedException e) {
            starter.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }
}
