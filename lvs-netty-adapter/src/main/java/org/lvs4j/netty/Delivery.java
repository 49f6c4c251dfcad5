package org.lvs4j.netty;

import java.util.concurrent.TimeUnit;

/**
 * How far the bytes have got that were written to a TCP socket: whether its peer still takes some, and whether it has
 * taken all.
 *
 * <p>On epoll and io_uring the system tells what the peer has acknowledged. Elsewhere only the relay's own queue is
 * seen, beyond which the system's send buffer holds as much again: {@link TcpSockets} bounds it.
 *
 * <p>Belongs to the event loop of the socket: all fields are plain.
 */
final class Delivery {
    /** How long the bytes have that the system may still hold, where it does not tell. */
    private static final long GRACE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private static final long UNKNOWN = Long.MIN_VALUE;

    private final TcpSocket socket;
    private boolean written;
    private long taken = UNKNOWN;
    private boolean emptying;
    private long emptyNanos;

    Delivery(TcpSocket socket) {
        this.socket = socket;
    }

    /** Something is written to the socket. */
    void written() {
        written = true;
    }

    /**
     * Whether the peer has taken anything since the last call. Where the system tells, that costs a system call, unless
     * the peer had taken everything at the last call and nothing was written since.
     */
    boolean moved() {
        if (!written) {
            return false;
        }
        long before = taken;
        boolean pending;
        TcpInfo info = socket.info();
        if (info != null) {
            taken = info.takenBytes();
            pending = info.pending() || socket.unsentBytes() != 0;
        } else {
            // What waits, negative: it grows as the peer takes bytes.
            long queued = socket.unsentBytes();
            taken = -queued;
            pending = queued != 0;
        }
        // Without an earlier observation, what is pending may have moved, and what has arrived did so before.
        boolean moved = before == UNKNOWN ? pending : before != taken;
        if (info != null && !pending) {
            written = false;
            taken = UNKNOWN;
        }
        return moved;
    }

    /** Whether it is known that the peer has not taken everything. */
    boolean pending() {
        if (socket.unsentBytes() != 0) {
            return true;
        }
        TcpInfo info = written ? socket.info() : null;
        return info != null && info.pending();
    }

    /**
     * Whether the peer has taken everything. To be called repeatedly, and only after the last write.
     *
     * @param lastWriteNanos the time of the last write, or a later one
     */
    boolean complete(long nowNanos, long lastWriteNanos) {
        if (!written || !socket.open()) {
            return true;
        }
        if (socket.unsentBytes() != 0) {
            return false;
        }
        TcpInfo info = socket.info();
        if (info != null) {
            return !info.pending();
        }
        return emptied(nowNanos) && nowNanos - Math.max(lastWriteNanos, emptyNanos) >= GRACE_NANOS;
    }

    private boolean emptied(long nowNanos) {
        if (!emptying) {
            emptying = true;
            emptyNanos = nowNanos;
        }
        if (!socket.almostEmpty()) {
            emptyNanos = nowNanos;
            return false;
        }
        return true;
    }
}
