package org.lvs4j.benchmarks;

import java.util.concurrent.ConcurrentHashMap;
import org.lvs4j.net.Flow;

/**
 * A balancer as one would first write it: a plain picker, a concurrent map of connections, counters in objects. It has
 * neither timers nor states nor statistics nor a choice of services, so a director has more to do.
 */
final class PlainBalancer implements Balancer {
    private final PlainServer[] servers;
    private final Picker picker;
    private final ConcurrentHashMap<Key, PlainServer> connections = new ConcurrentHashMap<>();

    PlainBalancer(String scheduler, ServerFixture farm) {
        servers = PlainServer.listOf(farm.servers());
        picker = PlainPicker.of(scheduler, servers);
    }

    @Override
    public int openAndClose(Flow flow) {
        Key key = open(flow);
        PlainServer server = connections.remove(key);
        if (server == null) {
            throw new IllegalStateException(flow + " has vanished");
        }
        server.active.decrementAndGet();
        return server.weight;
    }

    private Key open(Flow flow) {
        PlainServer server = servers[picker.pick(flow)];
        server.active.incrementAndGet();
        Key key = new Key(flow.sourceLow(), flow.sourcePort(), flow.destinationLow(), flow.destinationPort());
        connections.put(key, server);
        return key;
    }

    @Override
    public long liveConnections() {
        long live = 0;
        for (PlainServer server : servers) {
            live += server.active.get() + server.inactive.get();
        }
        return live;
    }

    private record Key(long client, int clientPort, long virtual, int virtualPort) {}
}
