package org.lvs4j.benchmarks.hot;

import java.util.concurrent.ConcurrentHashMap;
import org.lvs4j.net.Flow;

/** A concurrent map: look-up, insertion and removal, nothing else. The key determines the server. */
final class MapStore implements ConnectionStore {
    private final ConcurrentHashMap<Key, MapValue> connections = new ConcurrentHashMap<>();

    @Override
    public int follow(Flow flow) {
        MapValue value = connections.get(Key.of(flow));
        return value == null ? -1 : value.server;
    }

    @Override
    public void place(Flow flow) {
        if (connections.putIfAbsent(Key.of(flow), new MapValue(serverOf(flow))) != null) {
            throw new IllegalStateException(flow + " exists already");
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
