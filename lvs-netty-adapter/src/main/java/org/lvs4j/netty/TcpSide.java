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
 * <p>Both sockets live on the same event loop, so all fields are plain and nothing is handed between threads.
 *
 * <p>Reading stops while the other side's queue holds more than the buffer limit and goes on when it has been halved.
 * So one direction holds the limit and one read more. There is one exception: the native transports read a socket
 * whose sender has finished until its end at once, which adds what the system's receive buffer holds.
 */
final class TcpSide extends ChannelInboundHandlerAdapter {
    private final TcpConnection connection;
    private final boolean client;
    private final Channel own;
    private @Nullable TcpSide peer;
    /** Read although nobody asked for it before the other side stood; see the class comment. */
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

    /** Whether bytes flow to the other side. */
    boolean joined() {
        return peer != null;
    }

    /** Whether it has sent its last byte. */
    boolean inputEnded() {
        return inputEnded;
    }

    /** Whether it has been told that nothing more comes. */
    boolean outputEnded() {
        return outputEnded;
    }

    /** From now on bytes flow to the other side. */
    void join(TcpSide other) {
        peer = other;
        ByteBuf waiting = early;
        early = null;
        if (waiting != null) {
            forward(waiting, other);
            channelReadComplete(other);
        }
        if (inputEnded) {
            passEnd(other);
        } else if (other.own.isWritable()) {
            own.config().setAutoRead(true);
        }
    }

    /** How much memory waits to be written to this socket, in bytes. */
    long queuedBytes() {
        ChannelOutboundBuffer queue = own.unsafe().outboundBuffer();
        return queue == null ? 0 : queue.totalPendingWriteBytes();
    }

    /** Drops what was read too early. */
    void discard() {
        if (early != null) {
            early.release();
            early = null;
        }
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        connection.lane().countSocket(1);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        connection.lane().countSocket(-1);
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        connection.stands(this);
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

    /** Tells the other side that nothing more comes, behind all that is still queued for it. */
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
        // A socket whose two directions have ended is closed by the system's own account, in no disorder.
        if (!inputEnded || !outputEnded) {
            connection.broken(own, null);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        connection.broken(own, cause);
    }
}
