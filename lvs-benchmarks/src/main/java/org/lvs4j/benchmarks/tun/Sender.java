package org.lvs4j.benchmarks.tun;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.unix.SegmentedDatagramPacket;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;

/** Sends small datagrams as fast as possible. The kernel segments each buffer into several (UDP GSO). */
final class Sender implements AutoCloseable {
    private static final int DATAGRAM_BYTES = 64;
    private static final int DATAGRAMS = 60;

    private final MultiThreadIoEventLoopGroup group = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    private final InetSocketAddress to = new InetSocketAddress(TunPeer.VIRTUAL, TunPeer.PORT);
    private final ByteBuf payload =
            Unpooled.directBuffer(DATAGRAM_BYTES * DATAGRAMS).writeZero(DATAGRAM_BYTES * DATAGRAMS);
    private final Channel[] sockets;
    private volatile boolean closed;
    private int next;

    Sender(int count) {
        sockets = new Channel[count];
        for (int i = 0; i < count; i++) {
            sockets[i] = new Bootstrap()
                    .group(group)
                    .channel(EpollDatagramChannel.class)
                    .handler(new ChannelInboundHandlerAdapter())
                    .bind("10.9.0.1", 0)
                    .syncUninterruptibly()
                    .channel();
        }
    }

    void start() {
        EventLoop loop = sockets[0].eventLoop();
        loop.execute(() -> flood(loop));
    }

    /**
     * Sends once from each socket, then schedules itself again. The device drops what exceeds its queue,
     * which is intended.
     */
    private void flood(EventLoop loop) {
        for (int i = 0; i < sockets.length; i++) {
            sockets[next].writeAndFlush(new SegmentedDatagramPacket(payload.retainedDuplicate(), DATAGRAM_BYTES, to));
            next = next + 1 == sockets.length ? 0 : next + 1;
        }
        if (!closed) {
            loop.execute(() -> flood(loop));
        }
    }

    @Override
    public void close() {
        closed = true;
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
        payload.release();
    }
}
