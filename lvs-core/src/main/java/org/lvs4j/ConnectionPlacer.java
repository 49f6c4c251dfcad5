package org.lvs4j;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.lvs4j.internal.concurrent.Stripes;
import org.lvs4j.internal.connection.ConnectionCursor;
import org.lvs4j.internal.connection.ConnectionTable;
import org.lvs4j.internal.connection.HeldConnections;
import org.lvs4j.internal.connection.ServerState;
import org.lvs4j.internal.persistence.Template;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.Flow;
import org.lvs4j.persistence.engine.PersistenceEngine;
import org.lvs4j.service.Forwarding;

/**
 * Opens new connections of both planes: reserves a place under the ceiling, chooses a server by {@link Placement}, and
 * inserts or holds the connection. The order of every test is that of IPVS.
 */
final class ConnectionPlacer {
    private static final ByteBuffer NO_PAYLOAD = ByteBuffer.allocate(0).asReadOnlyBuffer();

    private final ConnectionTable connections;
    private final HeldConnections held;
    private final Placement placement;
    private final Defence defence;
    private final LongAdder refused = new LongAdder();

    ConnectionPlacer(ConnectionTable connections, HeldConnections held, Placement placement, Defence defence) {
        this.connections = connections;
        this.held = held;
        this.placement = placement;
        this.defence = defence;
    }

    /**
     * Places a new connection of either plane on a server: persistence first, then the scheduler.
     *
     * @param attempt the connection that an application opens, which receives the outcome; null for a packet
     * @return a {@link Decision}; {@link Decision#NONE} if a packet's connection has come to exist meanwhile
     */
    long place(
            ServiceState service,
            Flow flow,
            int event,
            int bytes,
            @Nullable ByteBuffer payload,
            @Nullable Attempt attempt,
            long nowNanos) {
        if (defence.dropsPacket()) {
            return Decision.of(Verdict.DROP);
        }
        if (!(attempt == null ? connections.reserve() : held.reserve())) {
            return refuse();
        }
        boolean kept = false;
        try {
            ServiceState.View view = service.view();
            String identity = null;
            PersistenceEngine engine = view.engine();
            if (engine != null) {
                identity = attempt != null && attempt.identity() != null
                        ? attempt.identity()
                        : engine.identify(flow, payload == null ? NO_PAYLOAD : payload);
                if (identity == null) {
                    if (attempt != null) {
                        attempt.refuseUnidentified();
                    }
                    return Decision.of(Verdict.DROP);
                }
            }
            boolean onePacket = view.schedulesEachPacket(flow);
            List<Endpoint> tried = attempt == null ? null : attempt.tried();
            while (true) {
                Template template = placement.template(service.key(), view, flow, identity, tried, nowNanos);
                ServerState server = placement.server(service.key(), view, template, flow, tried);
                if (server == null) {
                    return Decision.of(Placement.noServer(service.key(), flow));
                }
                int port = Placement.port(service.key(), view, server, flow);
                ConnectionCursor.Insertion insertion = attempt != null
                        ? attempt.hold(held, flow, onePacket, server, port, template, nowNanos)
                        : onePacket
                                ? countSingleDatagram(server, template)
                                : connections
                                        .cursor()
                                        .insert(flow, server, port, template, event, defence.secureTcp(), nowNanos);
                switch (insertion) {
                    case DONE -> {
                        kept = !onePacket;
                        return started(server, port, bytes, attempt != null);
                    }
                    case KNOWN -> {
                        return Decision.NONE;
                    }
                    case NO_PLACE -> {
                        return refuse();
                    }
                    case NO_SERVER -> {
                        // Removed meanwhile: the next choice sees that.
                        view = service.view();
                    }
                }
            }
        } finally {
            if (!kept) {
                connections.unreserve();
            }
        }
    }

    /** Counts a new connection, and its first packet if it came with one. */
    private long started(ServerState server, int port, int bytes, boolean isHeld) {
        if (isHeld) {
            server.counters().connection(Stripes.SHARED);
        } else {
            ConnectionCursor cursor = connections.cursor();
            server.counters().connection(cursor.stripe());
            FlowDispatcher.count(server, cursor, true, bytes);
        }
        return Decision.forward(
                server.id(), port, server.config().forwarding().method() != Forwarding.Method.MASQUERADE);
    }

    /** Counts a datagram that leaves no connection. */
    private static ConnectionCursor.Insertion countSingleDatagram(ServerState server, @Nullable Template template) {
        boolean counted = server.countSinglePacket();
        if (template != null) {
            if (counted) {
                template.countInPacket();
            }
            template.releaseConnection();
        }
        return counted ? ConnectionCursor.Insertion.DONE : ConnectionCursor.Insertion.NO_SERVER;
    }

    private long refuse() {
        refused.increment();
        return Decision.of(Verdict.DROP);
    }

    /** How many new connections the ceiling has refused. */
    long connectionsRefused() {
        return refused.sum();
    }
}
