package org.lvs4j;

import static java.util.Objects.requireNonNull;

import java.util.function.Consumer;
import org.lvs4j.internal.connection.ConnectionTable;
import org.lvs4j.internal.connection.HeldConnections;
import org.lvs4j.internal.connection.ServerState;
import org.lvs4j.net.ConnectionState;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.Flow;
import org.lvs4j.net.Protocol;

/**
 * One connection at one moment. Immutable.
 *
 * @param protocol its protocol
 * @param state its state
 * @param expiresInNanos how long it lasts, in nanoseconds, if it stays idle; not negative
 * @param client the client's endpoint
 * @param virtual the virtual endpoint
 * @param server the real server with the port of this connection
 */
public record ConnectionSnapshot(
        Protocol protocol,
        ConnectionState state,
        long expiresInNanos,
        Endpoint client,
        Endpoint virtual,
        Endpoint server) {
    /** Checks that nothing is missing. */
    public ConnectionSnapshot {
        requireNonNull(protocol, "protocol");
        requireNonNull(state, "state");
        requireNonNull(client, "client");
        requireNonNull(virtual, "virtual");
        requireNonNull(server, "server");
    }

    static void forEach(
            ConnectionTable connections,
            HeldConnections heldConnections,
            long nowNanos,
            Consumer<? super ConnectionSnapshot> visitor) {
        Flow flow = new Flow();
        connections.forEach(connection -> {
            ServerState server = connection.server();
            if (server != null && connection.listed()) {
                connection.fill(flow);
                visitor.accept(new ConnectionSnapshot(
                        flow.protocol(),
                        connection.state(),
                        connection.remainingNanos(nowNanos),
                        flow.source(),
                        flow.destination(),
                        connection.destination(server)));
            }
        });
        heldConnections.forEach(held -> {
            Endpoint client = held.client();
            Endpoint virtual = held.virtual();
            if (client != null && virtual != null) {
                visitor.accept(new ConnectionSnapshot(
                        held.protocol(),
                        held.state(),
                        held.remainingNanos(nowNanos),
                        client,
                        virtual,
                        held.destination()));
            }
        });
    }
}
