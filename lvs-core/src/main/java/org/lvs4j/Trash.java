package org.lvs4j;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.lvs4j.internal.connection.ServerState;
import org.lvs4j.net.Endpoint;
import org.lvs4j.service.ServiceKey;

/**
 * Removed servers that may still have connections. A server that is added again to a service of the same key gets its
 * connections and counters back, as in IPVS. Guarded by the lock of the {@link ServiceRegistry}.
 */
final class Trash {
    /** How often {@link #scan} is to be called. */
    static final int SCAN_SECONDS = 60;

    private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(120);

    private final Map<Place, Item> items = new LinkedHashMap<>();

    void put(ServiceKey key, ServerState server) {
        server.leave();
        items.put(new Place(key, server.config().endpoint()), new Item(server));
    }

    @Nullable
    ServerState find(ServiceKey key, Endpoint endpoint) {
        Item item = items.get(new Place(key, endpoint));
        return item == null ? null : item.server;
    }

    /** The servers by the keys of their services. */
    Map<ServiceKey, List<ServerState>> all() {
        Map<ServiceKey, List<ServerState>> all = new HashMap<>();
        items.forEach((place, item) ->
                all.computeIfAbsent(place.service, key -> new ArrayList<>()).add(item.server));
        return all;
    }

    void remove(ServiceKey key, Endpoint endpoint) {
        items.remove(new Place(key, endpoint));
    }

    /** Removes and retires the servers that a scan at least 120 s ago found unused and that still are unused. */
    List<ServerState> scan(long nowNanos) {
        List<ServerState> retired = new ArrayList<>();
        for (Iterator<Item> iterator = items.values().iterator(); iterator.hasNext(); ) {
            Item item = iterator.next();
            if (!item.server.unused()) {
                item.idle = false;
            } else if (!item.idle) {
                item.idle = true;
                item.idleSinceNanos = nowNanos;
            } else if (nowNanos - item.idleSinceNanos >= IDLE_NANOS && item.server.retire()) {
                iterator.remove();
                retired.add(item.server);
            }
        }
        return retired;
    }

    private static final class Item {
        final ServerState server;
        boolean idle;
        long idleSinceNanos;

        Item(ServerState server) {
            this.server = server;
        }
    }

    private record Place(ServiceKey service, Endpoint endpoint) {}
}
