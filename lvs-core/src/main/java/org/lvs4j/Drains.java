package org.lvs4j;

import java.time.Duration;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.lvs4j.internal.connection.ConnectionSweep;
import org.lvs4j.internal.connection.ConnectionTable;
import org.lvs4j.internal.connection.HeldConnections;
import org.lvs4j.internal.connection.PacedEnd;
import org.lvs4j.internal.connection.ServerState;
import org.lvs4j.internal.connection.ServerState.Stage;
import org.lvs4j.internal.persistence.Templates;
import org.lvs4j.net.Protocol;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.Sysctl;

/**
 * The drains of servers, and the ends of connections that were asked for.
 *
 * <p>A drain belongs to the {@link ServerState}, not to the configuration: the configured weight stays, and the server
 * counts as one of weight zero until the drain is aborted. So neither an edit nor a reload ends a drain, and nothing
 * has to be restored. It lasts as long as the state of the server, which outlives a removal for as long as connections
 * refer to it.
 *
 * <p>Progress: {@link #advance} does not wait; one thread at a time does its work. The other methods are blocking. They
 * are called with the lock of the {@link ConfigurationEditor} where they change weights.
 */
final class Drains {
    private static final long INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private final LongSupplier ticker;
    private final ServiceRegistry services;
    private final ConnectionTable connections;
    private final HeldConnections held;
    private final Templates templates;
    private final Settings settings;
    private final ServerSearches searches;

    // Guards everything below, but for the writes and reads of the volatile fields.
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<ServerState, Drain> drains = new LinkedHashMap<>();

    // Written with the lock held, read by threads that look whether there is work.
    private volatile boolean working;
    private volatile long nextNanos;

    Drains(
            LongSupplier ticker,
            ServiceRegistry services,
            ConnectionTable connections,
            HeldConnections held,
            Templates templates,
            Settings settings) {
        this.ticker = ticker;
        this.services = services;
        this.connections = connections;
        this.held = held;
        this.templates = templates;
        this.settings = settings;
        searches = new ServerSearches(new ConnectionSweep(connections, held));
    }

    // ---- commands

    /** Drains servers, all or none. The caller holds the editor's lock. */
    List<Drain> start(ConfigurationEditor editor, Map<ServerState, ServiceKey> servers, DrainOptions options) {
        lock.lock();
        try {
            Map<ServerState, Stage> before = new LinkedHashMap<>();
            boolean done = false;
            services.begin();
            try {
                servers.forEach((state, service) -> {
                    before.put(state, state.stage());
                    state.stage(Stage.QUIESCED);
                    services.weightChanged(service, state);
                });
                services.commit();
                done = true;
            } finally {
                if (!done) {
                    before.forEach(ServerState::stage);
                    services.rollBack();
                }
            }
            long now = ticker.getAsLong();
            List<Drain> started = new ArrayList<>();
            servers.forEach((state, service) -> {
                Drain drain = drains.computeIfAbsent(state, of -> new Drain(editor, this, service, of));
                stopEnd(drain);
                drain.phase = Drain.Phase.DRAINING;
                drain.connectionsAtStart = state.connections();
                drain.deadlineNanos = now + options.deadline().toNanos();
                drain.pacedFromNanos = drain.deadlineNanos - options.pacing().toNanos();
                started.add(drain);
            });
            work(now);
            return started;
        } finally {
            lock.unlock();
        }
    }

    /** Drains a server with what is left of a drain that was saved. The caller holds the editor's lock. */
    void restore(ConfigurationEditor editor, ServiceKey service, ServerState server, SavedDrain saved) {
        lock.lock();
        try {
            DrainOptions options =
                    new DrainOptions(Duration.ofNanos(saved.leftNanos()), Duration.ofNanos(saved.pacingNanos()));
            for (Drain drain : start(editor, Map.of(server, service), options)) {
                drain.endedBefore = saved.ended();
            }
        } finally {
            lock.unlock();
        }
    }

    /** What is left of each drain. */
    Map<ServerState, SavedDrain> save(long now) {
        lock.lock();
        try {
            Map<ServerState, SavedDrain> saved = new IdentityHashMap<>();
            drains.forEach((server, drain) -> {
                PacedEnd end = drain.end;
                saved.put(
                        server,
                        new SavedDrain(
                                drain.deadlineNanos - drain.pacedFromNanos,
                                drain.phase.over() ? 0 : Math.max(0, drain.deadlineNanos - now),
                                drain.endedBefore + (end == null ? 0 : end.ended())));
            });
            return saved;
        } finally {
            lock.unlock();
        }
    }

    private void stopEnd(Drain drain) {
        PacedEnd end = drain.end;
        if (end != null) {
            drain.endedBefore += end.ended();
            drain.end = null;
        }
        drain.state().pacedEnd(null);
        searches.stop(drain.state());
    }

    /** Begins to end the connections that a server has now; those of a drained server by a new deadline. */
    void end(ServerState state, Duration over) {
        lock.lock();
        try {
            long now = ticker.getAsLong();
            Drain drain = drains.get(state);
            if (drain != null) {
                stopEnd(drain);
                drain.phase = Drain.Phase.DRAINING;
                drain.pacedFromNanos = now;
                drain.deadlineNanos = now + over.toNanos();
            } else {
                PacedEnd end = new PacedEnd(state, false, now, over.toNanos());
                state.pacedEnd(end);
                searches.end(end);
            }
            work(now);
        } finally {
            lock.unlock();
        }
    }

    private void work(long now) {
        if (!working) {
            searches.restart(now);
        }
        nextNanos = now;
        working = true;
    }

    /** Whether a drain or an end is under way. */
    boolean working() {
        return working;
    }

    /** Aborts a drain. The caller holds the editor's lock. */
    boolean abort(Drain drain) {
        lock.lock();
        try {
            ServerState state = drain.state();
            if (drains.get(state) != drain) {
                return false;
            }
            Stage before = state.stage();
            boolean done = false;
            services.begin();
            try {
                state.stage(Stage.OPEN);
                services.weightChanged(drain.service(), state);
                services.commit();
                done = true;
            } finally {
                if (!done) {
                    state.stage(before);
                    services.rollBack();
                }
            }
            stopEnd(drain);
            drains.remove(state);
            drain.phase = Drain.Phase.ABORTED;
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Forgets the drains of servers that are gone. Does nothing while another thread holds the lock. */
    void forgetRemoved() {
        if (!lock.tryLock()) {
            return;
        }
        try {
            for (Iterator<Drain> all = drains.values().iterator(); all.hasNext(); ) {
                Drain drain = all.next();
                if (drain.state().retired()) {
                    all.remove();
                    stopEnd(drain);
                    drain.phase = Drain.Phase.REMOVED;
                }
            }
        } finally {
            lock.unlock();
        }
    }

    List<Drain> all() {
        lock.lock();
        try {
            return List.copyOf(drains.values());
        } finally {
            lock.unlock();
        }
    }

    Drain.Phase phase(Drain drain) {
        lock.lock();
        try {
            return drain.phase;
        } finally {
            lock.unlock();
        }
    }

    DrainProgress progress(Drain drain) {
        lock.lock();
        try {
            ServerState state = drain.state();
            long now = ticker.getAsLong();
            boolean gone = drain.phase == Drain.Phase.REMOVED;
            long activity = gone ? 0 : state.connections();
            PacedEnd end = drain.end;
            return new DrainProgress(
                    drain.phase,
                    (int) (activity >>> 32),
                    (int) activity,
                    (int) (drain.connectionsAtStart >>> 32),
                    (int) drain.connectionsAtStart,
                    gone ? 0 : state.templates(),
                    Duration.ofNanos(gone ? 0 : oldestNanos(state, now)),
                    Duration.ofNanos(drain.phase.over() ? 0 : Math.max(0, drain.deadlineNanos - now)),
                    drain.endedBefore + (end == null ? 0 : end.ended()));
        } finally {
            lock.unlock();
        }
    }

    private long oldestNanos(ServerState state, long now) {
        long[] oldest = {0};
        held.forEach(connection -> {
            if (connection.server() == state) {
                oldest[0] = Math.max(oldest[0], now - connection.startNanos());
            }
        });
        return oldest[0];
    }

    /**
     * Ends the UDP connections of servers and releases their persistent clients, at once. Costs a visit of all
     * connections and templates.
     *
     * @return how many were ended and released
     */
    int release(Set<ServerState> servers) {
        int[] released = {templates.release(servers::contains)};
        connections.forEach(found -> {
            while (servers.contains(found.server()) && found.listed() && found.protocol() == Protocol.UDP) {
                if (found.remove()) {
                    released[0]++;
                    return;
                }
                if (!found.findAgain()) {
                    return;
                }
            }
        });
        held.forEach(connection -> {
            if (servers.contains(connection.server())
                    && connection.protocol() == Protocol.UDP
                    && held.expire(connection)) {
                released[0]++;
            }
        });
        return released[0];
    }

    // ---- the work

    /** Does the work that is due. */
    void advance(long now) {
        if (working && now - nextNanos >= 0 && lock.tryLock()) {
            try {
                run(now);
            } finally {
                lock.unlock();
            }
        }
    }

    private void run(long now) {
        if (!working || now - nextNanos < 0) {
            return;
        }
        nextNanos = now + INTERVAL_NANOS;
        List<ServerState> release = new ArrayList<>();
        for (Drain drain : drains.values()) {
            advance(drain, release, now);
        }
        searches.advance(now);
        for (Drain drain : drains.values()) {
            boolean ended = drain.phase == Drain.Phase.ENDING && drain.state().total() == 0;
            if (ended || searches.allLinger(drain.state())) {
                drained(drain, release);
            }
        }
        if (!release.isEmpty()) {
            templates.release(release::contains);
        }
        working = !searches.isEmpty() || drains.values().stream().anyMatch(drain -> !drain.phase.over());
    }

    private void advance(Drain drain, List<ServerState> release, long now) {
        ServerState state = drain.state();
        if (drain.phase != Drain.Phase.DRAINING) {
            return;
        }
        boolean awaitsClients = state.templates() != 0 && !settings.on(Sysctl.EXPIRE_QUIESCENT_TEMPLATE);
        if (!awaitsClients && state.total() == 0) {
            drained(drain, release);
        } else if (now - drain.pacedFromNanos >= 0) {
            drain.phase = Drain.Phase.ENDING;
            state.stage(Stage.CLOSED);
            release.add(state);
            PacedEnd end = new PacedEnd(state, true, drain.pacedFromNanos, drain.deadlineNanos - drain.pacedFromNanos);
            drain.end = end;
            state.pacedEnd(end);
            searches.end(end);
        } else if (!awaitsClients && state.active() == 0) {
            searches.countLingering(state);
        } else {
            searches.stop(state);
        }
    }

    private void drained(Drain drain, List<ServerState> release) {
        stopEnd(drain);
        drain.phase = Drain.Phase.DRAINED;
        drain.state().stage(Stage.CLOSED);
        release.add(drain.state());
    }
}
