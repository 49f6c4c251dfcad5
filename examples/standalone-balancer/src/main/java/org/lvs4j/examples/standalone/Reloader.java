package org.lvs4j.examples.standalone;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.lvs4j.netty.RelayException;
import org.lvs4j.netty.health.HealthMonitorException;
import org.lvs4j.netty.tun.TunException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the configuration file again and applies it, on a thread of its own: a file that blocks delays nothing else. No error
 * ends the daemon. Requests during a reload become one further reload. Thread-safe.
 */
final class Reloader {
    private static final int MAX_LOGGED_CHANGES = 1000;
    private static final Logger LOG = LoggerFactory.getLogger(Reloader.class);

    /** What the thread does. */
    private enum State {
        IDLE,
        RUNNING,
        /** Running, and requested again. */
        REQUESTED
    }

    private final ConfigurationFile file;
    private final Balancer balancer;
    private final AtomicReference<State> state = new AtomicReference<>(State.IDLE);

    // Written by the thread of the reload and read by that of a signal, for a message.
    private volatile String activity = "";
    private volatile long startNanos;

    Reloader(ConfigurationFile file, Balancer balancer) {
        this.file = file;
        this.balancer = balancer;
    }

    /** Starts a reload, or tells why it has to wait. Does not block. */
    void request() {
        State before = state.getAndUpdate(now -> now == State.IDLE ? State.RUNNING : State.REQUESTED);
        if (before != State.IDLE) {
            LOG.warn(
                    "SIGHUP: the reload before it has been {} {} for {} s; the file is read once more after it",
                    activity,
                    file.name(),
                    TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - startNanos));
            return;
        }
        startNanos = System.nanoTime();
        activity = "reading";
        try {
            Thread thread = new Thread(this::run, "lvsd-reload");
            thread.setDaemon(true);
            thread.start();
        } catch (OutOfMemoryError e) {
            state.set(State.IDLE);
            LOG.error("SIGHUP: nothing has been changed: {}", Reason.of(e));
        }
    }

    private void run() {
        do {
            startNanos = System.nanoTime();
            activity = "reading";
            try {
                reload();
            } catch (OutOfMemoryError e) {
                // There is no memory for a line about it either. The thread must still take up the next request.
                activity = "";
            }
            // Either nothing was requested meanwhile, or the request is taken up.
        } while (!state.compareAndSet(State.RUNNING, State.IDLE)
                && state.compareAndSet(State.REQUESTED, State.RUNNING));
    }

    private void reload() {
        if (file.isStandardInput()) {
            LOG.warn("SIGHUP: rules from standard input cannot be read again; use lvsadm --replace");
            return;
        }
        try {
            Configuration configuration = file.readAgain();
            activity = "applying";
            String changes = balancer.reload(configuration);
            if (configuration instanceof Configuration.OfKeepalived keepalived) {
                KeepalivedPicture.warn(keepalived.file(), LOG::warn);
            }
            LOG.info("SIGHUP: {} read again, {}", file.name(), changes.isEmpty() ? "nothing has changed" : "changes:");
            changes.lines().limit(MAX_LOGGED_CHANGES).forEach(line -> LOG.info("  {}", line));
            long more = changes.lines().count() - MAX_LOGGED_CHANGES;
            if (more > 0) {
                LOG.info("  and {} more", more);
            }
        } catch (RulesInvalidException | RelayException | TunException | HealthMonitorException e) {
            LOG.error("SIGHUP: nothing has been changed:");
            String.valueOf(e.getMessage()).lines().forEach(line -> LOG.error("  {}", line));
        } catch (IllegalStateException e) {
            LOG.warn("SIGHUP: nothing has been changed: lvsd is stopping");
        } catch (OutOfMemoryError | StackOverflowError e) {
            LOG.error("SIGHUP: {} {} has failed: {}", activity, file.name(), Reason.of(e));
        } catch (RuntimeException e) {
            LOG.error("SIGHUP: {} {} has failed unexpectedly", activity, file.name(), e);
        }
    }
}
