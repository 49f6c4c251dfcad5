package org.lvs4j.internal.connection;

import java.util.concurrent.atomic.LongAdder;

/**
 * The end of all connections of one server, spread over a time: at each moment the share of them has ended that the
 * time has passed.
 *
 * <p>The {@link ConnectionSweep} finds the connections. It does not find those of an unknown client: their holder ends
 * each when it asks and the share has reached the connection's own number, which is random.
 *
 * <p>Assumptions: one thread at a time calls {@link #due} and {@link #end}. Guarantees: holders may ask on any thread.
 * Progress: wait-free.
 */
public final class PacedEnd {
    /** The share that stands for all. */
    private static final int ALL = Integer.MAX_VALUE;

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

    /** The number of connections that the server had at the beginning. */
    public long count() {
        return count;
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

    /** The number of connections that should end now. */
    public long due(long nowNanos) {
        double part = isTimeOver(nowNanos) ? 1 : Math.max(0, nowNanos - beginNanos) / (double) overNanos;
        share = (int) (part * ALL);
        long left = closed ? server.total() : count - ended.sum();
        return Math.max(0, left - (count - (long) (count * part)));
    }

    /** Ends a connection that the cursor has found; returns whether it was this server's, and has ended. */
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

    /** Ends a held connection of this server that began before; returns whether it has ended. */
    boolean end(HeldConnection held, HeldConnections all) {
        if (!covers(held) || !all.expire(held)) {
            return false;
        }
        ended.increment();
        return true;
    }

    /** Ends a connection that no sweep finds, if it is its turn; returns whether this call has ended it. */
    public boolean endUnlisted(HeldConnection held, HeldConnections all) {
        int reached = share;
        return held.id() == 0 && (reached == ALL || System.identityHashCode(held) < reached) && end(held, all);
    }

    private boolean covers(HeldConnection held) {
        return closed || held.startNanos() - beginNanos <= 0;
    }
}
