package org.lvs4j.netty.discovery;

import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The daemon thread on which a source works and its observer is called. What is submitted after its end is dropped. Thread-safe. */
final class SourceThread implements Executor, AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(SourceThread.class);

    private final ScheduledThreadPoolExecutor thread;

    SourceThread(String name) {
        thread = new ScheduledThreadPoolExecutor(1, new DefaultThreadFactory(name, true));
        thread.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    @Override
    public void execute(Runnable work) {
        schedule(work, 0);
    }

    void schedule(Runnable work, long delayMillis) {
        try {
            thread.schedule(() -> run(work), delayMillis, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            // Closed.
            return;
        }
    }

    private static void run(Runnable work) {
        try {
            work.run();
        } catch (RuntimeException | Error e) {
            LOGGER.error("a source of servers has stopped", e);
            throw e;
        }
    }

    /** Ends the thread after the work that it does now, without an interrupt, which would hit the observer. */
    @Override
    public void close() {
        thread.shutdown();
    }
}
