package org.lvs4j.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoEventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SingleThreadIoEventLoop;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.local.LocalIoHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.util.concurrent.AbstractScheduledEventExecutor;
import io.netty.util.concurrent.EventExecutor;
import java.io.IOException;
import java.lang.reflect.Field;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.lvs4j.Director;
import org.lvs4j.TimeoutSettings;
import org.lvs4j.health.CheckSchedule;
import org.lvs4j.health.ProbeTarget;
import org.lvs4j.health.TcpCheck;
import org.lvs4j.net.AddressFamily;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.Protocol;
import org.lvs4j.netty.health.HealthMonitor;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

/** A relay on the application's event loops: it uses them, and leaves them as they were. */
@Tag("slow")
@ExtendWith(LeakCheck.class)
final class SharedLoopsTest {
    private static final ServiceKey UDP = ServiceKey.mark(2);

    /** The loops of an application, made as Netty's documentation shows. */
    private static EventLoopGroup loops(Transport transport) {
        Loopback.assumeAvailable(transport);
        return new MultiThreadIoEventLoopGroup(
                2,
                switch (transport) {
                    case EPOLL -> EpollIoHandler.newFactory();
                    case IO_URING -> IoUringIoHandler.newFactory();
                    default -> NioIoHandler.newFactory();
                });
    }

    private static void end(EventLoopGroup loops) {
        loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
    }

    /** How many timers wait on the loops. */
    private static int timers(EventLoopGroup loops) throws Exception {
        Field queue = AbstractScheduledEventExecutor.class.getDeclaredField("scheduledTaskQueue");
        queue.setAccessible(true);
        int sum = 0;
        for (EventExecutor loop : loops) {
            sum += loop.submit(() -> {
                        Collection<?> timers = (Collection<?>) queue.get(loop);
                        return timers == null ? 0 : timers.size();
                    })
                    .get(10, TimeUnit.SECONDS);
        }
        return sum;
    }

    /** The same, of periodic work that runs now and then, and is not waiting while it does. */
    private static int mostTimers(EventLoopGroup loops) throws Exception {
        int most = 0;
        for (int i = 0; i < 50; i++) {
            most = Math.max(most, timers(loops));
            TimeUnit.MILLISECONDS.sleep(1);
        }
        return most;
    }

    /** How many channels are registered with the loops. */
    private static int channels(EventLoopGroup loops) throws Exception {
        Field handler = SingleThreadIoEventLoop.class.getDeclaredField("ioHandler");
        handler.setAccessible(true);
        int sum = 0;
        for (EventExecutor loop : loops) {
            Object io = handler.get(loop);
            // Netty's own count of registrations of a loop does not go back on io_uring.
            boolean ring = io instanceof IoUringIoHandler;
            Field field = ring
                    ? IoUringIoHandler.class.getDeclaredField("registrations")
                    : SingleThreadIoEventLoop.class.getDeclaredField("numRegistrations");
            field.setAccessible(true);
            sum += loop.submit(
                            () -> ring ? ((Map<?, ?>) field.get(io)).size() : ((AtomicInteger) field.get(loop)).get())
                    .get(10, TimeUnit.SECONDS);
        }
        return sum;
    }

    private static void awaitChannels(EventLoopGroup loops, int expected) {
        // io_uring gives a registration back a moment after the channel is closed.
        Loopback.await(expected + " channels", () -> {
            try {
                return channels(loops) == expected;
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
    }

    private static void assertNothingLeft(EventLoopGroup loops) throws Exception {
        assertThat(loops.isShuttingDown()).isFalse();
        awaitChannels(loops, 0);
        assertThat(timers(loops)).isZero();
    }

    private static Relay.Builder relay(Director director, EventLoopGroup loops) {
        return Relay.builder(director)
                .eventLoops(loops)
                .acceptors(2)
                .listen(Protocol.TCP, Endpoint.parse("127.0.0.1:0"), 1)
                .listen(Protocol.UDP, Endpoint.parse("127.0.0.1:0"), 2);
    }

    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.Loopback#transports")
    void close_connectionsAndFlowsOpen_nothingIsLeftOnTheLoops(Transport transport) throws Exception {
        EventLoopGroup loops = loops(transport);
        try (TestServer server = TestServer.start();
                UdpEchoServer echo = new UdpEchoServer()) {
            for (int round = 0; round < 3; round++) {
                Director director = Loopback.director(server.address());
                director.addService(VirtualService.of(UDP, "rr"), RealServer.of(echo.address()));
                Relay relay = relay(director, loops).start();
                assertThat(relay.transport()).isEqualTo(transport);
                List<Socket> clients = new ArrayList<>();
                for (int i = 0; i < 8; i++) {
                    Socket client = Loopback.connect(relay);
                    clients.add(client);
                    client.getOutputStream().write(i);
                    assertThat(client.getInputStream().read()).isEqualTo(i);
                }
                try (UdpClient client = UdpClient.of(relay.address(UDP))) {
                    client.exchange(round);
                }
                // One more is being accepted.
                clients.add(Loopback.connect(relay));

                relay.close();

                assertNothingLeft(loops);
                assertThat(relay.snapshot().openConnections()).isZero();
                assertThat(relay.snapshot().udpFlows()).isZero();
                Loopback.assertNothingCounted(director);
                for (Socket client : clients) {
                    client.close();
                }
            }
        } finally {
            end(loops);
        }
    }

    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.Loopback#transports")
    void close_shortTimeouts_noSweepIsLeft(Transport transport) throws Exception {
        EventLoopGroup loops = loops(transport);
        try {
            Director director = Loopback.director();
            director.setTimeouts(new TimeoutSettings(1, 1, 1));
            for (int round = 0; round < 20; round++) {
                relay(director, loops).start().close();
                assertNothingLeft(loops);
            }
        } finally {
            end(loops);
        }
    }

    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.Loopback#transports")
    void close_relayOrMeters_noMeasuringIsLeft(Transport transport) throws Exception {
        EventLoopGroup loops = loops(transport);
        try {
            Relay relay = relay(Loopback.director(), loops).start();
            int ofRelay = mostTimers(loops);
            RelayMetrics metrics = RelayMetrics.of(relay);
            metrics.bindTo(new SimpleMeterRegistry());
            metrics.bindTo(new SimpleMeterRegistry());
            assertThat(mostTimers(loops)).isEqualTo(ofRelay + 2);
            metrics.close();
            metrics.close();
            assertThat(mostTimers(loops)).isEqualTo(ofRelay);

            MeterRegistry registry = new SimpleMeterRegistry();
            for (boolean open : new boolean[] {true, false}) {
                RelayMetrics others = RelayMetrics.of(relay);
                others.bindTo(registry);
                if (open) {
                    relay.close();
                }
                assertNothingLeft(loops);
                assertThat(registry.get("lvs.relay.loop.lag").gauge().value()).isZero();
                others.close();
            }
        } finally {
            end(loops);
        }
    }

    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.Loopback#transports")
    void relayMonitorAndServer_sameLoops_allServeAndServerStays(Transport transport) throws Exception {
        EventLoopGroup loops = loops(transport);
        Channel own = new ServerBootstrap()
                .group(loops)
                .channelFactory(transport.serverSockets(AddressFamily.IPV4))
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline().addLast(new ChannelInboundHandlerAdapter() {
                            @Override
                            public void channelRead(ChannelHandlerContext context, Object message) {
                                context.writeAndFlush(message);
                            }
                        });
                    }
                })
                .bind(InetAddress.getLoopbackAddress(), 0)
                .sync()
                .channel();
        try {
            InetSocketAddress address = (InetSocketAddress) own.localAddress();
            Director director = Loopback.director("127.0.0.1:" + address.getPort());
            CheckSchedule often =
                    CheckSchedule.builder().interval(Duration.ofMillis(100)).build();
            try (HealthMonitor monitor = HealthMonitor.builder(director)
                            .check(Loopback.SERVICE, each -> new TcpCheck(ProbeTarget.of(each.endpoint()), often))
                            .eventLoops(loops)
                            .start();
                    Relay relay = relay(director, loops).start()) {
                Loopback.await("the server is up", () -> monitor.snapshot().passed() > 2);
                assertAnswers(relay.address(Loopback.SERVICE));
            }
            assertAnswers(address);
            awaitChannels(loops, 1);
        } finally {
            end(loops);
        }
    }

    private static void assertAnswers(InetSocketAddress address) throws IOException {
        try (Socket client = new Socket(address.getAddress(), address.getPort())) {
            client.setSoTimeout((int) Loopback.TIMEOUT.toMillis());
            client.getOutputStream().write(7);
            assertThat(client.getInputStream().read()).isEqualTo(7);
        }
    }

    /** On Netty's own epoll loops this fails without the registration that waits for errors. */
    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.Loopback#transports")
    void halfClosedClient_longAnswer_isComplete(Transport transport) throws Exception {
        EventLoopGroup loops = loops(transport);
        int bytes = 8 << 20;
        try (TestServer server = TestServer.start(socket -> {
                    socket.getInputStream().readAllBytes();
                    socket.getOutputStream().write(new byte[bytes]);
                });
                Relay relay = relay(Loopback.director(server.address()), loops).start();
                Socket client = Loopback.connect(relay)) {
            client.getOutputStream().write(1);
            client.shutdownOutput();
            // As soon as a write has to wait, the socket is registered for it, after it had nothing to wait for.
            Loopback.await("an answer waits", () -> relay.queuedBytes() > 0);
            long sum = client.getInputStream().readAllBytes().length;
            assertThat(sum).isEqualTo(bytes);
        } finally {
            end(loops);
        }
    }

    @Test
    void loops_endedFirst_relayStillCloses() throws Exception {
        EventLoopGroup loops = loops(Transport.NIO);
        try (TestServer server = TestServer.start()) {
            Director director = Loopback.director(server.address());
            Relay relay = relay(director, loops).start();
            try (Socket client = Loopback.connect(relay)) {
                client.getOutputStream().write(1);
                assertThat(client.getInputStream().read()).isOne();
                end(loops);
                relay.close();
            }
            Loopback.assertNothingCounted(director);
        }
    }

    @Test
    void loop_callsWhatWaits_refusedAndRelayGoesOn() throws Exception {
        EventLoopGroup loops = loops(Transport.NIO);
        Relay.Builder builder = relay(Loopback.director(), loops);
        try (Relay relay = builder.start()) {
            for (EventExecutor loop : loops) {
                assertRefused(loop, relay::close);
                assertRefused(loop, relay::refresh);
                assertRefused(loop, () -> relay.prepare(List.of()));
                assertRefused(loop, () -> relay.address(Loopback.SERVICE));
                assertRefused(loop, () -> relay.drain(Duration.ZERO));
                assertRefused(loop, () -> relay.handOver(descriptor -> {}));
                assertRefused(loop, builder::start);
            }
            relay.refresh();
        } finally {
            end(loops);
        }
    }

    private static void assertRefused(EventExecutor loop, Runnable call) {
        assertThatThrownBy(() -> loop.submit(call).get(10, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .hasRootCauseInstanceOf(IllegalStateException.class)
                .hasMessageContaining("an event loop of the relay may not wait for the relay");
    }

    @Test
    void start_contradictingOptions_allNamed() {
        EventLoopGroup loops = loops(Transport.NIO);
        try {
            Relay.Builder builder = Relay.builder(Director.create())
                    .eventLoops(loops)
                    .threads(2)
                    .transport(Transport.NIO);
            assertThatThrownBy(builder::start)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContainingAll(
                            "threads 2 contradicts eventLoops", "transport NIO contradicts eventLoops");
        } finally {
            end(loops);
        }
    }

    @Test
    void start_loopsWithoutSockets_refused() {
        EventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, LocalIoHandler.newFactory());
        try {
            Relay.Builder builder = Relay.builder(Director.create()).eventLoops(loops);
            assertThatThrownBy(builder::start)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("of no known transport");
        } finally {
            end(loops);
        }
    }

    @Test
    void sharedLoop_shutDown_refused() {
        EventLoopGroup loops = loops(Transport.NIO);
        try {
            SharedLoops shared = new SharedLoops(loops);
            assertThatThrownBy(shared::shutdownGracefully).isInstanceOf(UnsupportedOperationException.class);
            assertThatThrownBy(() -> new SharedLoop(shared, (IoEventLoop) loops.next()).shutdownGracefully())
                    .isInstanceOf(UnsupportedOperationException.class);
        } finally {
            end(loops);
        }
    }
}
