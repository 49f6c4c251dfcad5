package org.lvs4j;

import java.util.IdentityHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.lvs4j.internal.connection.ConnectionCursor;
import org.lvs4j.internal.connection.ConnectionSweep;
import org.lvs4j.internal.connection.HeldConnection;
import org.lvs4j.internal.connection.PacedEnd;
import org.lvs4j.internal.connection.ServerState;
import org.lvs4j.net.ConnectionState;

/**
 * Looks for the connections of some servers, to end them or to count those that linger.
 *
 * <p>No index lists the connections of a server. They are looked for in a {@link ConnectionSweep}, which all servers
 * share: about one visit of all connections over the time in which they are ended, and one a second to tell those that
 * linger from those in use.
 *
 * <p>Not thread-safe: guarded by the lock of the {@link Drains}.
 */
final class ServerSearches {
    private static final long ROUND_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** How many rounds the sweep could make over the time of an end: connections may all be in its last part. */
    private static final int ROUNDS = 4;

    private static final int LEAST_STEPS = 64;

    private final ConnectionSweep sweep;
    private final Map<ServerState, Search> searches = new IdentityHashMap<>();
    private long previousNanos;
    private int roundSteps;

    ServerSearches(ConnectionSweep sweep) {
        this.sweep = sweep;
    }

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

    /** Begins a round, after a time without a search. */
    void restart(long now) {
        previousNanos = now;
        sweep.restart();
        roundSteps = sweep.steps();
    }

    /** Looks for the connections of a server to end them, instead of what was looked for there. */
    void end(PacedEnd end) {
        searches.put(end.server(), new Search(end));
    }

    /** Looks for closed connections of a server that linger, unless something is looked for there. */
    void countLingering(ServerState server) {
        searches.computeIfAbsent(server, of -> new Search(null));
    }

    /** Whether it is known that a server has no connections but those that linger. */
    boolean allLinger(ServerState server) {
        Search search = searches.get(server);
        return search != null && search.allLinger;
    }

    /** Looks for nothing at a server any more. */
    void stop(ServerState server) {
        searches.remove(server);
    }

    /** Whether nothing is looked for. */
    boolean isEmpty() {
        return searches.isEmpty();
    }

    /** Looks for connections, as many as are due, within the cost of this moment. */
    void advance(long now) {
        long previous = previousNanos;
        previousNanos = now;
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
        double part = Math.min(1, (now - previous) / (double) roundNanos);
        int most = whole ? all : Math.max(LEAST_STEPS, (int) Math.ceil(all * part));
        Visitor visitor = new Visitor(due);
        for (int step = 0; step < most && (counts || visitor.due > 0); step++) {
            if (sweep.step(visitor)) {
                roundEnded(now);
            }
        }
        searches.values().removeIf(search -> isOver(search, now));
    }

    /** Whether the connections of an end have ended, at a server that is not drained. */
    private static boolean isOver(Search search, long now) {
        PacedEnd end = search.end;
        return end != null
                && end.server().stage() == ServerState.Stage.OPEN
                && end.isTimeOver(now)
                && (end.advance(now) == 0 || search.rounds >= 2);
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
