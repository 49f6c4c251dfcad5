package org.lvs4j.benchmarks.client;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.util.concurrent.Future;
import java.net.InetSocketAddress;
import java.util.function.Consumer;
import org.lvs4j.netty.client.BalancedBootstrap;
import org.lvs4j.netty.client.DirectorAddressResolverGroup;

/** The ways to connect a channel. */
public enum ConnectPeer {
    /** Netty's bootstrap and one fixed address. */
    BOOTSTRAP {
        @Override
        Consumer<Consumer<Channel>> prepare(LocalServer server) {
            Bootstrap bootstrap = server.bootstrap();
            InetSocketAddress address = InetSocketAddress.createUnresolved(LocalServer.SERVICE, 1);
            return connected -> use(bootstrap.connect(address), connected);
        }
    },

    /** {@code BalancedBootstrap}. */
    BALANCED {
        @Override
        Consumer<Consumer<Channel>> prepare(LocalServer server) {
            BalancedBootstrap balanced = BalancedBootstrap.of(server.director, LocalServer.KEY, server.bootstrap());
            return connected ->
                    balanced.connect().addListener((Future<Channel> done) -> connected.accept(done.getNow()));
        }
    },

    /** Netty's bootstrap with {@code DirectorAddressResolverGroup} and its handler. */
    RESOLVER {
        @Override
        Consumer<Consumer<Channel>> prepare(LocalServer server) {
            DirectorAddressResolverGroup resolvers = DirectorAddressResolverGroup.of(server.director);
            InetSocketAddress address = InetSocketAddress.createUnresolved(LocalServer.SERVICE, 1);
            Bootstrap bootstrap = server.bootstrap(resolvers.handler()).resolver(resolvers);
            return connected -> use(bootstrap.connect(address), connected);
        }
    };

    private static void use(ChannelFuture connecting, Consumer<Channel> connected) {
        connecting.addListener(done -> connected.accept(done.isSuccess() ? connecting.channel() : null));
    }

    /** Prepares connects: what is returned passes each connected channel on, or null if it has failed. */
    abstract Consumer<Consumer<Channel>> prepare(LocalServer server);
}
