package org.lvs4j.internal.connection;

import org.jspecify.annotations.Nullable;
import org.lvs4j.net.Flow;
import org.lvs4j.net.IpAddress;

/**
 * Finds the connection of a packet from a real server by {@link ReplyRoutes}. Belongs to one {@link ConnectionCursor}.
 */
final class ReverseLookup {
    private final ReplyRoutes routes;
    private final ReplyKey key;

    ReverseLookup(ReplyRoutes routes, ReplyKey key) {
        this.routes = routes;
        this.key = key;
    }

    /** See {@link ConnectionCursor#findByServer}. */
    boolean find(ConnectionCursor cursor, Flow reply) {
        int protocol = reply.protocol().number();
        if (findBy(cursor, routes.routes(anyClient(reply, protocol, reply.sourcePort())), reply, protocol)
                || routes.hasKeptPorts()
                        && findBy(cursor, routes.routes(anyClient(reply, protocol, 0)), reply, protocol)) {
            return true;
        }
        ReplyRoutes.Route route = routes.indexed(key.refill(
                protocol,
                reply.family(),
                reply.sourceHigh(),
                reply.sourceLow(),
                reply.sourcePort(),
                reply.destinationHigh(),
                reply.destinationLow(),
                reply.destinationPort()));
        if (route != null && findBy(cursor, route, reply, protocol)) {
            return true;
        }
        return findForward(cursor, reply, protocol, reply.sourceHigh(), reply.sourceLow(), reply.sourcePort())
                && cursor.direct();
    }

    private ReplyKey anyClient(Flow reply, int protocol, int serverPort) {
        return key.anyClient(protocol, reply.family(), reply.sourceHigh(), reply.sourceLow(), serverPort);
    }

    private boolean findBy(
            ConnectionCursor cursor, ReplyRoutes.Route @Nullable [] candidates, Flow reply, int protocol) {
        if (candidates != null) {
            for (ReplyRoutes.Route route : candidates) {
                if (findBy(cursor, route, reply, protocol)) {
                    return true;
                }
            }
        }
        return false;
    }

    private boolean findBy(ConnectionCursor cursor, ReplyRoutes.Route route, Flow reply, int protocol) {
        int port = route.virtualPort() == ReplyRoutes.PORT_OF_SERVER ? reply.sourcePort() : route.virtualPort();
        return findForward(cursor, reply, protocol, route.virtualHigh(), route.virtualLow(), port)
                && isMasqueradedAt(cursor, reply);
    }

    /** Finds the connection of the reply's client with a virtual endpoint. */
    private boolean findForward(
            ConnectionCursor cursor, Flow reply, int protocol, long virtualHigh, long virtualLow, int virtualPort) {
        return cursor.find(
                reply.family(),
                protocol,
                reply.destinationHigh(),
                reply.destinationLow(),
                reply.destinationPort(),
                virtualHigh,
                virtualLow,
                virtualPort);
    }

    /** Whether the connection found is masqueraded and its server endpoint is the reply's source. */
    private static boolean isMasqueradedAt(ConnectionCursor cursor, Flow reply) {
        ServerState server = cursor.server();
        if (server == null || cursor.direct()) {
            return false;
        }
        IpAddress address = server.config().endpoint().address();
        return address.low() == reply.sourceLow()
                && address.high() == reply.sourceHigh()
                && cursor.serverPort(server) == reply.sourcePort();
    }
}
