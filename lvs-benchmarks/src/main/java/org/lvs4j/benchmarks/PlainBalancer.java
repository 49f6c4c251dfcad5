package org.lvs4j.benchmarks;

import java.util.concurrent.ConcurrentHashMap;
import org.lvs4j.net.Flow;

/**
 * The simplest balancer: a plain picker, a concurrent map of connections, counters in objects. It has no timers,
 * states, statistics or choice of services, so it does less than a director.
 */
final class PlainBalancer implements Balancer {
    private final PlainServer[] servers;
    private final Picker picker;
    private final ConcurrentHashMap<Key, PlainServer> connections = new ConcurrentHashMap<>();

    PlainBalancer(String scheduler, ServerFixture fixture) {
        servers = PlainServer.listOf(fixture.servers());
        picker = PlainPicker.of(scheduler, servers);
    }

    @Override
    public int openAndClose(Flow flow) {
        Key key = open(flow);
        PlainServer server = connections.remove(key);
        if (server == null) {
            throw new IllegalStateException(flow + " was lost");
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
