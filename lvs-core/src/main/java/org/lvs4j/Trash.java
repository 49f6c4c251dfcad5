package org.lvs4j;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.lvs4j.connection.ServerState;
import org.lvs4j.net.Endpoint;
import org.lvs4j.service.ServiceKey;

/**
 * Removed servers that connections may still hold on to. One that returns to a service of the same key gets its
 * connections and counters back. Guarded by the configuration lock.
 */
final class Trash {
    static final long SCAN_NANOS = TimeUnit.SECONDS.toNanos(60);
    private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(120);

    private final List<Item> items = new ArrayList<>();

    void put(ServiceKey key, ServerState server) {
        server.leave();
        items.add(new Item(key, server));
    }

    @Nullable ServerState find(ServiceKey key, Endpoint endpoint) {
        for (Item item : items) {
            if (item.server.config().endpoint().equals(endpoint) && item.key.equals(key)) {
                return item.server;
            }
        }
        return null;
    }

    void remove(ServerState server) {
        items.removeIf(item -> item.server == server);
    }

    /** Takes out the servers that a scan at least 120 s ago found unused and that still are. */
    List<ServerState> scan(long nowNanos) {
        List<ServerState> forgotten = new ArrayList<>();
        for (Iterator<Item> iterator = items.iterator(); iterator.hasNext(); ) {
            Item item = iterator.next();
            if (!item.server.unused()) {
                item.idle = false;
            } else if (!item.idle) {
                item.idle = true;
                item.idleSinceNanos = nowNanos;
            } else if (nowNanos - item.idleSinceNanos >= IDLE_NANOS) {
                iterator.remove();
                forgotten.add(item.server);
            }
        }
        return forgotten;
    }

    private static final class Item {
        final ServiceKey key;
        final ServerState server;
        boolean idle;
        long idleSinceNanos;

        Item(ServiceKey key, ServerState server) {
            this.key = key;
            this.server = server;
        }
    }
}
