package org.lvs4j.netty;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOutboundBuffer;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

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

    private final Channel channel;
    private final boolean kernelTells;
    private boolean written;
    private long taken = UNKNOWN;
    private @Nullable ChannelFuture almostEmpty;
    private long emptyNanos;

    Delivery(Channel channel) {
        this.channel = channel;
        kernelTells = TcpSockets.kernelTells(channel);
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
        TcpInfo info = kernelTells ? TcpInfo.of(channel) : null;
        if (info != null) {
            taken = info.takenBytes();
            pending = info.pending() || queuedBytes() != 0;
        } else {
            // What waits, negative: it grows as the peer takes bytes.
            long queued = queuedBytes();
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
        if (queuedBytes() != 0) {
            return true;
        }
        TcpInfo info = written && kernelTells ? TcpInfo.of(channel) : null;
        return info != null && info.pending();
    }

    /**
     * Whether the peer has taken everything. To be called repeatedly, and only after the last write.
     *
     * @param lastWriteNanos the time of the last write, or a later one
     */
    boolean complete(long nowNanos, long lastWriteNanos) {
        if (!written || !channel.isOpen()) {
            return true;
        }
        if (queuedBytes() != 0) {
            return false;
        }
        TcpInfo info = kernelTells ? TcpInfo.of(channel) : null;
        if (info != null) {
            return !info.pending();
        }
        return emptied(nowNanos) && nowNanos - Math.max(lastWriteNanos, emptyNanos) >= GRACE_NANOS;
    }

    private boolean emptied(long nowNanos) {
        if (almostEmpty == null) {
            emptyNanos = nowNanos;
            almostEmpty = channel instanceof NioTcpSocket socket ? socket.almostEmpty() : channel.newSucceededFuture();
        }
        if (!almostEmpty.isDone()) {
            emptyNanos = nowNanos;
            return false;
        }
        return true;
    }

    /** The bytes that wait in the relay; what has left the first of the waiting buffers does not count. */
    private long queuedBytes() {
        ChannelOutboundBuffer queue = channel.unsafe().outboundBuffer();
        return queue == null ? 0 : Math.max(0, queue.totalPendingWriteBytes() - queue.currentProgress());
    }
}
