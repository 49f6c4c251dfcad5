package org.lvs4j.benchmarks.health;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The baseline: one event loop with a timer for each server, which connects to it and closes the connection. No state, no
 * table, no limit.
 */
final class BareLoop implements AutoCloseable {
    @Sharable
    private static final class Nothing extends ChannelInboundHandlerAdapter {}

    private final EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    private long connected;

    BareLoop(List<InetSocketAddress> servers, long intervalNanos) {
        EventLoop loop = group.next();
        Bootstrap bootstrap =
                new Bootstrap().group(loop).channel(EpollSocketChannel.class).handler(new Nothing());
        for (int i = 0; i < servers.size(); i++) {
            InetSocketAddress server = servers.get(i);
            loop.scheduleAtFixedRate(
                    () -> bootstrap.connect(server).addListener((ChannelFutureListener) connecting -> {
                        if (connecting.isSuccess()) {
                            connected++;
                        }
                        connecting.channel().close();
                    }),
                    intervalNanos * i / servers.size(),
                    intervalNanos,
                    TimeUnit.NANOSECONDS);
        }
    }

    /** The number of connections so far. */
    long connected() {
        return group.next().submit(() -> connected).syncUninterruptibly().getNow();
    }

    @Override
    public void close() {
        group.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
    }
}
