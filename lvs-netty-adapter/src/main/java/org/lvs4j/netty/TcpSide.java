package org.lvs4j.netty;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.concurrent.Future;
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
 */
final class TcpSide extends ChannelInboundHandlerAdapter {
    private final TcpConnection connection;
    private final boolean client;
    private final Channel own;
    private @Nullable TcpSide peer;
    /** Bytes that were read before the other side was connected, although reading had not been requested. */
    private @Nullable ByteBuf early;

    private int unreportedBytes;
    private boolean inputEnded;
    private boolean outputEnded;

    TcpSide(TcpConnection connection, boolean client, Channel own) {
        this.connection = connection;
        this.client = client;
        this.own = own;
    }

    Channel channel() {
        return own;
    }

    /** Whether bytes are passed to the other side. */
    boolean joined() {
        return peer != null;
    }

    /** Whether the peer of this socket has ended its stream. */
    boolean inputEnded() {
        return inputEnded;
    }

    /** Whether the stream towards the peer of this socket has been ended. */
    boolean outputEnded() {
        return outputEnded;
    }

    /** Starts to pass bytes to the other side. */
    void join(TcpSide other) {
        peer = other;
        ByteBuf pending = early;
        early = null;
        if (pending != null) {
            forward(pending, other);
            channelReadComplete(other);
        }
        if (inputEnded) {
            passEnd(other);
        } else if (other.own.isWritable()) {
            own.config().setAutoRead(true);
        }
    }

    /** The memory that waits to be written to this socket, in bytes. */
    long queuedBytes() {
        ChannelOutboundBuffer queue = own.unsafe().outboundBuffer();
        return queue == null ? 0 : queue.totalPendingWriteBytes();
    }

    /** Closes the socket, and releases the bytes that were read before the other side was connected. */
    void close(TcpConnection.End how) {
        if (early != null) {
            early.release();
            early = null;
        }
        if (how == TcpConnection.End.ORDERLY) {
            own.close();
        } else {
            EventLoopState.reset(own);
        }
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        connection.loopState().countSocket(1);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        connection.loopState().countSocket(-1);
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        connection.connected(this);
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf data = (ByteBuf) message;
        TcpSide other = peer;
        if (connection.ended()) {
            data.release();
        } else if (other == null) {
            early = early == null ? data : Unpooled.wrappedBuffer(early, data);
        } else {
            forward(data, other);
        }
    }

    private void forward(ByteBuf data, TcpSide other) {
        unreportedBytes += data.readableBytes();
        Channel to = other.own;
        to.write(data, to.voidPromise());
        if (!to.isWritable()) {
            to.flush();
            if (!to.isWritable()) {
                own.config().setAutoRead(false);
            }
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        TcpSide other = peer;
        if (other != null) {
            channelReadComplete(other);
        }
    }

    private void channelReadComplete(TcpSide other) {
        other.own.flush();
        if (unreportedBytes != 0) {
            int bytes = unreportedBytes;
            unreportedBytes = 0;
            connection.count(client, bytes);
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        TcpSide other = peer;
        if (other != null && own.isWritable() && !other.inputEnded) {
            other.own.config().setAutoRead(true);
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event == ChannelInputShutdownEvent.INSTANCE && !inputEnded && !connection.ended()) {
            inputEnded = true;
            connection.inputEnded(client);
            if (peer != null) {
                passEnd(peer);
            }
        }
    }

    /** Ends the stream towards the other side, after everything that is still queued for it. */
    private void passEnd(TcpSide other) {
        other.own.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(written -> {
            if (written.isSuccess()) {
                ((DuplexChannel) other.own).shutdownOutput().addListener(other::outputShutDown);
            }
        });
    }

    private void outputShutDown(Future<?> done) {
        if (done.isSuccess()) {
            outputEnded = true;
            connection.outputEnded();
        } else {
            connection.broken(own, done.cause());
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        // When both directions have ended, the system closes the socket by itself, which is an orderly end.
        if (!inputEnded || !outputEnded) {
            connection.broken(own, null);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        connection.broken(own, cause);
    }
}
