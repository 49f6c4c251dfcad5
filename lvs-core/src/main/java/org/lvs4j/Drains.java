package org.lvs4j;

import java.time.Duration;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.lvs4j.internal.connection.ConnectionCursor;
import org.lvs4j.internal.connection.ConnectionSweep;
import org.lvs4j.internal.connection.ConnectionTable;
import org.lvs4j.internal.connection.HeldConnection;
import org.lvs4j.internal.connection.HeldConnections;
import org.lvs4j.internal.connection.PacedEnd;
import org.lvs4j.internal.connection.ServerState;
import org.lvs4j.internal.connection.ServerState.Stage;
import org.lvs4j.internal.persistence.Templates;
import org.lvs4j.net.ConnectionState;
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
 * <p>No index lists the connections of a server. {@link #advance} looks for them in a {@link ConnectionSweep}, which
 * all drains share: nothing while connections end by themselves, about one visit of all connections over the time in
 * which the rest is ended, and one a second while only connections without activity are left, to tell those that linger
 * from those in use.
 *
 * <p>Progress: {@link #advance} does not wait; one thread at a time does its work. The other methods are blocking. They
 * are called with the lock of the {@link ConfigurationEditor} where they change weights.
 */
final class Drains {
    private static final long INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
    private static final long ROUND_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** How many rounds the sweep could make over the time of an end: connections may all be in its last part. */
    private static final int ROUNDS = 4;

    private static final int LEAST_STEPS = 64;

    private final LongSupplier ticker;
    private final ServiceRegistry services;
    private final ConnectionTable connections;
    private final HeldConnections held;
    private final Templates templates;
    private final Settings settings;
    private final ConnectionSweep sweep;

    // Guards everything below, but for the writes and reads of the volatile fields.
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<ServerState, Drain> drains = new LinkedHashMap<>();
    private final List<PacedEnd> ends = new ArrayList<>();
    private final Map<ServerState, Search> searches = new IdentityHashMap<>();
    private long previousNanos;
    private int roundSteps;

    // Written with the lock held, read by threads that look whether there is work.
    private volatile boolean working;
    private volatile long nextNanos;

    /** What the sweep looks for at a server. */
    private static final class Search {
        /** The end of its connections, or null to count those that linger only. */
        final @Nullable PacedEnd end;

        long due;
        int rounds;
        long lingering;
        boolean allLinger;

        Search(@Nullable PacedEnd end) {
            this.end = end;
        }
    }

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
        sweep = new ConnectionSweep(connections, held);
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
                ends.removeIf(end -> end.server() == state);
                stopEnd(drain);
                drain.phase = Drain.Phase.DRAINING;
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

    private void stopEnd(Drain drain) {
        PacedEnd end = drain.end;
        if (end != null) {
            drain.endedBefore += end.ended();
            drain.end = null;
        }
        drain.state().pacedEnd(null);
        searches.remove(drain.state());
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
                ends.removeIf(end -> end.server() == state);
                PacedEnd end = new PacedEnd(state, false, now, over.toNanos());
                ends.add(end);
                state.pacedEnd(end);
                searches.put(state, new Search(end));
            }
            work(now);
        } finally {
            lock.unlock();
        }
    }

    private void work(long now) {
        if (!working) {
            previousNanos = now;
            sweep.restart();
            roundSteps = sweep.steps();
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
     * Ends the UDP connections of a server and releases its persistent clients, at once. Costs a visit of all
     * connections and templates.
     *
     * @return how many were ended and released
     */
    int release(ServerState state) {
        int[] released = {templates.release(server -> server == state)};
        connections.forEach(found -> {
            while (found.server() == state && found.listed() && found.protocol() == Protocol.UDP) {
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
            if (connection.server() == state && connection.protocol() == Protocol.UDP && held.expire(connection)) {
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
        sweep(now);
        for (Drain drain : drains.values()) {
            Search search = searches.get(drain.state());
            boolean ended = drain.phase == Drain.Phase.ENDING && drain.state().total() == 0;
            if (ended || search != null && search.allLinger) {
                drained(drain, release);
            }
        }
        if (!release.isEmpty()) {
            templates.release(release::contains);
        }
        previousNanos = now;
        working = !ends.isEmpty() || drains.values().stream().anyMatch(drain -> !drain.phase.over());
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
            searches.put(state, new Search(end));
        } else if (!awaitsClients && state.active() == 0) {
            searches.computeIfAbsent(state, of -> new Search(null));
        } else {
            searches.remove(state);
        }
    }

    private void drained(Drain drain, List<ServerState> release) {
        stopEnd(drain);
        drain.phase = Drain.Phase.DRAINED;
        drain.state().stage(Stage.CLOSED);
        release.add(drain.state());
    }

    // ---- the connections

    private void sweep(long now) {
        if (searches.isEmpty()) {
            return;
        }
        long due = 0;
        long roundNanos = ROUND_NANOS;
        boolean counts = false;
        boolean whole = false;
        for (Search search : searches.values()) {
            PacedEnd end = search.end;
            if (end == null) {
                counts = true;
                continue;
            }
            search.due = end.advance(now);
            due += search.due;
            if (!end.isTimeOver(now)) {
                roundNanos = Math.min(roundNanos, Math.max(1, end.overNanos() / ROUNDS));
            } else if (search.rounds < 2) {
                // After a whole round at the end of its time, at most connections that no sweep finds are left.
                whole = true;
            }
        }
        int all = sweep.steps();
        double part = Math.min(1, (now - previousNanos) / (double) roundNanos);
        int most = whole ? all : Math.max(LEAST_STEPS, (int) Math.ceil(all * part));
        Visitor visitor = new Visitor(due);
        for (int step = 0; step < most && (counts || visitor.due > 0); step++) {
            if (sweep.step(visitor)) {
                roundEnded(now);
            }
        }
        ends.removeIf(end -> isOver(end, now));
    }

    /** Whether the connections of an end that is no drain's have ended. */
    private boolean isOver(PacedEnd end, long now) {
        Search search = searches.get(end.server());
        if (search != null && end.isTimeOver(now) && (end.advance(now) == 0 || search.rounds >= 2)) {
            searches.remove(end.server());
            return true;
        }
        return false;
    }

    private void roundEnded(long now) {
        // Connections that were moved meanwhile may have been counted twice.
        boolean exact = roundSteps == sweep.steps();
        roundSteps = sweep.steps();
        searches.forEach((server, search) -> {
            if (search.end != null) {
                search.rounds += search.end.isTimeOver(now) ? 1 : 0;
                return;
            }
            // The first round may have begun before the search.
            search.allLinger = search.rounds > 0 && exact && server.total() <= search.lingering;
            search.rounds++;
            search.lingering = 0;
        });
    }

    private final class Visitor implements ConnectionSweep.Visitor {
        long due;

        Visitor(long due) {
            this.due = due;
        }

        @Override
        public void visit(ConnectionCursor connection) {
            ServerState server = connection.server();
            Search search = server == null ? null : searches.get(server);
            if (search == null) {
                return;
            }
            if (search.end == null) {
                ConnectionState state = connection.state();
                if (state == ConnectionState.TIME_WAIT || state == ConnectionState.CLOSE) {
                    search.lingering++;
                }
            } else if (search.due > 0 && ConnectionSweep.end(search.end, connection)) {
                search.due--;
                due--;
            }
        }

        @Override
        public void visit(HeldConnection connection) {
            Search search = searches.get(connection.server());
            if (search != null && search.end != null && sweep.end(search.end, connection)) {
                search.due--;
                due--;
            }
        }
    }
}
