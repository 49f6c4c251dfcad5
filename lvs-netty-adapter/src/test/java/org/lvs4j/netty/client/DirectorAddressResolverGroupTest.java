package org.lvs4j.netty.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.DefaultEventLoop;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.resolver.AddressResolver;
import io.netty.resolver.AddressResolverGroup;
import io.netty.resolver.DefaultNameResolver;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Promise;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.lvs4j.Director;
import org.lvs4j.UnavailableException;
import org.lvs4j.netty.Transport;
import org.lvs4j.service.RealServer;

/** Names of services as addresses: with the handler the counts are exact, without it they are those of look-ups. */
@Tag("slow")
final class DirectorAddressResolverGroupTest {
    private static final InetSocketAddress ORDERS = InetSocketAddress.createUnresolved("orders", 80);

    /** An embedded event loop, whose time the test sets, cannot have a resolver of the JDK. */
    private static final class NoOthers extends AddressResolverGroup<InetSocketAddress> {
        @Override
        public AddressResolver<InetSocketAddress> getResolver(EventExecutor executor) {
            return newResolver(executor);
        }

        @Override
        protected AddressResolver<InetSocketAddress> newResolver(EventExecutor executor) {
            return new DefaultNameResolver(executor).asAddressResolver();
        }
    }

    private static Bootstrap bootstrap(Clients clients, DirectorAddressResolverGroup resolvers) {
        return clients.tcp().resolver(resolvers).handler(new ChannelInitializer<Channel>() {
            @Override
            protected void initChannel(Channel channel) {
                channel.pipeline().addFirst(resolvers.handler());
                Clients.initialize(channel);
            }
        });
    }

    private static Channel get(ChannelFuture connecting) throws Exception {
        connecting.get(Clients.TIMEOUT_SECONDS, TimeUnit.SECONDS);
        return connecting.channel();
    }

    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.client.Clients#transports")
    void connect_plainBootstrapWithHandler_countedUntilEachChannelIsClosed(Transport transport) throws Exception {
        try (Clients clients = new Clients(transport);
                EchoServer one = new EchoServer();
                EchoServer two = new EchoServer()) {
            Director director = Clients.director("rr", one.realServer(), two.realServer());
            DirectorAddressResolverGroup resolvers = DirectorAddressResolverGroup.of(director);
            Bootstrap bootstrap = bootstrap(clients, resolvers);
            List<Channel> channels = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                Channel channel = get(bootstrap.connect(ORDERS));
                Clients.call(channel);
                channels.add(channel);
            }
            assertThat(Clients.server(director, one.realServer()).active()).isEqualTo(3);
            assertThat(Clients.server(director, two.realServer()).active()).isEqualTo(3);
            assertThat(BalancedBootstrap.connection(channels.get(0))
                            .destination()
                            .port())
                    .isEqualTo(Clients.portOf(channels.get(0)));
            channels.get(0).close().sync();
            Clients.await("one less", () -> Clients.counted(director) == 5);
            one.endConnections();
            two.reset();
            Clients.awaitNothingCounted(director);
            assertThat(resolvers.unclaimed()).isZero();
            resolvers.close();
        }
    }

    @Test
    void connect_serverRefuses_failsAndNothingCounted() throws Exception {
        try (Clients clients = new Clients(Transport.NIO)) {
            Director director = Clients.director("rr", EchoServer.closed());
            DirectorAddressResolverGroup resolvers = DirectorAddressResolverGroup.of(director);
            assertThat(Clients.failure(bootstrap(clients, resolvers).connect(ORDERS)))
                    .isInstanceOf(ConnectException.class);
            Clients.awaitNothingCounted(director);
            resolvers.close();
        }
    }

    @Test
    void connect_noServer_unavailable() throws Exception {
        try (Clients clients = new Clients(Transport.NIO)) {
            DirectorAddressResolverGroup resolvers = DirectorAddressResolverGroup.of(Clients.director("rr"));
            assertThat(Clients.failure(bootstrap(clients, resolvers).connect(ORDERS)))
                    .isInstanceOf(UnavailableException.class);
            resolvers.close();
        }
    }

    @Test
    void connect_nameOfAHost_leftToTheOtherResolver() throws Exception {
        try (Clients clients = new Clients(Transport.NIO);
                EchoServer server = new EchoServer()) {
            Director director = Clients.director("rr");
            DirectorAddressResolverGroup resolvers = DirectorAddressResolverGroup.of(director);
            Channel channel = get(bootstrap(clients, resolvers)
                    .connect(InetSocketAddress.createUnresolved("localhost", server.port())));
            assertThat(BalancedBootstrap.connection(channel)).isNull();
            resolvers.close();
        }
    }

    @Test
    void connect_withoutHandler_releasedAfterTheTimeAndCounted() throws Exception {
        Director director = Clients.director("rr", RealServer.of("127.0.0.1:1"), RealServer.of("127.0.0.1:2"));
        DirectorAddressResolverGroup resolvers = DirectorAddressResolverGroup.of(director, new NoOthers());
        EmbeddedChannel channel = new EmbeddedChannel();
        channel.freezeTime();
        AddressResolver<InetSocketAddress> resolver = resolvers.newResolver(channel.eventLoop());

        List<Integer> ports = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            ports.add(resolver.resolve(ORDERS).getNow().getPort());
        }
        assertThat(ports).containsExactly(1, 2, 1, 2);
        assertThat(Clients.counted(director)).isEqualTo(4);

        channel.advanceTimeBy(Resolution.CLAIM_SECONDS - 1, TimeUnit.SECONDS);
        channel.runScheduledPendingTasks();
        assertThat(Clients.counted(director)).isEqualTo(4);
        channel.advanceTimeBy(1, TimeUnit.SECONDS);
        channel.runScheduledPendingTasks();
        assertThat(Clients.counted(director)).isZero();
        assertThat(resolvers.unclaimed()).isEqualTo(4);
        channel.close();
    }

    @Test
    void resolve_executorEndsBefore_released() throws Exception {
        Director director = Clients.director("rr", RealServer.of("127.0.0.1:1"));
        DirectorAddressResolverGroup resolvers = DirectorAddressResolverGroup.of(director);
        DefaultEventLoop loop = new DefaultEventLoop();
        AddressResolver<InetSocketAddress> resolver = resolvers.getResolver(loop);
        resolver.resolve(ORDERS).sync();
        assertThat(Clients.counted(director)).isOne();
        loop.shutdownGracefully(0, 5, TimeUnit.SECONDS).sync();
        Clients.awaitNothingCounted(director);
        assertThat(Clients.failure(resolver.resolve(ORDERS))).isNotNull();
        assertThat(Clients.counted(director)).isZero();
    }

    @Test
    void resolve_cancelledBefore_releasedAndNotUnclaimed() throws Exception {
        Director director = Clients.director("rr", RealServer.of("127.0.0.1:1"));
        DirectorAddressResolverGroup resolvers = DirectorAddressResolverGroup.of(director);
        DefaultEventLoop loop = new DefaultEventLoop();
        AddressResolver<InetSocketAddress> resolver = resolvers.getResolver(loop);
        Promise<InetSocketAddress> one = loop.newPromise();
        Promise<List<InetSocketAddress>> all = loop.newPromise();
        one.cancel(false);
        all.cancel(false);
        resolver.resolve(ORDERS, one);
        resolver.resolveAll(ORDERS, all);
        assertThat(Clients.counted(director)).isZero();
        // What waits for a channel is given up when its loop ends.
        loop.shutdownGracefully(0, 5, TimeUnit.SECONDS).sync();
        assertThat(resolvers.unclaimed()).isZero();
    }

    @Test
    void resolveAll_servers_thoseThatTakeClientsFromTheChosenOneOn() throws Exception {
        Director director = Clients.director(
                "rr",
                RealServer.of("127.0.0.1:1"),
                RealServer.of("127.0.0.1:2"),
                RealServer.of("127.0.0.1:3").withWeight(0),
                RealServer.of("127.0.0.1:4"));
        DirectorAddressResolverGroup resolvers = DirectorAddressResolverGroup.of(director, new NoOthers());
        EmbeddedChannel channel = new EmbeddedChannel();
        AddressResolver<InetSocketAddress> resolver = resolvers.newResolver(channel.eventLoop());

        assertThat(resolver.resolveAll(ORDERS).getNow())
                .extracting(InetSocketAddress::getPort)
                .containsExactly(1, 2, 4);
        assertThat(resolver.resolveAll(ORDERS).getNow())
                .extracting(InetSocketAddress::getPort)
                .containsExactly(2, 4, 1);
        assertThat(Clients.counted(director)).isEqualTo(2);
        channel.close();
    }

    @Test
    void resolveAll_firstAddressRefuses_nextConnectAvoidsIt() throws Exception {
        try (Clients clients = new Clients(Transport.NIO);
                EchoServer server = new EchoServer()) {
            RealServer closed = EchoServer.closed();
            Director director = Clients.director("fo", closed.withWeight(2), server.realServer());
            DirectorAddressResolverGroup resolvers = DirectorAddressResolverGroup.of(director);
            Bootstrap bootstrap = bootstrap(clients, resolvers);
            List<InetSocketAddress> addresses = resolvers
                    .getResolver(clients.loops.next())
                    .resolveAll(ORDERS)
                    .sync()
                    .getNow();
            assertThat(Clients.failure(bootstrap.connect(addresses.get(0)))).isInstanceOf(ConnectException.class);
            Channel channel = get(bootstrap.connect(addresses.get(1)));
            assertThat(Clients.portOf(channel)).isEqualTo(server.port());
            assertThat(Clients.counted(director)).isOne();
            channel.close().sync();
            Clients.awaitNothingCounted(director);
            resolvers.close();
        }
    }
}
