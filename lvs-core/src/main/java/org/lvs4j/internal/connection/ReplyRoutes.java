package org.lvs4j.internal.connection;

import java.util.Arrays;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.Protocol;

/**
 * Routes from a masqueraded server's packet back to its connection, without a second index of all connections.
 *
 * <p>A packet from the server shows the server and the client. The connection's key also contains the virtual endpoint,
 * and few virtual endpoints lead to one port of one server: usually one. These <i>routes</i> are added by the first
 * connection that uses them and removed with their server. So services by firewall mark, on any port, for FTP, and
 * removed services whose connections remain need no special rules.
 *
 * <p>If more than {@link #MAX_ROUTES} virtual endpoints lead to one port, as when a firewall mark covers a network,
 * connections by the further ones are indexed one by one. The meta word of such a connection has a flag, and its end
 * removes it from the index.
 *
 * <p>Progress: a look-up takes no lock and allocates nothing. Adding a route, indexing a connection and removing either
 * block on a bin of a {@link ConcurrentHashMap}.
 */
final class ReplyRoutes {
    /** The maximum number of virtual endpoints that are tried one after the other for one port of a server. */
    static final int MAX_ROUTES = 8;

    /** In place of a virtual port: the same port as the server's. The keys of such routes have the server port 0. */
    static final int PORT_OF_SERVER = -1;

    /** A virtual endpoint that leads to a server. */
    record Route(int serverId, long virtualHigh, long virtualLow, int virtualPort) {}

    private final ConcurrentHashMap<ReplyKey, Route[]> routes = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<ReplyKey, Route> index = new ConcurrentHashMap<>();

    // Volatile: the write in add pairs with the read in hasKeptPorts. Never reset.
    private volatile boolean portsKept;

    /** The routes to a server's port, or null. */
    Route @Nullable [] routes(ReplyKey key) {
        return routes.get(key);
    }

    /** Whether there ever was a route to a server that uses the virtual port. */
    boolean hasKeptPorts() {
        return portsKept;
    }

    /** Adds a route unless it exists. Returns false if the server's port has the maximum number of routes. */
    boolean add(ReplyKey key, int serverId, long virtualHigh, long virtualLow, int virtualPort) {
        Route[] known = routes.get(key);
        if (known != null) {
            for (Route route : known) {
                if (route.virtualLow == virtualLow
                        && route.virtualPort == virtualPort
                        && route.virtualHigh == virtualHigh
                        && route.serverId == serverId) {
                    return true;
                }
            }
            if (known.length >= MAX_ROUTES) {
                return false;
            }
        }
        if (virtualPort == PORT_OF_SERVER) {
            portsKept = true;
        }
        return add(key, new Route(serverId, virtualHigh, virtualLow, virtualPort));
    }

    private boolean add(ReplyKey key, Route added) {
        Route[] now = routes.compute(key.copy(), (same, before) -> {
            if (before == null) {
                return new Route[] {added};
            }
            if (before.length >= MAX_ROUTES || contains(before, added)) {
                return before;
            }
            Route[] more = Arrays.copyOf(before, before.length + 1);
            more[before.length] = added;
            return more;
        });
        return contains(now, added);
    }

    private static boolean contains(Route[] routes, Route wanted) {
        for (Route route : routes) {
            if (route.equals(wanted)) {
                return true;
            }
        }
        return false;
    }

    /** Removes the routes to a server that has no connections and will get none. */
    void remove(ServerState server) {
        Endpoint endpoint = server.config().endpoint();
        for (Protocol protocol : Protocol.values()) {
            remove(new ReplyKey().anyClient(protocol.number(), endpoint.address(), endpoint.port()), server.id());
            remove(new ReplyKey().anyClient(protocol.number(), endpoint.address(), 0), server.id());
        }
    }

    private void remove(ReplyKey key, int serverId) {
        routes.computeIfPresent(key, (same, before) -> {
            Route[] rest = Arrays.stream(before)
                    .filter(route -> route.serverId != serverId)
                    .toArray(Route[]::new);
            return rest.length == 0 ? null : rest;
        });
    }

    /** The route of an indexed connection, or null. */
    @Nullable
    Route indexed(ReplyKey key) {
        return index.get(key);
    }

    /** Indexes a connection that has no route; it must be in the table already. */
    void index(ReplyKey key, Route route) {
        index.put(key.copy(), route);
    }

    /**
     * Removes a connection from the index, unless a successor with the same key has been indexed meanwhile.
     *
     * @param remains tests whether the table has an indexed connection by a route
     */
    void removeIndexed(ReplyKey key, Predicate<Route> remains) {
        index.computeIfPresent(key, (same, route) -> remains.test(route) ? route : null);
    }

    /** The number of indexed connections. */
    int indexSize() {
        return index.size();
    }
}
