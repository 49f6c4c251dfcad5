package org.lvs4j.health;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.IpAddress;
import org.lvs4j.service.ServiceKey;

/**
 * Decides which real servers are in service: starts probes, judges their results, and changes the table of a director.
 * It opens no socket, starts no process, and reads no clock: {@link HealthActions} does what it asks for, and each call
 * says what time it is, in nanoseconds of any clock that does not go back, such as {@link System#nanoTime()}.
 *
 * <p>Not thread-safe: one thread, or a lock, makes all calls. The cost of a call is that of what it changes, plus a
 * logarithm of the number of checks; {@link #start}, {@link #reload}, {@link #stop} and {@link #snapshot()} are
 * proportional to the size of the configuration.
 *
 * <pre>{@code
 * HealthEngine engine = HealthEngine.builder(actions).build();
 * engine.fileChanged(now, file, TrackedFile.number(text));  // for each tracked file
 * engine.start(now, configuration);
 * long deadline = engine.nextDeadline();                    // call advance at that time
 * engine.probeFinished(now, probe.id(), ProbeResult.passed("connected"));
 * }</pre>
 */
public final class HealthEngine {
    /** What {@link #stop} removes from the table. */
    public enum Cleanup {
        /** Every server, then its service, in the configured order. */
        SERVERS,
        /** Every service with its servers ({@code lvs_flush_on_stop VS}). */
        SERVICES,
        /** Nothing: the caller empties the table, or leaves it to a successor. */
        NOTHING
    }

    private HealthEngine(Builder builder) {}

    /** A builder for an engine with these actions. */
    public static Builder builder(HealthActions actions) {
        return new Builder(requireNonNull(actions, "actions"));
    }

    /**
     * Adds the services and servers to the table and schedules the first probes. Tracked files that were not reported
     * by {@link #fileChanged} before count as 0.
     *
     * @throws IllegalStateException if it has been started and not stopped
     * @throws IllegalArgumentException if two services of the configuration have the same key
     */
    public void start(long now, HealthConfiguration configuration) {
        throw new UnsupportedOperationException();
    }

    /**
     * Changes the table to another configuration. What is the same in both keeps its state; each check is probed anew.
     *
     * @throws IllegalStateException if it is not started
     * @throws IllegalArgumentException if two services of the configuration have the same key; nothing is changed
     */
    public void reload(long now, HealthConfiguration configuration) {
        throw new UnsupportedOperationException();
    }

    /**
     * Cancels all probes and timers, and removes from the table what was added. The engine can be started again.
     *
     * @throws IllegalStateException if it is not started
     */
    public void stop(long now, Cleanup cleanup) {
        throw new UnsupportedOperationException();
    }

    /**
     * Starts the probes, and ends the ejections, that are due.
     *
     * @return the time of the next call, as {@link #nextDeadline()}
     */
    public long advance(long now) {
        throw new UnsupportedOperationException();
    }

    /** When {@link #advance} must be called next; {@link Long#MAX_VALUE} if nothing is waiting. Any call may change it. */
    public long nextDeadline() {
        throw new UnsupportedOperationException();
    }

    /** A probe has a result. Ignored if the probe is unknown: it was cancelled, or has had its result. */
    public void probeFinished(long now, long probe, ProbeResult result) {
        throw new UnsupportedOperationException();
    }

    /** A tracked file has a number, see {@link TrackedFile#number}. Also before the start, and before a reload. */
    public void fileChanged(long now, TrackedFile file, int number) {
        throw new UnsupportedOperationException();
    }

    /**
     * A virtual address has been added to this host, or removed. Services with {@link MonitoredService#haSuspend} are
     * probed only while all of their addresses are present; none is at first.
     */
    public void addressChanged(long now, IpAddress address, boolean present) {
        throw new UnsupportedOperationException();
    }

    /** A client's connection to a server could not be opened, or was reset before its first byte. */
    public void connectionFailed(long now, ServiceKey service, Endpoint server) {
        throw new UnsupportedOperationException();
    }

    /** A client's connection to a server has been opened, after a failed one. */
    public void connectionOpened(long now, ServiceKey service, Endpoint server) {
        throw new UnsupportedOperationException();
    }

    /** The health of every service, in the configured order; unmodifiable. */
    public List<ServiceHealth> snapshot() {
        throw new UnsupportedOperationException();
    }

    /** The health of the service with a key; null if there is none. */
    public @Nullable ServiceHealth snapshot(ServiceKey service) {
        throw new UnsupportedOperationException();
    }

    /** Builds an engine. Not thread-safe. */
    public static final class Builder {
        private final HealthActions actions;
        private RandomGenerator random = RandomGenerator.getDefault();
        private boolean retriesWhileDown;

        private Builder(HealthActions actions) {
            this.actions = actions;
        }

        /** The source of the random part of the first probe's time. {@link RandomGenerator#getDefault} by default. */
        public Builder random(RandomGenerator generator) {
            random = requireNonNull(generator, "generator");
            return this;
        }

        /**
         * Whether a {@link TcpCheck} that is down repeats a failed probe, as in keepalived 2.2. False by default, as in
         * keepalived 2.4: one probe in each interval while down.
         */
        public Builder retriesWhileDown(boolean enabled) {
            retriesWhileDown = enabled;
            return this;
        }

        /** Builds the engine. */
        public HealthEngine build() {
            return new HealthEngine(this);
        }
    }
}
