package org.lvs4j.examples.webcluster.web;

import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * Answers at most so many requests a second, evenly: the others wait in the order of their arrival, without a thread.
 * Health checks do not wait.
 */
final class PacedHandler extends Handler.Wrapper {
    private static final long MAX_WAIT_NANOS = TimeUnit.SECONDS.toNanos(30);

    private final long intervalNanos;
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "pace");
        thread.setDaemon(true);
        return thread;
    });
    private long nextNanos = System.nanoTime();

    PacedHandler(int rate) {
        intervalNanos = TimeUnit.SECONDS.toNanos(1) / rate;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        if (Request.getPathInContext(request).equals("/health")) {
            return super.handle(request, response, callback);
        }
        long delayNanos = reserve();
        if (delayNanos > MAX_WAIT_NANOS) {
            Response.writeError(request, response, callback, 503);
            return true;
        }
        if (delayNanos <= 0) {
            return super.handle(request, response, callback);
        }
        timer.schedule(
                () -> getServer().getThreadPool().execute(() -> resume(request, response, callback)),
                delayNanos,
                TimeUnit.NANOSECONDS);
        return true;
    }

    /** How long the request waits; it has its turn only if that is not too long. */
    private synchronized long reserve() {
        long now = System.nanoTime();
        if (nextNanos - now < 0) {
            nextNanos = now;
        }
        long delay = nextNanos - now;
        if (delay <= MAX_WAIT_NANOS) {
            nextNanos += intervalNanos;
        }
        return delay;
    }

    private void resume(Request request, Response response, Callback callback) {
        try {
            if (!super.handle(request, response, callback)) {
                Response.writeError(request, response, callback, 404);
            }
        } catch (Exception e) {
            Response.writeError(request, response, callback, e);
        }
    }

    @Override
    protected void doStop() throws Exception {
        super.doStop();
        timer.shutdownNow();
    }
}
