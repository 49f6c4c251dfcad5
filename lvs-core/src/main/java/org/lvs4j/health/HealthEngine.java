package org.lvs4j.health;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.IpAddress;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

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
        /** Nothing: the caller empties the table, or leaves it as it is. */
        NOTHING,
        /** Nothing, and no program is told ({@code omega}): another engine continues. */
        HANDED_OVER
    }

    private final EngineContext context;
    private List<Pool> configured = List.of();
    private final Map<ServiceKey, Pool> added = new LinkedHashMap<>();
    private final Map<ServiceKey, Pool> byKey = new HashMap<>();
    private boolean started;
    private boolean busy;

    private HealthEngine(Builder builder) {
        context = new EngineContext(builder.actions, builder.random, builder.likeKeepalived22);
    }

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
        requireNonNull(configuration, "configuration");
        if (started) {
            throw new IllegalStateException("the engine is started");
        }
        enter();
        try {
            List<Pool> wanted = poolsOf(now, configuration, true);
            for (Pool pool : wanted) {
                pool.start(now, configuration.notifyAtStart());
            }
            begin(now, wanted);
            started = true;
        } finally {
            busy = false;
        }
    }

    /**
     * Changes the table to another configuration. What is the same in both keeps its state; each check is probed anew.
     * Services of {@link #putService} are not touched.
     *
     * @throws IllegalStateException if it is not started
     * @throws IllegalArgumentException if two services have the same key; nothing is changed
     */
    public void reload(long now, HealthConfiguration configuration) {
        requireNonNull(configuration, "configuration");
        requireStarted();
        enter();
        try {
            List<Pool> wanted = poolsOf(now, configuration, false);
            new Reload(context, configured, wanted, false).run(now, configuration.notifyAtStart());
            begin(now, wanted);
        } finally {
            busy = false;
        }
    }

    /**
     * Adds a service beside the configuration, or changes one that was added so. Its checks that ask the same as before
     * keep their state, their timers and their probes under way; if their interval gets shorter, the next probe comes at
     * the latest after the new one. No other service is touched. So this may be called often. In a new service the first failure of a server is final, as
     * at the start. Costs time in proportion to the servers of the service.
     *
     * @throws IllegalStateException if it is not started
     * @throws IllegalArgumentException if it belongs to a group, or the configuration has a service with its key
     */
    public void putService(long now, MonitoredService service) {
        requireNonNull(service, "service");
        requireStarted();
        ServiceKey key = service.services().get(0).key();
        if (service.group() != null) {
            throw new IllegalArgumentException("the services of group " + service.group() + " cannot be added alone");
        }
        Pool old = added.get(key);
        if (byKey.get(key) != old) {
            throw givenTwice(key);
        }
        enter();
        try {
            Pool next = new Pool(context, service, new Names().next(service), now, old == null);
            new Reload(context, old == null ? List.of() : List.of(old), List.of(next), true).run(now, false);
            added.put(key, next);
            byKey.put(key, next);
            next.begin(now);
        } finally {
            busy = false;
        }
    }

    /**
     * Removes a service that {@link #putService} has added, with its servers. Without effect if there is none.
     *
     * @throws IllegalStateException if it is not started
     */
    public void removeService(ServiceKey service) {
        requireNonNull(service, "service");
        requireStarted();
        enter();
        try {
            Pool old = added.remove(service);
            if (old != null) {
                byKey.remove(service);
                old.clear(Cleanup.SERVERS, true);
                old.retire();
            }
        } finally {
            busy = false;
        }
    }

    /**
     * Cancels all probes and timers, and removes from the table what was added. The engine can be started again.
     *
     * @throws IllegalStateException if it is not started
     */
    public void stop(long now, Cleanup cleanup) {
        requireNonNull(cleanup, "cleanup");
        requireStarted();
        enter();
        try {
            for (Pool pool : pools()) {
                pool.retire();
            }
            for (Pool pool : pools()) {
                pool.clear(cleanup, pool.config.omega() && cleanup != Cleanup.HANDED_OVER);
            }
            configured = List.of();
            added.clear();
            byKey.clear();
            started = false;
        } finally {
            busy = false;
        }
    }

    private List<Pool> poolsOf(long now, HealthConfiguration configuration, boolean atStart) {
        Set<ServiceKey> keys = new HashSet<>();
        for (MonitoredService service : configuration.services()) {
            for (VirtualService each : service.services()) {
                if (!keys.add(each.key()) || added.containsKey(each.key())) {
                    throw givenTwice(each.key());
                }
            }
        }
        Names names = new Names();
        List<Pool> result = new ArrayList<>();
        for (MonitoredService service : configuration.services()) {
            result.add(new Pool(context, service, names.next(service), now, atStart));
        }
        return result;
    }

    private static IllegalArgumentException givenTwice(ServiceKey key) {
        return new IllegalArgumentException("the service " + key + " is given twice");
    }

    private void begin(long now, List<Pool> wanted) {
        configured = List.copyOf(wanted);
        byKey.clear();
        byKey.putAll(added);
        for (Pool pool : configured) {
            pool.config.services().forEach(each -> byKey.put(each.key(), pool));
            pool.begin(now);
        }
        context.forgetOtherFiles();
    }

    private List<Pool> pools() {
        List<Pool> pools = new ArrayList<>(configured);
        pools.addAll(added.values());
        return pools;
    }

    private void requireStarted() {
        if (!started) {
            throw new IllegalStateException("the engine is not started");
        }
    }

    private void enter() {
        if (busy) {
            throw new IllegalStateException("an action calls the engine back");
        }
        busy = true;
    }

    /**
     * Starts the probes, and ends the ejections, that are due.
     *
     * @return the time of the next call, as {@link #nextDeadline()}
     */
    public long advance(long now) {
        enter();
        try {
            context.timers.advance(now);
        } finally {
            busy = false;
        }
        return nextDeadline();
    }

    /** When {@link #advance} must be called next; {@link Long#MAX_VALUE} if nothing is waiting. Any call may change it. */
    public long nextDeadline() {
        return context.timers.next();
    }

    /** A probe has a result. Ignored if the probe is unknown: it was cancelled, or has had its result. */
    public void probeFinished(long now, long probe, ProbeResult result) {
        requireNonNull(result, "result");
        enter();
        try {
            ProbedCheck check = context.finishProbe(probe);
            if (check != null) {
                check.finished(now, result);
            }
        } finally {
            busy = false;
        }
    }

    /** A tracked file has a number, see {@link TrackedFile#number}. Also before the start, and before a reload. */
    public void fileChanged(long now, TrackedFile file, int number) {
        requireNonNull(file, "file");
        enter();
        try {
            context.fileChanged(now, file, number);
        } finally {
            busy = false;
        }
    }

    /**
     * A virtual address has been added to this host, or removed. Services with {@link MonitoredService#haSuspend} are
     * probed only while all of their addresses are present; none is at first.
     */
    public void addressChanged(IpAddress address, boolean present) {
        context.addressChanged(requireNonNull(address, "address"), present);
    }

    /**
     * Connections of clients to a server could not be opened, or were reset before the first byte of the server. Ignored
     * for a service without a {@link MonitoredService#passiveCheck}.
     *
     * @param failures how many in a row there are up to now; the caller counts
     * @return whether the count begins anew, since the server is out of service, or not checked so
     */
    public boolean connectionsFailed(long now, ServiceKey service, Endpoint server, int failures) {
        requireNonNull(service, "service");
        requireNonNull(server, "server");
        enter();
        try {
            Pool pool = byKey.get(service);
            ServerState state = pool == null ? null : pool.server(server);
            return state == null || state.connectionsFailed(now, failures);
        } finally {
            busy = false;
        }
    }

    /**
     * Asks for the whole table once more, and sets timers that are missing. To be called after a call that an error has cut
     * off, such as a lack of memory; a notification or event of that call may be missing. A server that is there already is
     * added once more, and one that is not there is removed.
     *
     * @throws IllegalStateException if it is not started
     */
    public void repair(long now) {
        requireStarted();
        enter();
        try {
            for (Pool pool : pools()) {
                pool.repair(now);
            }
        } finally {
            busy = false;
        }
    }

    /** The health of every service, in the configured order, then of those that were added; unmodifiable. */
    public List<ServiceHealth> snapshot() {
        return pools().stream().map(Pool::snapshot).toList();
    }

    /** The health of the service with a key; null if there is none. */
    public @Nullable ServiceHealth snapshot(ServiceKey service) {
        Pool pool = byKey.get(requireNonNull(service, "service"));
        return pool == null ? null : pool.snapshot();
    }

    /**
     * The services and servers that it has added to the table and not removed, in the configured order; unmodifiable. The
     * table has them too unless an administrator has changed it.
     */
    public Map<VirtualService, List<RealServer>> table() {
        Map<VirtualService, List<RealServer>> services = new LinkedHashMap<>();
        for (Pool pool : pools()) {
            pool.table.describe(pool.config.services(), pool.servers, services);
        }
        return Collections.unmodifiableMap(services);
    }

    /** Builds an engine. Not thread-safe. */
    public static final class Builder {
        private final HealthActions actions;
        private RandomGenerator random = RandomGenerator.getDefault();
        private boolean likeKeepalived22;

        private Builder(HealthActions actions) {
            this.actions = actions;
        }

        /** The source of the random part of the first probe's time. {@link RandomGenerator#getDefault} by default. */
        public Builder random(RandomGenerator generator) {
            random = requireNonNull(generator, "generator");
            return this;
        }

        /**
         * Whether it does what keepalived 2.2 does and should not do. Its successor 2.4, and by default this engine, do
         * otherwise: a {@link TcpCheck} that is down repeats failed probes; an {@link HttpCheck} that
         * is on its way up repeats a failed page until it passes, and one that is down forgets at
         * a reload which page has failed; a service that leaves a group at a reload stays in the table without servers.
         * False by default.
         */
        public Builder likeKeepalived22(boolean enabled) {
            likeKeepalived22 = enabled;
            return this;
        }

        /** Builds the engine. */
        public HealthEngine build() {
            return new HealthEngine(this);
        }
    }
}
