package org.lvs4j;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.lvs4j.connection.ConnectionState;
import org.lvs4j.connection.ConnectionTable;
import org.lvs4j.connection.ServerState;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.Flow;
import org.lvs4j.net.Protocol;
import org.lvs4j.persistence.Templates;

/**
 * One connection or persistence template at one moment. Immutable.
 *
 * @param protocol its protocol, or null for the template of a firewall mark
 * @param state the name of its state as IPVS lists it, such as {@code ESTABLISHED} or {@code NONE}
 * @param expiresInNanos how long it lasts if it stays idle; not negative
 * @param client the client; port 0 in a template
 * @param virtual the virtual endpoint; of a firewall mark, the mark as an address; its port is 65535 in a template
 *     that is no longer used, because its server has left, and runs out
 * @param server the real server with the port of this connection
 * @param template whether this is a persistence template
 * @param engine the persistence engine of a template, or null
 * @param engineData what the engine knows the client by, or null
 */
public record ConnectionSnapshot(
        @Nullable Protocol protocol,
        String state,
        long expiresInNanos,
        Endpoint client,
        Endpoint virtual,
        Endpoint server,
        boolean template,
        @Nullable String engine,
        @Nullable String engineData) {
    static ConnectionSnapshot of(
            Protocol protocol,
            ConnectionState state,
            long expiresInNanos,
            Endpoint client,
            Endpoint virtual,
            Endpoint server) {
        return new ConnectionSnapshot(
                protocol, state.label(), expiresInNanos, client, virtual, server, false, null, null);
    }

    /** Every connection that can be looked up, and every template. */
    static List<ConnectionSnapshot> all(ConnectionTable connections, Templates templates, long now) {
        List<ConnectionSnapshot> snapshots = new ArrayList<>();
        Flow flow = new Flow();
        connections.forEach(connection -> {
            ServerState server = connection.server();
            if (server != null) {
                connection.fill(flow);
                snapshots.add(of(
                        flow.protocol(),
                        connection.state(),
                        connection.remainingNanos(now),
                        flow.client(),
                        flow.virtual(),
                        connection.destination(server)));
            }
        });
        connections.forEachHeld(held -> {
            Endpoint client = held.client();
            Endpoint virtual = held.virtual();
            if (client != null && virtual != null) {
                snapshots.add(of(
                        held.protocol(), held.state(), held.remainingNanos(now), client, virtual, held.destination()));
            }
        });
        templates.forEach(template -> snapshots.add(new ConnectionSnapshot(
                template.protocol(),
                template.assured() ? "ASSURED" : "NONE",
                Math.max(0, template.deadlineNanos() - now),
                template.client(),
                template.virtual(),
                template.destination(),
                true,
                template.engine(),
                template.identity())));
        return snapshots;
    }
}
