package org.lvs4j.netty.tun;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.lvs4j.DirectorException;
import org.lvs4j.DrainOptions;
import org.lvs4j.ServerSnapshot;
import org.lvs4j.ServiceSnapshot;

/** Drains a TUN plane: quiesces every server and waits until no connection is active. */
final class TunDrain {
    private static final long POLL_MILLIS = 50;
    private static final long PROGRESS_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long LONGEST_SECONDS = DrainOptions.LONGEST.toSeconds() / 2;

    private final TunState state;

    TunDrain(TunState state) {
        this.state = state;
    }

    /**
     * Waits until no connection is active, until a deadline, or until the device is gone.
     *
     * @return whether no connection was active at the end
     */
    boolean await(Duration deadline) throws InterruptedException {
        quiesce();
        long end = System.nanoTime() + nanos(deadline);
        long nextProgress = System.nanoTime();
        while (true) {
            int active = activeConnections();
            long now = System.nanoTime();
            if (active == 0 || now - end >= 0 || state.ended.isDone()) {
                return active == 0;
            }
            if (now - nextProgress >= 0) {
                long seconds = TimeUnit.NANOSECONDS.toSeconds(end - now);
                TunState.LOGGER.info(
                        "draining: {} connection{} left, {} s to go", active, active == 1 ? "" : "s", seconds);
                nextProgress = now + PROGRESS_NANOS;
            }
            TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
        }
    }

    /** A duration in nanoseconds, from none to half a year. */
    private static long nanos(Duration duration) {
        if (duration.isNegative()) {
            return 0;
        }
        return TimeUnit.SECONDS.toNanos(Math.min(duration.toSeconds(), LONGEST_SECONDS)) + duration.toNanosPart();
    }

    /** Lets the weight of every server count as zero, which leaves the configuration as it is. */
    private void quiesce() {
        for (ServiceSnapshot service : state.director.services()) {
            for (ServerSnapshot server : service.servers()) {
                try {
                    if (!server.draining()) {
                        // Longer than this object waits, so that it does not end connections.
                        state.director.drain(
                                service.service().key(),
                                server.server().endpoint(),
                                DrainOptions.within(DrainOptions.LONGEST));
                    }
                } catch (DirectorException e) {
                    TunState.LOGGER.debug("removed meanwhile", e);
                }
            }
        }
    }

    private int activeConnections() {
        int active = 0;
        for (ServiceSnapshot service : state.director.services()) {
            for (ServerSnapshot server : service.servers()) {
                active += server.active();
            }
        }
        return active;
    }
}
