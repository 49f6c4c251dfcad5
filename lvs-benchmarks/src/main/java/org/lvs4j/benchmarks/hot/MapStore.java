package org.lvs4j.benchmarks.hot;

import java.util.concurrent.ConcurrentHashMap;
import org.lvs4j.net.Flow;

/** A concurrent map: it finds, inserts and removes, and nothing else. The key says which server. */
final class MapStore implements ConnectionStore {
    private final ConcurrentHashMap<Key, Placed> connections = new ConcurrentHashMap<>();

    @Override
    public int follow(Flow flow) {
        Placed placed = connections.get(Key.of(flow));
        return placed == null ? -1 : placed.server;
    }

    @Override
    public void place(Flow flow) {
        if (connections.putIfAbsent(Key.of(flow), new Placed(serverOf(flow))) != null) {
            throw new IllegalStateException(flow + " is known already");
        }
    }

    static int serverOf(Flow flow) {
        return (int) (flow.sourceLow() % StorePeer.SERVERS);
    }

    @Override
    public void end(Flow flow) {
        connections.remove(Key.of(flow));
    }

    @Override
    public long live() {
        return connections.mappingCount();
    }
}
