package org.lvs4j.netty.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.uring.IoUringDatagramChannel;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringSocketChannel;
import io.netty.util.AttributeKey;
import io.netty.util.concurrent.Future;
import java.net.InetSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.lvs4j.Director;
import org.lvs4j.ServerSnapshot;
import org.lvs4j.netty.Transport;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

/** The parts that the tests of clients share: event loops, a service, and calls of one byte. */
final class Clients implements AutoCloseable {
    static final ServiceKey ORDERS = ServiceKey.named("orders");
    static final long TIMEOUT_SECONDS = 20;
    private static final AttributeKey<CompletableFuture<Integer>> ANSWER =
            AttributeKey.valueOf(Clients.class, "answer");

    final Transport transport;
    final EventLoopGroup loops;

    Clients(Transport transport) {
        assumeThat(transport.available())
                .as("SKIPPED: transport %s is not available here", transport)
                .isTrue();
        this.transport = transport;
        loops = new MultiThreadIoEventLoopGroup(
                2,
                switch (transport) {
                    case EPOLL -> EpollIoHandler.newFactory();
                    case IO_URING -> IoUringIoHandler.newFactory();
                    default -> NioIoHandler.newFactory();
                });
    }

    static Stream<Transport> transports() {
        return Stream.of(Transport.NIO, Transport.EPOLL, Transport.IO_URING);
    }

    /** A director without lingering connections and its only service. */
    static Director director(String scheduler, RealServer... servers) {
        Director director = Director.builder().linger(false).build();
        director.addService(VirtualService.of(ORDERS, scheduler), servers);
        return director;
    }

    /** For TCP, with a handler that answers {@link #call}. */
    Bootstrap tcp() {
        return new Bootstrap()
                .group(loops)
                .channel(
                        switch (transport) {
                            case EPOLL -> EpollSocketChannel.class;
                            case IO_URING -> IoUringSocketChannel.class;
                            default -> NioSocketChannel.class;
                        })
                .handler(initializer());
    }

    Bootstrap udp() {
        return new Bootstrap()
                .group(loops)
                .channel(
                        switch (transport) {
                            case EPOLL -> EpollDatagramChannel.class;
                            case IO_URING -> IoUringDatagramChannel.class;
                            default -> NioDatagramChannel.class;
                        })
                .handler(initializer());
    }

    static ChannelInitializer<Channel> initializer() {
        return new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel channel) {
                initialize(channel);
            }
        };
    }

    static void initialize(Channel channel) {
        channel.pipeline().addLast(new SimpleChannelInboundHandler<ByteBuf>() {
            @Override
            protected void channelRead0(ChannelHandlerContext context, ByteBuf bytes) {
                CompletableFuture<Integer> answer =
                        context.channel().attr(ANSWER).get();
                if (answer != null && bytes.isReadable()) {
                    answer.complete((int) bytes.readByte());
                }
            }

            @Override
            public void channelInactive(ChannelHandlerContext context) {
                CompletableFuture<Integer> answer =
                        context.channel().attr(ANSWER).get();
                if (answer != null) {
                    answer.completeExceptionally(new ClosedChannelException());
                }
            }

            @Override
            public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
                // The channel is closed next.
            }
        });
    }

    /** Sends a byte and expects it back. */
    static void call(Channel channel) throws Exception {
        CompletableFuture<Integer> answer = new CompletableFuture<>();
        channel.attr(ANSWER).set(answer);
        channel.writeAndFlush(Unpooled.buffer(1).writeByte(7)).addListener(written -> {
            if (!written.isSuccess()) {
                answer.completeExceptionally(written.cause());
            }
        });
        assertThat(answer.get(TIMEOUT_SECONDS, TimeUnit.SECONDS)).isEqualTo(7);
    }

    static Channel get(Future<Channel> connecting) throws Exception {
        return connecting.get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
    }

    static Throwable failure(Future<?> connecting) throws InterruptedException {
        assertThat(connecting.await(TIMEOUT_SECONDS, TimeUnit.SECONDS)).isTrue();
        assertThat(connecting.isSuccess()).isFalse();
        return connecting.cause();
    }

    static int portOf(Channel channel) {
        return ((InetSocketAddress) channel.remoteAddress()).getPort();
    }

    /** The connections that are counted now, of all servers. */
    static int counted(Director director) {
        return director.service(ORDERS).servers().stream()
                .mapToInt(server -> server.active() + server.inactive())
                .sum();
    }

    static ServerSnapshot server(Director director, RealServer server) {
        return director.service(ORDERS).servers().stream()
                .filter(each -> each.server().endpoint().equals(server.endpoint()))
                .findFirst()
                .orElseThrow();
    }

    static void awaitNothingCounted(Director director) {
        await("nothing is counted", () -> counted(director) == 0);
    }

    static void await(String what, BooleanSupplier condition) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(TIMEOUT_SECONDS);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("waited too long: %s", what).isLessThan(end);
            LockSupport.parkNanos(2_000_000);
        }
    }

    /** Ends the loops without a quiet period, as a hurried application does. */
    void endLoops() {
        loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
    }

    @Override
    public void close() {
        endLoops();
    }
}
