package org.lvs4j.netty.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelPromise;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.FastThreadLocalThread;
import io.netty.util.concurrent.Future;
import java.net.ConnectException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.lvs4j.Affinity;
import org.lvs4j.Connection;
import org.lvs4j.Director;
import org.lvs4j.DirectorException;
import org.lvs4j.ServerListener;
import org.lvs4j.UnavailableException;
import org.lvs4j.net.Endpoint;
import org.lvs4j.netty.Transport;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

/** Balanced connects: the server's count is right on every path. */
@Tag("slow")
final class BalancedBootstrapTest {
    private static final class Reports implements ServerListener {
        final List<Endpoint> failed = new ArrayList<>();
        final AtomicReference<@Nullable Throwable> cause = new AtomicReference<>();
        final AtomicInteger answers = new AtomicInteger();

        @Override
        public synchronized void failed(ServiceKey service, Endpoint server, @Nullable Throwable seen) {
            failed.add(server);
            cause.set(seen);
        }

        @Override
        public void answered(ServiceKey service, Endpoint server) {
            answers.incrementAndGet();
        }

        synchronized List<Endpoint> failed() {
            return List.copyOf(failed);
        }
    }

    private static Reports reports(Director director) {
        Reports reports = new Reports();
        director.addServerListener(reports);
        return reports;
    }

    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.client.Clients#transports")
    void connect_twoServers_countedUntilEachChannelIsClosed(Transport transport) throws Exception {
        try (Clients clients = new Clients(transport);
                EchoServer one = new EchoServer();
                EchoServer two = new EchoServer()) {
            Director director = Clients.director("rr", one.realServer(), two.realServer());
            BalancedBootstrap balanced = BalancedBootstrap.of(director, Clients.ORDERS, clients.tcp());
            List<Channel> channels = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                Channel channel = Clients.get(balanced.connect());
                channels.add(channel);
                Clients.call(channel);
            }

            assertThat(Clients.server(director, one.realServer()).active()).isEqualTo(3);
            assertThat(Clients.server(director, two.realServer()).active()).isEqualTo(3);
            Connection connection = BalancedBootstrap.connection(channels.get(0));
            assertThat(connection.destination().port()).isEqualTo(Clients.portOf(channels.get(0)));

            channels.get(0).close().sync();
            Clients.await("closed by the client", () -> Clients.counted(director) == 5);
            one.endConnections();
            two.reset();
            Clients.awaitNothingCounted(director);
        }
    }

    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.client.Clients#transports")
    void connect_serverRefuses_reportedAndAnotherOneIsTried(Transport transport) throws Exception {
        try (Clients clients = new Clients(transport);
                EchoServer server = new EchoServer()) {
            RealServer closed = EchoServer.closed();
            Director director = Clients.director("rr", closed, server.realServer());
            Reports reports = reports(director);
            BalancedBootstrap balanced = BalancedBootstrap.of(director, Clients.ORDERS, clients.tcp());
            for (int i = 0; i < 4; i++) {
                Channel channel = Clients.get(balanced.connect());
                assertThat(Clients.portOf(channel)).isEqualTo(server.port());
                assertThat(Clients.counted(director)).isOne();
                channel.close().sync();
                Clients.awaitNothingCounted(director);
            }
            assertThat(reports.failed()).isNotEmpty().containsOnly(closed.endpoint());
            assertThat(reports.cause.get()).isInstanceOf(ConnectException.class);
        }
    }

    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.client.Clients#transports")
    void connect_allRefuse_asManyTriedAsAllowedAndEarlierFailuresSuppressed(Transport transport) throws Exception {
        try (Clients clients = new Clients(transport)) {
            Director director = Clients.director("rr", EchoServer.closed(), EchoServer.closed(), EchoServer.closed());
            Reports reports = reports(director);
            BalancedBootstrap balanced = BalancedBootstrap.builder(director, Clients.ORDERS, clients.tcp())
                    .attempts(2)
                    .build();

            Throwable failure = Clients.failure(balanced.connect());

            assertThat(failure).isInstanceOf(ConnectException.class);
            assertThat(failure.getSuppressed()).hasSize(1);
            assertThat(new HashSet<>(reports.failed())).hasSize(2);
            Clients.awaitNothingCounted(director);
        }
    }

    @Test
    void connect_noServerOrNoService_failsWithoutChannel() throws Exception {
        try (Clients clients = new Clients(Transport.NIO)) {
            Director director = Clients.director("rr");
            BalancedBootstrap balanced = BalancedBootstrap.of(director, Clients.ORDERS, clients.tcp());
            assertThat(Clients.failure(balanced.connect())).isInstanceOf(UnavailableException.class);
            director.removeService(Clients.ORDERS);
            assertThat(Clients.failure(balanced.connect())).isInstanceOf(DirectorException.class);
            assertThat(Clients.failure(balanced.connect(Affinity.of("user")))).isInstanceOf(DirectorException.class);
        }
    }

    @Test
    void connect_affinity_sameServer() throws Exception {
        try (Clients clients = new Clients(Transport.NIO);
                EchoServer one = new EchoServer();
                EchoServer two = new EchoServer()) {
            Director director = Clients.director("sh", one.realServer(), two.realServer());
            BalancedBootstrap balanced = BalancedBootstrap.of(director, Clients.ORDERS, clients.tcp());
            Set<Integer> all = new HashSet<>();
            for (int user = 0; user < 16; user++) {
                Set<Integer> ports = new HashSet<>();
                for (int i = 0; i < 3; i++) {
                    Channel channel = Clients.get(balanced.connect(Affinity.of("user-" + user)));
                    ports.add(Clients.portOf(channel));
                    channel.close().sync();
                }
                assertThat(ports).hasSize(1);
                all.addAll(ports);
            }
            assertThat(all).hasSize(2);
            Clients.awaitNothingCounted(director);
        }
    }

    @Test
    void connect_cancelled_channelClosedAndNothingCounted() throws Exception {
        try (Clients clients = new Clients(Transport.NIO);
                EchoServer server = new EchoServer()) {
            Director director = Clients.director("rr", server.realServer());
            Reports reports = reports(director);
            AtomicReference<@Nullable Channel> opened = new AtomicReference<>();
            Bootstrap stuck = clients.tcp().handler(new ChannelInitializer<Channel>() {
                @Override
                protected void initChannel(Channel channel) {
                    channel.pipeline().addLast(new ChannelDuplexHandler() {
                        @Override
                        public void connect(
                                ChannelHandlerContext context,
                                SocketAddress remote,
                                SocketAddress local,
                                ChannelPromise promise) {
                            opened.set(context.channel());
                        }
                    });
                }
            });
            Future<Channel> connecting =
                    BalancedBootstrap.of(director, Clients.ORDERS, stuck).connect();
            Clients.await("connecting", () -> opened.get() != null);
            assertThat(Clients.counted(director)).isOne();

            assertThat(connecting.cancel(false)).isTrue();

            Clients.awaitNothingCounted(director);
            assertThat(opened.get().closeFuture().await(Clients.TIMEOUT_SECONDS, TimeUnit.SECONDS))
                    .isTrue();
            assertThat(reports.failed()).isEmpty();
        }
    }

    @Test
    void connect_cancelledWhileItIsPlaced_nothingOpenedOrCounted() throws Exception {
        try (Clients clients = new Clients(Transport.NIO);
                EchoServer server = new EchoServer()) {
            CompletableFuture<Future<Channel>> begun = new CompletableFuture<>();
            Director director = Director.builder()
                    .linger(false)
                    .ticker(() -> {
                        if (Thread.currentThread() instanceof FastThreadLocalThread) {
                            begun.join().cancel(false);
                        }
                        return System.nanoTime();
                    })
                    .build();
            director.addService(VirtualService.of(Clients.ORDERS, "rr"), server.realServer());
            AtomicInteger opened = new AtomicInteger();
            Bootstrap stuck = clients.tcp().handler(new ChannelInitializer<Channel>() {
                @Override
                protected void initChannel(Channel channel) {
                    opened.incrementAndGet();
                    channel.pipeline().addLast(new ChannelDuplexHandler() {
                        @Override
                        public void connect(
                                ChannelHandlerContext context,
                                SocketAddress remote,
                                SocketAddress local,
                                ChannelPromise promise) {
                            // It never is.
                        }
                    });
                }
            });
            begun.complete(BalancedBootstrap.of(director, Clients.ORDERS, stuck).connect());
            Clients.await("it is cancelled", () -> begun.join().isDone());
            for (int i = 0; i < 2; i++) {
                // What its event loop has begun is done then.
                clients.loops.next().submit(() -> {}).sync();
            }
            Clients.awaitNothingCounted(director);
            assertThat(opened).hasValue(0);
        }
    }

    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.client.Clients#transports")
    void connect_cancelledAtAnyMoment_nothingCounted(Transport transport) throws Exception {
        try (Clients clients = new Clients(transport);
                EchoServer server = new EchoServer()) {
            Director director = Clients.director("rr", server.realServer(), EchoServer.closed());
            BalancedBootstrap balanced = BalancedBootstrap.of(director, Clients.ORDERS, clients.tcp());
            for (int i = 0; i < 200; i++) {
                Future<Channel> connecting = balanced.connect();
                for (int spin = 0; spin < i * 50; spin++) {
                    Thread.onSpinWait();
                }
                if (!connecting.cancel(false)) {
                    Clients.get(connecting).close();
                }
            }
            Clients.awaitNothingCounted(director);
        }
    }

    @Test
    void connect_initializerThrows_failsWithoutReportOrCount() throws Exception {
        try (Clients clients = new Clients(Transport.NIO);
                EchoServer server = new EchoServer()) {
            Director director = Clients.director("rr", server.realServer());
            Reports reports = reports(director);
            Bootstrap throwing = clients.tcp().handler(new ChannelInitializer<Channel>() {
                @Override
                protected void initChannel(Channel channel) {
                    throw new IllegalArgumentException("of the application");
                }
            });
            Clients.failure(
                    BalancedBootstrap.of(director, Clients.ORDERS, throwing).connect());
            Clients.awaitNothingCounted(director);
            assertThat(reports.failed()).isEmpty();
        }
    }

    @Test
    void connect_handlerNotSharable_secondFailsWithTheReason() throws Exception {
        try (Clients clients = new Clients(Transport.NIO);
                EchoServer server = new EchoServer()) {
            Director director = Clients.director("rr", server.realServer());
            BalancedBootstrap balanced = BalancedBootstrap.of(
                    director, Clients.ORDERS, clients.tcp().handler(new ChannelInboundHandlerAdapter()));
            Channel first = Clients.get(balanced.connect());
            assertThat(Clients.failure(balanced.connect())).hasMessageContaining("Sharable");
            assertThat(Clients.counted(director)).isOne();
            first.close().sync();
            Clients.awaitNothingCounted(director);
        }
    }

    @Test
    void connect_loopsEnded_failsAtOnceAndNothingCounted() throws Exception {
        try (Clients clients = new Clients(Transport.NIO);
                EchoServer server = new EchoServer()) {
            Director director = Clients.director("rr", server.realServer());
            BalancedBootstrap balanced = BalancedBootstrap.of(director, Clients.ORDERS, clients.tcp());
            clients.endLoops();
            Future<Channel> connecting = balanced.connect();
            assertThat(connecting.isDone()).isTrue();
            assertThat(connecting.cause()).isInstanceOf(RejectedExecutionException.class);
            AtomicInteger told = new AtomicInteger();
            connecting.addListener(done -> told.incrementAndGet());
            assertThat(told).hasValue(1);
            assertThat(Clients.counted(director)).isZero();
        }
    }

    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.client.Clients#transports")
    void loops_endedWithoutQuietPeriod_nothingCounted(Transport transport) throws Exception {
        try (EchoServer server = new EchoServer()) {
            Director director = Clients.director("rr", server.realServer(), EchoServer.closed());
            for (int round = 0; round < 20; round++) {
                Clients clients = new Clients(transport);
                BalancedBootstrap balanced = BalancedBootstrap.of(director, Clients.ORDERS, clients.tcp());
                for (int i = 0; i < round; i++) {
                    balanced.connect();
                }
                clients.endLoops();
                // Each loop ends what is left with its thread.
                Clients.awaitNothingCounted(director);
            }
        }
    }

    @Test
    void connect_onAnEventLoop_connects() throws Exception {
        try (Clients clients = new Clients(Transport.NIO);
                EchoServer server = new EchoServer()) {
            Director director = Clients.director("rr", EchoServer.closed(), server.realServer());
            EventLoop loop = clients.loops.next();
            BalancedBootstrap balanced =
                    BalancedBootstrap.of(director, Clients.ORDERS, clients.tcp().clone(loop));
            Callable<Future<Channel>> connect = balanced::connect;
            Channel channel = Clients.get(loop.submit(connect).get(10, TimeUnit.SECONDS));
            assertThat(channel.eventLoop()).isSameAs(loop);
            Clients.call(channel);
            channel.close().sync();
            Clients.awaitNothingCounted(director);
        }
    }

    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.client.Clients#transports")
    void connectUdp_serverAnswersOrNot_countedUntilClosedAndFailureReported(Transport transport) throws Exception {
        DatagramSocket socket = new DatagramSocket(0, InetAddress.getLoopbackAddress());
        try (Clients clients = new Clients(transport)) {
            RealServer server = RealServer.of("127.0.0.1:" + socket.getLocalPort());
            Director director = Clients.director("rr", server);
            Reports reports = reports(director);
            Channel channel = Clients.get(BalancedBootstrap.of(director, Clients.ORDERS, clients.udp())
                    .connect());
            assertThat(Clients.portOf(channel)).isEqualTo(socket.getLocalPort());
            assertThat(Clients.counted(director)).isOne();
            assertThat(reports.answers).hasValue(0);

            socket.close();
            Clients.await("the port is reported unreachable", () -> {
                channel.writeAndFlush(Unpooled.buffer(1).writeByte(1));
                return reports.failed().contains(server.endpoint());
            });
            channel.close().sync();
            Clients.awaitNothingCounted(director);
        }
    }

    @Test
    void endConnections_serverOfOpenChannel_channelClosed() throws Exception {
        try (Clients clients = new Clients(Transport.NIO);
                EchoServer server = new EchoServer()) {
            Director director = Clients.director("rr", server.realServer());
            Channel channel = Clients.get(BalancedBootstrap.of(director, Clients.ORDERS, clients.tcp())
                    .connect());
            director.endConnections(Clients.ORDERS, server.realServer().endpoint(), Duration.ZERO);
            assertThat(channel.closeFuture().await(Clients.TIMEOUT_SECONDS, TimeUnit.SECONDS))
                    .isTrue();
            Clients.awaitNothingCounted(director);
        }
    }

    @Test
    void firstByte_answer_reportedOnceAtTheFirstByte() throws Exception {
        try (Clients clients = new Clients(Transport.NIO);
                EchoServer server = new EchoServer()) {
            Director director = Clients.director("peak-ewma", server.realServer());
            Reports reports = reports(director);
            BalancedBootstrap balanced = BalancedBootstrap.builder(director, Clients.ORDERS, clients.tcp())
                    .firstByte(true)
                    .build();
            Channel channel = Clients.get(balanced.connect());
            assertThat(reports.answers).hasValue(0);
            Clients.call(channel);
            assertThat(reports.answers).hasValue(1);
            Clients.call(channel);
            assertThat(reports.answers).hasValue(1);
            server.reset();
            channel.closeFuture().sync();
            Clients.awaitNothingCounted(director);
            assertThat(reports.failed()).isEmpty();
        }
    }

    @Test
    void firstByte_resetBefore_reportedAsFailure() throws Exception {
        try (Clients clients = new Clients(Transport.NIO);
                EchoServer server = new EchoServer()) {
            Director director = Clients.director("rr", server.realServer());
            Reports reports = reports(director);
            BalancedBootstrap balanced = BalancedBootstrap.builder(director, Clients.ORDERS, clients.tcp())
                    .firstByte(true)
                    .build();
            Channel channel = Clients.get(balanced.connect());
            Clients.await("accepted", () -> server.accepted.get() == 1);
            server.reset();
            channel.closeFuture().sync();
            assertThat(reports.failed()).containsExactly(server.realServer().endpoint());
            Clients.awaitNothingCounted(director);
        }
    }

    @Test
    void listener_throws_connectsAndCountsAllTheSame() throws Exception {
        try (Clients clients = new Clients(Transport.NIO);
                EchoServer server = new EchoServer()) {
            Director director = Clients.director("rr", EchoServer.closed(), server.realServer());
            director.addServerListener(new ServerListener() {
                @Override
                public void failed(ServiceKey service, Endpoint endpoint, @Nullable Throwable cause) {
                    throw new IllegalStateException("of the listener");
                }

                @Override
                public void answered(ServiceKey service, Endpoint endpoint) {
                    throw new IllegalStateException("of the listener");
                }
            });
            BalancedBootstrap balanced = BalancedBootstrap.of(director, Clients.ORDERS, clients.tcp());
            for (int i = 0; i < 2; i++) {
                Clients.call(Clients.get(balanced.connect()));
            }
            server.reset();
            Clients.awaitNothingCounted(director);
        }
    }

    @Test
    void build_optionsOutOfRange_allNamed() {
        assertThatThrownBy(() -> BalancedBootstrap.builder(Director.create(), Clients.ORDERS, new Bootstrap())
                        .attempts(0)
                        .build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("attempts 0", "group not set");
    }

    @Test
    void connect_noHandler_refused() {
        try (Clients clients = new Clients(Transport.NIO)) {
            BalancedBootstrap balanced = BalancedBootstrap.of(
                    Director.create(),
                    Clients.ORDERS,
                    new Bootstrap().group(clients.loops).channel(NioSocketChannel.class));
            assertThatThrownBy(balanced::connect)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("handler");
        }
    }

    @Test
    void connection_channelOfAnotherBootstrap_null() {
        assertThat(BalancedBootstrap.connection(new NioSocketChannel())).isNull();
    }
}
