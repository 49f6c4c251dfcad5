package org.lvs4j.netty;

import java.util.concurrent.TimeUnit;

/**
 * Resets the second side of a connection whose first side was reset, as soon as it has taken what was on its way: a
 * reset discards everything that the system has not delivered.
 *
 * <p>The sweep cuts off a side that takes nothing. Belongs to the event loop of the connection.
 */
final class DelayedReset implements Runnable {
    private static final long FIRST_MICROS = 500;
    private static final long LONGEST_MICROS = 64_000;

    private final TcpConnection connection;
    private final TcpSide last;
    private final ConnectionRecord.End how;
    private long delayMicros = FIRST_MICROS;

    DelayedReset(TcpConnection connection, TcpSide last, ConnectionRecord.End how) {
        this.connection = connection;
        this.last = last;
        this.how = how;
    }

    /** The side that is still open. */
    TcpSide last() {
        return last;
    }

    /** The way in which the connection ends. */
    ConnectionRecord.End how() {
        return how;
    }

    /** Resets it, or looks again later. */
    @Override
    public void run() {
        if (connection.ended() || resetIfComplete()) {
            return;
        }
        try {
            connection.loopState().loop.schedule(this, delayMicros, TimeUnit.MICROSECONDS);
            delayMicros = Math.min(2 * delayMicros, LONGEST_MICROS);
        } catch (OutOfMemoryError e) {
            // The sweep looks again.
            RelayState.LOGGER.trace("no memory to look again", e);
        }
    }

    /** Resets it if it has taken everything; returns whether it has. */
    boolean resetIfComplete() {
        boolean complete = last.delivery().complete(System.nanoTime(), connection.lastActivityNanos());
        if (complete) {
            connection.end(how);
        }
        return complete;
    }
}
