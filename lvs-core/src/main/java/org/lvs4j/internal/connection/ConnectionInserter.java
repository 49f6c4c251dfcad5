package org.lvs4j.internal.connection;

import org.jspecify.annotations.Nullable;
import org.lvs4j.internal.connection.ConnectionCursor.Insertion;
import org.lvs4j.net.AddressFamily;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.Flow;
import org.lvs4j.service.Forwarding;
import org.lvs4j.service.RealServer;

/**
 * Inserts connections into the {@link ConnectionTable}. Belongs to one {@link ConnectionCursor}, whose lookup it uses.
 */
final class ConnectionInserter {
    private final ConnectionTable table;
    private final FlowLookup lookup;
    private final ReplyKey replyKey;

    ConnectionInserter(ConnectionTable table, FlowLookup lookup, ReplyKey replyKey) {
        this.table = table;
        this.lookup = lookup;
        this.replyKey = replyKey;
    }

    /** See {@link ConnectionCursor#insert}. */
    Insertion insert(
            ConnectionCursor cursor,
            Flow flow,
            ServerState server,
            int serverPort,
            @Nullable TemplateHandle template,
            int event,
            boolean defence,
            long nowNanos) {
        RealServer config = server.config();
        AddressFamily family = flow.family();
        boolean direct = config.forwarding().method() != Forwarding.Method.MASQUERADE;
        boolean portKept = serverPort != config.endpoint().port();
        int protocol = flow.protocol().number();
        long fields = ConnectionRules.initial(flow.protocol(), direct, portKept);
        fields = ConnectionRules.follow(fields, protocol, true, event, defence);
        boolean active = ConnectionRules.active(fields);
        fields = FlowRecord.withDeadline(fields, table.deadline(fields, nowNanos));
        if (!server.bind(active)) {
            release(template);
            return Insertion.NO_SERVER;
        }
        if (!direct && !addRoute(flow, config.endpoint(), server.id(), portKept)) {
            fields |= FlowRecord.INDEXED;
        }
        cursor.setKey(flow);
        lookup.identity = lookup.identity & FlowRecord.KEY_MASK | server.id();
        int templateId = template == null ? 0 : template.id();
        if (!table.flows(family).insert(lookup, templateId, fields)) {
            server.release(active);
            release(template);
            return lookup.generationNumber == 0 ? Insertion.NO_PLACE : Insertion.KNOWN;
        }
        if (FlowRecord.has(fields, FlowRecord.INDEXED)) {
            index(flow, config.endpoint(), serverPort, server.id());
            // If the connection ended before it was indexed, no other thread removes it from the index.
            table.removeIndexed(lookup, fields, family, server);
        }
        if (template != null && ConnectionRules.confirms(fields, protocol, true)) {
            template.confirm();
        }
        return Insertion.DONE;
    }

    private static void release(@Nullable TemplateHandle template) {
        if (template != null) {
            template.releaseConnection();
        }
    }

    private boolean addRoute(Flow flow, Endpoint endpoint, int serverId, boolean portKept) {
        int serverPort = portKept ? 0 : endpoint.port();
        int virtualPort = portKept ? ReplyRoutes.PORT_OF_SERVER : flow.destinationPort();
        return table.replyRoutes()
                .add(
                        replyKey.anyClient(flow.protocol().number(), endpoint.address(), serverPort),
                        serverId,
                        flow.destinationHigh(),
                        flow.destinationLow(),
                        virtualPort);
    }

    private void index(Flow flow, Endpoint endpoint, int serverPort, int serverId) {
        table.replyRoutes()
                .index(
                        replyKey.of(lookup, flow.family(), endpoint.address(), serverPort),
                        new ReplyRoutes.Route(
                                serverId, flow.destinationHigh(), flow.destinationLow(), flow.destinationPort()));
    }
}
