package org.lvs4j.benchmarks.hot;

import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.lvs4j.net.Flow;
import org.lvs4j.net.Protocol;

/**
 * How many bytes of heap does a connection take, all in? What is in use after a collection, with the store alone and without
 * it, divided by the number of connections, which have been there for ten minutes. Arguments: the peer, the number.
 */
public final class Footprint {
    private static final int REST_TICKS = 60_000;
    private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private Footprint() {}

    /** Prints the figure. */
    public static void main(String[] args) {
        StorePeer peer = StorePeer.valueOf(args[0]);
        int connections = Integer.parseInt(args[1]);
        System.out.println(String.format(Locale.ROOT, "bytes: %.1f B/connection", measure(peer, connections)));
    }

    static double measure(StorePeer peer, int connections) {
        // Once before, so that classes are not counted, nor what looking takes.
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
        // A table that has just begun to grow gets the time to finish.
        for (int i = 0; i < REST_TICKS; i++) {
            clock.advance(TICK_NANOS);
            store.follow(Keys.fill(flow, Protocol.TCP, i % connections));
        }
        return store;
    }
}
