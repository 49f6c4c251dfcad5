package org.lvs4j.netty.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.Channel;
import io.netty.channel.pool.AbstractChannelPoolHandler;
import io.netty.channel.pool.ChannelPool;
import io.netty.channel.pool.ChannelPoolHandler;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.lvs4j.Director;
import org.lvs4j.DrainOptions;
import org.lvs4j.UnavailableException;
import org.lvs4j.net.Endpoint;
import org.lvs4j.netty.Transport;
import org.lvs4j.service.RealServer;

/** Pools of balanced channels: a channel is handed out again only while its server takes clients. */
@Tag("slow")
final class BalancedPoolTest {
    private static final ChannelPoolHandler HANDLER = new AbstractChannelPoolHandler() {
        @Override
        public void channelCreated(Channel channel) {
            Clients.initialize(channel);
        }
    };

    /** What takes a server out of service. */
    enum Change {
        DRAIN {
            @Override
            void make(Director director, Endpoint server) {
                director.drain(Clients.ORDERS, server, new DrainOptions(Duration.ofHours(1), Duration.ZERO));
            }
        },
        REMOVE {
            @Override
            void make(Director director, Endpoint server) {
                director.removeServer(Clients.ORDERS, server);
            }
        },
        QUIESCE {
            @Override
            void make(Director director, Endpoint server) {
                director.editServer(
                        Clients.ORDERS, RealServer.of(server.toString()).withWeight(0));
            }
        };

        abstract void make(Director director, Endpoint server);
    }

    private static ChannelPool pool(Director director, Clients clients) {
        return BalancedBootstrap.of(director, Clients.ORDERS, clients.tcp()).pool(HANDLER);
    }

    private static Channel acquire(ChannelPool pool) throws Exception {
        return Clients.get(pool.acquire());
    }

    private static void release(ChannelPool pool, Channel channel) throws Exception {
        pool.release(channel).get(Clients.TIMEOUT_SECONDS, TimeUnit.SECONDS);
    }

    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.client.Clients#transports")
    void acquire_eachNewChannel_isOneConnection(Transport transport) throws Exception {
        try (Clients clients = new Clients(transport);
                EchoServer one = new EchoServer();
                EchoServer two = new EchoServer()) {
            Director director = Clients.director("rr", one.realServer(), two.realServer());
            try (ChannelPool pool = pool(director, clients)) {
                List<Channel> channels = new ArrayList<>();
                for (int i = 0; i < 4; i++) {
                    channels.add(acquire(pool));
                }
                for (Channel each : channels) {
                    Clients.call(each);
                    release(pool, each);
                }
                assertThat(Clients.server(director, one.realServer()).active()).isEqualTo(2);
                assertThat(Clients.server(director, two.realServer()).active()).isEqualTo(2);
                assertThat(channels).contains(acquire(pool));
                assertThat(Clients.counted(director)).isEqualTo(4);
                channels.forEach(Channel::close);
                Clients.awaitNothingCounted(director);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Change.class)
    void acquire_serverTakesNoClients_otherServer(Change change) throws Exception {
        try (Clients clients = new Clients(Transport.NIO);
                EchoServer one = new EchoServer();
                EchoServer two = new EchoServer()) {
            Director director = Clients.director("rr", one.realServer(), two.realServer());
            try (ChannelPool pool = pool(director, clients)) {
                List<Channel> channels = List.of(acquire(pool), acquire(pool), acquire(pool), acquire(pool));
                Channel used = channels.get(0);
                int port = Clients.portOf(used);
                for (Channel each : channels.subList(1, 4)) {
                    release(pool, each);
                }
                change.make(director, Endpoint.parse("127.0.0.1:" + port));

                for (int i = 0; i < 4; i++) {
                    Channel channel = acquire(pool);
                    assertThat(Clients.portOf(channel)).isNotEqualTo(port);
                }
                // The one in use goes on, and is closed when it comes back.
                Clients.call(used);
                release(pool, used);
                assertThat(used.closeFuture().await(Clients.TIMEOUT_SECONDS, TimeUnit.SECONDS))
                        .isTrue();
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Change.class)
    void idleChannel_serverTakesNoClients_closed(Change change) throws Exception {
        try (Clients clients = new Clients(Transport.NIO);
                EchoServer one = new EchoServer()) {
            Director director = Clients.director("rr", one.realServer());
            try (ChannelPool pool = pool(director, clients)) {
                Channel used = acquire(pool);
                Channel idle = acquire(pool);
                release(pool, idle);

                change.make(director, one.realServer().endpoint());

                assertThat(idle.closeFuture().await(Clients.TIMEOUT_SECONDS, TimeUnit.SECONDS))
                        .isTrue();
                assertThat(used.isActive()).isTrue();
                Clients.call(used);
            }
        }
    }

    @Test
    void acquire_noServer_unavailable() throws Exception {
        try (Clients clients = new Clients(Transport.NIO);
                ChannelPool pool = pool(Clients.director("rr"), clients)) {
            assertThat(Clients.failure(pool.acquire())).isInstanceOf(UnavailableException.class);
        }
    }

    @Test
    void acquire_firstServerRefuses_channelOfTheOther() throws Exception {
        try (Clients clients = new Clients(Transport.NIO);
                EchoServer server = new EchoServer()) {
            Director director = Clients.director("rr", server.realServer(), EchoServer.closed());
            try (ChannelPool pool = pool(director, clients)) {
                for (int i = 0; i < 4; i++) {
                    assertThat(Clients.portOf(acquire(pool))).isEqualTo(server.port());
                }
                assertThat(Clients.counted(director)).isEqualTo(4);
            }
        }
    }

    @Test
    void acquire_aboveTheLimit_timesOut() throws Exception {
        try (Clients clients = new Clients(Transport.NIO);
                EchoServer server = new EchoServer()) {
            Director director = Clients.director("rr", server.realServer());
            try (ChannelPool pool = BalancedBootstrap.of(director, Clients.ORDERS, clients.tcp())
                    .pool(HANDLER, 1, 1, Duration.ofMillis(50))) {
                Channel only = acquire(pool);
                assertThat(Clients.failure(pool.acquire())).isInstanceOf(TimeoutException.class);
                release(pool, only);
                assertThat(acquire(pool)).isSameAs(only);
            }
        }
    }

    @Test
    void close_idleChannels_nothingCounted() throws Exception {
        try (Clients clients = new Clients(Transport.NIO);
                EchoServer server = new EchoServer()) {
            Director director = Clients.director("rr", server.realServer());
            ChannelPool pool = pool(director, clients);
            List<Channel> channels = Stream.of(acquire(pool), acquire(pool)).toList();
            for (Channel each : channels) {
                release(pool, each);
            }
            pool.close();
            Clients.awaitNothingCounted(director);
        }
    }
}
