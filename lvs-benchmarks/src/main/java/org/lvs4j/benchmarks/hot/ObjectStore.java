package org.lvs4j.benchmarks.hot;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.lvs4j.net.Flow;

/**
 * An object for each connection and each server, round robin by an atomic counter. It has no timers: the periodic scan
 * over all connections that expiry needs is not counted.
 */
final class ObjectStore implements ConnectionStore {
    private static final int BYTES = 100;

    private final ConcurrentHashMap<Key, Tracked> connections = new ConcurrentHashMap<>();
    private final Server[] servers = new Server[StorePeer.SERVERS];
    private final AtomicInteger next = new AtomicInteger();
    private final Clock clock;

    ObjectStore(Clock clock) {
        this.clock = clock;
        for (int i = 0; i < servers.length; i++) {
            servers[i] = new Server(i);
        }
    }

    @Override
    public int follow(Flow flow) {
        Tracked connection = connections.get(Key.of(flow));
        if (connection == null) {
            return -1;
        }
        connection.lastSeenNanos = clock.getAsLong();
        if (connection.state != State.ESTABLISHED) {
            connection.state = State.ESTABLISHED;
        }
        connection.packets.incrementAndGet();
        connection.server.packets.increment();
        connection.server.bytes.add(BYTES);
        return connection.server.index;
    }

    @Override
    public void place(Flow flow) {
        Server server = servers[Math.floorMod(next.getAndIncrement(), servers.length)];
        Tracked connection = new Tracked(server, clock.getAsLong());
        if (connections.putIfAbsent(Key.of(flow), connection) != null) {
            throw new IllegalStateException(flow + " exists already");
        }
        server.connections.increment();
        server.active.incrementAndGet();
    }

    @Override
    public void end(Flow flow) {
        Tracked connection = connections.remove(Key.of(flow));
        if (connection != null) {
            connection.server.active.decrementAndGet();
        }
    }

    @Override
    public long live() {
        long live = 0;
        for (Server server : servers) {
            live += server.active.get();
        }
        return live;
    }

    private enum State {
        NEW,
        ESTABLISHED
    }

    private static final class Server {
        final int index;
        final AtomicInteger active = new AtomicInteger();
        final LongAdder connections = new LongAdder();
        final LongAdder packets = new LongAdder();
        final LongAdder bytes = new LongAdder();

        Server(int index) {
            this.index = index;
        }
    }

    private static final class Tracked {
        final Server server;
        final AtomicLong packets = new AtomicLong();
        volatile State state = State.NEW;
        volatile long lastSeenNanos;

        Tracked(Server server, long nowNanos) {
            this.server = server;
            lastSeenNanos = nowNanos;
        }
    }
}
