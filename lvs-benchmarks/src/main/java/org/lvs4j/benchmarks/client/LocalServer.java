package org.lvs4j.benchmarks.client;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.local.LocalAddress;
import io.netty.channel.local.LocalChannel;
import io.netty.channel.local.LocalIoHandler;
import io.netty.channel.local.LocalServerChannel;
import io.netty.resolver.NoopAddressResolverGroup;
import java.net.SocketAddress;
import org.lvs4j.Director;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

/** A server inside the JVM, at which channels arrive whatever address they connect to: no system call is measured. */
final class LocalServer implements AutoCloseable {
    static final String SERVICE = "orders";
    static final ServiceKey KEY = ServiceKey.named(SERVICE);

    private static final int SERVERS = 10;

    final EventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, LocalIoHandler.newFactory());
    final Director director = Director.builder().linger(false).build();
    private final LocalAddress address = new LocalAddress(LocalServer.class);
    private final Channel listening;

    /** A server, and a director with ten addresses that all lead to it. */
    LocalServer() throws InterruptedException {
        RealServer[] servers = new RealServer[SERVERS];
        for (int i = 0; i < SERVERS; i++) {
            servers[i] = RealServer.of("10.0.0." + (i + 1) + ":80");
        }
        director.addService(VirtualService.of(KEY, "wlc"), servers);
        listening = new ServerBootstrap()
                .group(loops)
                .channel(LocalServerChannel.class)
                .childHandler(new ChannelInboundHandlerAdapter() {
                    @Override
                    public boolean isSharable() {
                        return true;
                    }
                })
                .bind(address)
                .sync()
                .channel();
    }

    /** A bootstrap whose channels lead to the server, with further handlers that are sharable. */
    Bootstrap bootstrap(ChannelHandler... others) {
        Redirect redirect = new Redirect(address);
        return new Bootstrap()
                .group(loops)
                .channel(LocalChannel.class)
                .resolver(NoopAddressResolverGroup.INSTANCE)
                .handler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline().addLast(redirect).addLast(others);
                    }
                });
    }

    /** The connections that are counted. */
    int counted() {
        return director.services().get(0).servers().stream()
                .mapToInt(server -> server.active() + server.inactive())
                .sum();
    }

    /** The connections that were opened. */
    long opened() {
        return director.services().get(0).servers().stream()
                .mapToLong(server -> server.traffic().connections())
                .sum();
    }

    @Override
    public void close() {
        listening.close().syncUninterruptibly();
        loops.shutdownGracefully().syncUninterruptibly();
    }

    @Sharable
    private static final class Redirect extends ChannelOutboundHandlerAdapter {
        private final LocalAddress address;

        Redirect(LocalAddress address) {
            this.address = address;
        }

        @Override
        public void connect(
                ChannelHandlerContext context, SocketAddress remote, SocketAddress local, ChannelPromise promise) {
            context.connect(address, local, promise);
        }
    }
}
