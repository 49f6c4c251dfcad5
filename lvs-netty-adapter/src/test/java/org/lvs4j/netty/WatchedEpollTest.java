package org.lvs4j.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sockets that get the descriptor of one that was closed while its events were still to be handled. */
@ExtendWith(LeakCheck.class)
final class WatchedEpollTest {
    /** In some of them another thread takes the descriptor, or the events are in two batches or in the other order. */
    private static final int ATTEMPTS = 20;

    private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

    private EventLoopGroup group;
    private EventLoopGroup loops;
    private ServerSocket peers;

    @BeforeEach
    void open() throws IOException {
        Loopback.assumeAvailable(Transport.EPOLL);
        peers = new ServerSocket(FreePort.next(), 50, LOOPBACK);
    }

    private EventLoop loop(boolean shared) {
        IoHandlerFactory handlers = shared ? EpollIoHandler.newFactory() : WatchedEpoll.newFactory();
        group = new MultiThreadIoEventLoopGroup(1, handlers);
        loops = shared ? new SharedLoops(group) : group;
        return loops.next();
    }

    @AfterEach
    void close() throws IOException {
        if (group != null) {
            group.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
        }
        if (peers != null) {
            peers.close();
        }
    }

    /** A channel's handler that notes what it is told. */
    private static class Events extends ChannelInboundHandlerAdapter {
        final List<Object> all = new CopyOnWriteArrayList<>();

        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) {
            all.add(event);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            all.add(cause);
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            ByteBuf data = (ByteBuf) message;
            all.add(data.readByte());
            data.release();
        }
    }

    private static Bootstrap bootstrap(EventLoop loop, Events events) {
        return new Bootstrap()
                .group(loop)
                .channel(EpollSocketChannel.class)
                .option(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .handler(events);
    }

    private Channel connect(EventLoop loop, Events events) {
        return bootstrap(loop, events)
                .connect(peers.getLocalSocketAddress())
                .syncUninterruptibly()
                .channel();
    }

    private static int descriptor(Channel channel) {
        return ((EpollSocketChannel) channel).fd().intValue();
    }

    /** Stops the loop, which has no event left to handle, so that what happens meanwhile is one batch of events. */
    private static CountDownLatch stop(EventLoop loop) throws InterruptedException {
        loop.submit(() -> {}).syncUninterruptibly();
        CountDownLatch stopped = new CountDownLatch(1);
        CountDownLatch resume = new CountDownLatch(1);
        loop.execute(() -> {
            stopped.countDown();
            try {
                resume.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        assertThat(stopped.await(20, TimeUnit.SECONDS)).isTrue();
        return resume;
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void socketClosedAndAnotherOpenedInABatch_newOneGetsNoEventOfTheOld(boolean shared) throws Exception {
        EventLoop loop = loop(shared);
        int reused = 0;
        for (int i = 0; i < ATTEMPTS; i++) {
            AtomicReference<Channel> closed = new AtomicReference<>();
            AtomicReference<Channel> opened = new AtomicReference<>();
            Events events = new Events();
            Channel first = connect(loop, new Events() {
                @Override
                public void channelRead(ChannelHandlerContext context, Object message) {
                    ((ByteBuf) message).release();
                    closed.get().close();
                    opened.set(bootstrap(loop, events)
                            .connect(peers.getLocalSocketAddress())
                            .channel());
                }
            });
            try (Socket peerOfFirst = peers.accept()) {
                closed.set(connect(loop, new Events()));
                int descriptor = descriptor(closed.get());
                CountDownLatch resume;
                try (Socket peerOfClosed = peers.accept()) {
                    resume = stop(loop);
                    peerOfFirst.getOutputStream().write(1);
                    peerOfClosed.setSoLinger(true, 0);
                }
                resume.countDown();
                try (Socket peer = peers.accept()) {
                    if (descriptor(opened.get()) == descriptor) {
                        reused++;
                    }
                    peer.getOutputStream().write(7);
                    Loopback.await("the byte, or something else", () -> !events.all.isEmpty());
                }
                assertThat(events.all).first().isEqualTo((byte) 7);
            }
            opened.get().close().syncUninterruptibly();
            first.close().syncUninterruptibly();
        }
        assertThat(reused).isPositive();
    }
}
