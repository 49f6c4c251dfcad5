package org.lvs4j.internal.connection;

import java.util.concurrent.atomic.LongAdder;

/**
 * The end of all connections of one server, spread over a time: at each moment the share of them has ended that the
 * time has passed.
 *
 * <p>The {@link ConnectionSweep} finds connections in flat memory, and ends as many as are due. A connection that an
 * application holds has a number that decides at which share it ends. Its holder ends it by asking, as a relay does many
 * times a second; the sweep ends those whose holder does not ask, except those of an unknown client, which it does not
 * find.
 *
 * <p>Assumptions: one thread at a time calls {@link #advance}. Guarantees: holders may ask on any thread.
 * Progress: wait-free.
 */
public final class PacedEnd {
    /** The share that stands for all. */
    private static final int ALL = Integer.MAX_VALUE;

    /** The golden ratio times 2^32: multiples of it are spread evenly (Fibonacci hashing). */
    private static final int GOLDEN_RATIO = 0x9E3779B9;

    private final ServerState server;
    private final boolean closed;
    private final long count;
    private final long beginNanos;
    private final long overNanos;
    private final LongAdder ended = new LongAdder();

    // Written by the thread that ends connections, read by holders, to which an old value only means a later end.
    private volatile int share;

    /**
     * The end of the connections that a server has now.
     *
     * @param closed whether the server gets no new connections, so that the number of those left is what counts.
     *     Otherwise as many end as there are now
     * @param overNanos the time over which they end; 0 for at once
     */
    public PacedEnd(ServerState server, boolean closed, long beginNanos, long overNanos) {
        this.server = server;
        this.closed = closed;
        count = server.total();
        this.beginNanos = beginNanos;
        this.overNanos = overNanos;
    }

    /** The server. */
    public ServerState server() {
        return server;
    }

    /** The number of connections that have been ended so far. */
    public long ended() {
        return ended.sum();
    }

    /** The time over which they end, in nanoseconds. */
    public long overNanos() {
        return overNanos;
    }

    /** Whether the time has passed. */
    public boolean isTimeOver(long nowNanos) {
        return nowNanos - beginNanos >= overNanos;
    }

    /** The number of connections that should end now; lets those that are held end whose turn it is. */
    public long advance(long nowNanos) {
        double part = isTimeOver(nowNanos) ? 1 : Math.max(0, nowNanos - beginNanos) / (double) overNanos;
        share = (int) (part * ALL);
        long left = closed ? server.total() : count - ended.sum();
        return Math.max(0, left - (count - (long) (count * part)));
    }

    /** Ends a connection that a cursor has found; returns whether it was this server's, and has ended. */
    boolean end(ConnectionCursor found) {
        // Repeats if a packet has changed the connection meanwhile.
        while (found.server() == server) {
            if (found.remove()) {
                ended.increment();
                return true;
            }
            if (!found.findAgain()) {
                return false;
            }
        }
        return false;
    }

    /** Ends a held connection of this server if it is its turn; returns whether this call has ended it. */
    public boolean end(HeldConnection held, HeldConnections all) {
        int reached = share;
        if (reached != ALL && turn(held) >= reached || !covers(held) || !all.expire(held)) {
            return false;
        }
        ended.increment();
        return true;
    }

    /** A number from zero to {@link #ALL}. Those of consecutive ids, and so those of a server, are spread evenly. */
    private static int turn(HeldConnection held) {
        return held.id() == 0 ? System.identityHashCode(held) : held.id() * GOLDEN_RATIO >>> 1;
    }

    private boolean covers(HeldConnection held) {
        return closed || held.startNanos() - beginNanos <= 0;
    }
}
