package org.lvs4j.examples.standalone;

import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.lvs4j.netty.tun.TunException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings a plane in line with the changes of a health monitor, whose event loop may not wait for it. Requests during a
 * refresh become one further refresh. Thread-safe.
 */
final class PlaneFollower implements AutoCloseable {
    private static final long IDLE_SECONDS = 10;
    private static final Logger LOG = LoggerFactory.getLogger(PlaneFollower.class);

    private final Plane plane;
    private final AtomicBoolean requested = new AtomicBoolean();
    private final ThreadPoolExecutor thread;

    PlaneFollower(Plane plane) {
        this.plane = plane;
        thread = new ThreadPoolExecutor(1, 1, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
            Thread made = new Thread(task, "lvsd-plane");
            made.setDaemon(true);
            return made;
        });
        thread.allowCoreThreadTimeOut(true);
    }

    /** Refreshes soon. Returns at once. */
    void request() {
        if (requested.compareAndSet(false, true)) {
            try {
                thread.execute(this::refresh);
            } catch (RejectedExecutionException | OutOfMemoryError e) {
                requested.set(false);
                LOG.debug("the plane does not follow now", e);
            }
        }
    }

    private void refresh() {
        requested.set(false);
        try {
            plane.refresh();
        } catch (TunException e) {
            LOG.warn("a server that has come into service is not reached: {}", e.getMessage());
        } catch (IllegalStateException e) {
            LOG.debug("the plane is stopping", e);
        } catch (RuntimeException e) {
            LOG.error("the plane could not follow", e);
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
