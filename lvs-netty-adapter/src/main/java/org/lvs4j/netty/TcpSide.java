package org.lvs4j.netty;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * One of the two sockets of a connection: what it reads, the other one writes.
 *
 * <p>Both sockets belong to the same event loop: all fields are plain, and nothing is passed between threads.
 *
 * <p>Reading stops while the other side's queue holds more than the buffer limit, and continues when half of the limit
 * has been written. So one direction holds at most the limit and one further read. There is one exception: once the
 * sender has ended its stream, the native transports read the socket to its end, which adds what the system's receive
 * buffer holds.
 *
 * <p>A socket that cannot be written to any more is still read to its end: what its peer sent before it reset the
 * connection is passed on.
 */
final class TcpSide implements TcpSocket.Owner {
    private final TcpConnection connection;
    private final boolean client;
    private final TcpSocket own;
    private final Delivery delivery;
    private @Nullable TcpSide peer;
    /** Bytes that were read before the other side was connected. */
    private @Nullable ByteBuf early;

    private int unreportedBytes;
    private boolean inputEnded;
    private boolean inputIgnored;
    private boolean outputEnded;
    private boolean outputFailed;
    private boolean started;
    private boolean detached;

    TcpSide(TcpConnection connection, boolean client, TcpSocket own) {
        this.connection = connection;
        this.client = client;
        this.own = own;
        delivery = new Delivery(own);
        own.owner(this);
    }

    TcpSocket socket() {
        return own;
    }

    /** What has become of the bytes that were written to this socket. */
    Delivery delivery() {
        return delivery;
    }

    /** Whether bytes are passed to the other side. */
    boolean joined() {
        return peer != null;
    }

    /** Whether the peer of this socket has ended its stream. */
    boolean hasInputEnded() {
        return inputEnded;
    }

    /** Whether the stream towards the peer of this socket has been ended. */
    boolean hasOutputEnded() {
        return outputEnded;
    }

    /** Whether the socket could not be written to before its stream was ended. */
    boolean hasOutputFailed() {
        return outputFailed;
    }

    /** Whether it belongs to the connection no more. */
    boolean detached() {
        return detached;
    }

    /** The bytes that were read before the other side was connected, or null if there are none. */
    @Nullable
    ByteBuf early() {
        return early;
    }

    /** Starts to pass bytes to the other side. */
    void join(TcpSide other) {
        peer = other;
        ByteBuf pending = early;
        early = null;
        if (pending != null) {
            forward(pending, other);
            passed(other);
        }
        if (inputEnded) {
            passEnd(other);
        } else {
            continueReading();
        }
    }

    /** Reads on if the other side has room. */
    void continueReading() {
        TcpSide other = peer;
        if (other != null && !inputEnded && !inputIgnored && other.own.isWritable()) {
            own.read(true);
        }
    }

    /** Stops reading until {@link #continueReading}. */
    void pause() {
        own.read(false);
    }

    /** Resets the socket of a server that is given up; nothing that still happens to it concerns the connection. */
    void detach() {
        detached = true;
        inputIgnored = true;
        peer = null;
        close(true);
    }

    /**
     * Waits for another server, as before the first one was connected.
     *
     * @param sent what that server is to get first, or null
     */
    void unjoin(@Nullable ByteBuf sent) {
        pause();
        peer = null;
        early = sent;
        unreportedBytes = 0;
    }

    /** Ends the stream towards the other side, as if it had been ended here; what still arrives is discarded. */
    void endInput() {
        TcpSide other = peer;
        if (other != null && !inputIgnored) {
            inputIgnored = true;
            passEnd(other);
        }
    }

    /** Stops reading for good; what arrives nevertheless is discarded. */
    void ignoreInput() {
        inputIgnored = true;
        own.read(false);
    }

    /** The memory that waits to be written to this socket, in bytes. */
    long queuedBytes() {
        return own.queuedBytes();
    }

    /**
     * Closes the socket, and releases the bytes that were read before the other side was connected.
     *
     * @param reset whether the peer sees a reset. Otherwise the system still delivers what was written
     */
    void close(boolean reset) {
        if (early != null) {
            early.release();
            early = null;
        }
        if (reset) {
            own.reset();
        } else {
            own.end();
        }
    }

    @Override
    public void connected() {
        connection.connected(this);
    }

    @Override
    public void received(ByteBuf data) {
        TcpSide other = peer;
        if (connection.ended() || inputIgnored) {
            data.release();
        } else if (other == null) {
            keep(data);
        } else {
            forward(data, other);
        }
    }

    /** Appends by copying, so that a persistence engine sees everything in one piece. */
    private void keep(ByteBuf data) {
        if (early == null) {
            early = data;
        } else {
            try {
                early.writeBytes(data);
            } finally {
                data.release();
            }
        }
        if (early.readableBytes() >= ClientIdentification.MOST_BYTES) {
            own.read(false);
        }
    }

    private void forward(ByteBuf data, TcpSide other) {
        if (client) {
            connection.requested(data);
        } else if (!started) {
            started = true;
            connection.answered(this);
        }
        unreportedBytes += data.readableBytes();
        TcpSocket to = other.own;
        other.delivery.written();
        to.write(data);
        if (!to.isWritable()) {
            to.flush();
            if (!to.isWritable()) {
                own.read(false);
            }
        }
    }

    @Override
    public void receivedAll() {
        TcpSide other = peer;
        if (other != null) {
            passed(other);
        } else if (!connection.ended()) {
            connection.firstBytes(this);
        }
        if (!inputEnded && !detached && own.isResetUnnoticed()) {
            connection.broken(this, null);
        }
    }

    private void passed(TcpSide other) {
        other.own.flush();
        if (unreportedBytes != 0) {
            int bytes = unreportedBytes;
            unreportedBytes = 0;
            connection.count(client, bytes);
        }
    }

    @Override
    public void writable() {
        TcpSide other = peer;
        if (other != null) {
            other.continueReading();
        }
    }

    @Override
    public void inputEnded() {
        if (connection.ended() || detached || inputEnded) {
            return;
        }
        inputEnded = true;
        if (outputFailed) {
            connection.broken(this, null);
            return;
        }
        connection.inputEnded(client);
        if (peer != null && !inputIgnored) {
            passEnd(peer);
        }
    }

    @Override
    public void outputFailed() {
        if (!connection.ended() && !detached && !outputEnded && !outputFailed) {
            outputFailed = true;
            connection.outputFailed(this);
        }
    }

    /** Ends the stream towards the other side, after everything that is still queued for it. */
    private static void passEnd(TcpSide other) {
        other.delivery.written();
        other.own.endOutput();
    }

    @Override
    public void outputEnded() {
        outputEnded = true;
        connection.outputEnded();
    }

    @Override
    public void closed() {
        // When both directions have ended, the system closes the socket by itself, which is an orderly end.
        if (!inputEnded || !outputEnded) {
            connection.broken(this, null);
        }
    }

    @Override
    public void failed(Throwable cause) {
        connection.broken(this, cause);
    }
}
