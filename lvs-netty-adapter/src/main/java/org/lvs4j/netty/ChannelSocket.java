package org.lvs4j.netty;

import static java.util.Objects.requireNonNull;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.ChannelOutputShutdownEvent;
import io.netty.channel.socket.ChannelOutputShutdownException;
import io.netty.channel.socket.DuplexChannel;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/** A TCP socket that is a channel of Netty, whose handler this is. */
final class ChannelSocket extends ChannelInboundHandlerAdapter implements TcpSocket {
    private final EventLoopState loopState;
    private final Channel channel;
    private @Nullable Owner owner;
    private @Nullable ChannelFuture almostEmpty;
    private boolean outputEnding;

    /**
     * The socket of a channel whose handler is yet to be added.
     *
     * @param bufferBytes the size of the system's send buffer if the system does not tell what waits in it
     */
    ChannelSocket(EventLoopState loopState, Channel channel, int bufferBytes) {
        this.loopState = loopState;
        this.channel = channel;
        TcpSockets.prepare(channel, bufferBytes);
    }

    @Override
    public void owner(Owner by) {
        owner = by;
    }

    private Owner owner() {
        return requireNonNull(owner, "the socket has no owner yet");
    }

    @Override
    public void whenClosed(Runnable action) {
        channel.closeFuture().addListener(closed -> action.run());
    }

    @Override
    public @Nullable InetSocketAddress remote() {
        return (InetSocketAddress) channel.remoteAddress();
    }

    @Override
    public @Nullable InetSocketAddress local() {
        return (InetSocketAddress) channel.localAddress();
    }

    @Override
    public boolean open() {
        return channel.isOpen();
    }

    @Override
    public boolean active() {
        return channel.isActive();
    }

    @Override
    public void read(boolean on) {
        channel.config().setAutoRead(on);
    }

    @Override
    public boolean isWritable() {
        return channel.isWritable();
    }

    @Override
    public void write(ByteBuf data) {
        channel.write(data, channel.voidPromise());
    }

    @Override
    public void flush() {
        channel.flush();
    }

    @Override
    public void endOutput() {
        channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(written -> {
            if (written.isSuccess()) {
                outputEnding = true;
                ((DuplexChannel) channel).shutdownOutput().addListener(done -> {
                    if (done.isSuccess()) {
                        owner().outputEnded();
                    } else {
                        owner().failed(done.cause());
                    }
                });
            }
        });
    }

    @Override
    public long queuedBytes() {
        ChannelOutboundBuffer queue = channel.unsafe().outboundBuffer();
        return queue == null ? 0 : queue.totalPendingWriteBytes();
    }

    @Override
    public long unsentBytes() {
        ChannelOutboundBuffer queue = channel.unsafe().outboundBuffer();
        return queue == null ? 0 : Math.max(0, queue.totalPendingWriteBytes() - queue.currentProgress());
    }

    @Override
    public boolean systemTells() {
        return TcpSockets.kernelTells(channel);
    }

    @Override
    public @Nullable TcpInfo info() {
        return systemTells() ? TcpInfo.of(channel) : null;
    }

    @Override
    public boolean almostEmpty() {
        if (almostEmpty == null) {
            almostEmpty = channel instanceof NioTcpSocket socket ? socket.almostEmpty() : channel.newSucceededFuture();
        }
        return almostEmpty.isDone();
    }

    @Override
    public boolean isResetUnnoticed() {
        return TcpSockets.isResetUnnoticed(channel);
    }

    @Override
    public void end() {
        channel.close();
    }

    @Override
    public void reset() {
        EventLoopState.reset(channel);
    }

    @Override
    public String toString() {
        return channel.toString();
    }

    // ---- what the channel tells

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        loopState.countSocket(1);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        loopState.countSocket(-1);
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        owner().connected();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        owner().received((ByteBuf) message);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        owner().receivedAll();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        if (channel.isWritable()) {
            owner().writable();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event == ChannelInputShutdownEvent.INSTANCE) {
            owner().inputEnded();
        } else if (event == ChannelOutputShutdownEvent.INSTANCE && !outputEnding) {
            owner().outputFailed();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        owner().closed();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        // A failure to write is also reported by an event.
        if (!(cause instanceof ChannelOutputShutdownException)) {
            owner().failed(cause);
        }
    }
}
