package org.lvs4j.internal.connection;

import java.util.Arrays;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.Protocol;

/**
 * What leads from a masqueraded server's packet to the connection, without a second index of all connections.
 *
 * <p>A packet of the server shows the server and the client. What is missing to look the connection up is the virtual endpoint,
 * and there are few of those that lead to one port of one server: mostly one. These <i>routes</i> are learnt from the first
 * connection of each kind and forgotten with their server. So services by firewall mark, on any port, for FTP, and
 * removed ones whose connections remain need no rules of their own.
 *
 * <p>Where more than {@link #MAX_ROUTES} lead to one place, as when a firewall mark stands for a network, connections by further
 * ones are put into a map one by one. Such a connection's meta word says so, and it leaves the map when it ends.
 *
 * <p>Progress: looking up takes no lock and allocates nothing. Learning a route, and entering a connection into the map or
 * taking it out, lock a bin of a map for a moment.
 */
final class Replies {
    /** How many virtual endpoints that lead to one port of a server are tried one after the other. */
    static final int MAX_ROUTES = 8;

    /** In the place of a virtual port: the same as the server's. Such routes are kept under the server's port 0. */
    static final int PORT_OF_SERVER = -1;

    /** One way to a server. */
    record Route(int serverId, long virtualHigh, long virtualLow, int virtualPort) {}

    private final ConcurrentHashMap<ReplyKey, Route[]> routes = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<ReplyKey, Route> index = new ConcurrentHashMap<>();

    // Never goes back to false: volatile publishes it by itself.
    private volatile boolean portsKept;

    /** The routes to a server's port, or null. */
    Route @Nullable [] routes(ReplyKey key) {
        return routes.get(key);
    }

    /** Whether there ever was a route that keeps the port. */
    boolean portsKept() {
        return portsKept;
    }

    /** Makes a route known. Returns false if there are too many already. */
    boolean learn(ReplyKey key, int serverId, long virtualHigh, long virtualLow, int virtualPort) {
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

    /** Forgets the routes to a server to which no connection leads or ever will. */
    void forget(ServerState server) {
        Endpoint endpoint = server.config().endpoint();
        for (Protocol protocol : Protocol.values()) {
            forget(new ReplyKey().anyClient(protocol.number(), endpoint.address(), endpoint.port()), server.id());
            forget(new ReplyKey().anyClient(protocol.number(), endpoint.address(), 0), server.id());
        }
    }

    private void forget(ReplyKey key, int serverId) {
        routes.computeIfPresent(key, (same, before) -> {
            Route[] rest = Arrays.stream(before)
                    .filter(route -> route.serverId != serverId)
                    .toArray(Route[]::new);
            return rest.length == 0 ? null : rest;
        });
    }

    /** The connection of this server and client, or null if it has to be found by a route. */
    @Nullable
    Route indexed(ReplyKey key) {
        return index.get(key);
    }

    /** Enters a connection that no route leads to; it must be in the table already. */
    void enter(ReplyKey key, Route way) {
        index.put(key.copy(), way);
    }

    /**
     * Takes a connection out. Its successor under the same key may have entered meanwhile, and must stay.
     *
     * @param remains tells whether there is a connection in the table that is to be found this way
     */
    void leave(ReplyKey key, Predicate<Route> remains) {
        index.computeIfPresent(key, (same, way) -> remains.test(way) ? way : null);
    }

    /** How many connections are found one by one. */
    int entered() {
        return index.size();
    }
}
