package org.lvs4j.benchmarks.hot;

import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.lvs4j.net.Flow;
import org.lvs4j.net.Protocol;

/**
 * How many bytes of heap does a connection take in total? The difference of the heap in use after a collection with and
 * without the store, divided by the number of connections. The connections are ten minutes old on the virtual clock.
 * Arguments: the peer and the number of connections.
 */
public final class Footprint {
    private static final int SETTLING_TICKS = 60_000;
    private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private Footprint() {}

    /** Measures and prints the bytes per connection. */
    public static void main(String[] args) {
        StorePeer peer = StorePeer.valueOf(args[0]);
        int connections = Integer.parseInt(args[1]);
        System.out.println(String.format(Locale.ROOT, "bytes: %.1f B/connection", measure(peer, connections)));
    }

    static double measure(StorePeer peer, int connections) {
        // A small store first, so that neither classes nor the measurement itself are counted.
        filled(peer, 1000);
        CollectorLog.usedAfterCollection();
        long without = CollectorLog.usedAfterCollection();
        ConnectionStore store = filled(peer, connections);
        long with = CollectorLog.usedAfterCollection();
        if (store.live() != connections) {
            throw new IllegalStateException(store.live() + " connections instead of " + connections);
        }
        return (double) (with - without) / connections;
    }

    private static ConnectionStore filled(StorePeer peer, int connections) {
        Clock clock = new Clock();
        ConnectionStore store = peer.store(connections, clock);
        Flow flow = new Flow();
        for (int i = 0; i < connections; i++) {
            store.place(Keys.fill(flow, Protocol.TCP, i));
        }
        // A table that has started to grow finishes its migration.
        for (int i = 0; i < SETTLING_TICKS; i++) {
            clock.advance(TICK_NANOS);
            store.follow(Keys.fill(flow, Protocol.TCP, i % connections));
        }
        return store;
    }
}
