package org.lvs4j.examples.embedded;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.lvs4j.Director;
import org.lvs4j.netty.client.BalancedBootstrap;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

/** Connects Netty channels to two servers in turn. */
public final class NettyClient {
    private NettyClient() {}

    /** Connects four channels, one after another, and prints what their servers say. */
    public static void main(String[] args) throws IOException, InterruptedException {
        ServiceKey orders = ServiceKey.named("orders");
        Director director = Director.create();
        director.addService(VirtualService.of(orders, "rr"), startServer("apple"), startServer("banana"));

        EventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        Bootstrap bootstrap = new Bootstrap()
                .group(loops)
                .channel(NioSocketChannel.class)
                .handler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline().addLast(new Printer());
                    }
                });
        BalancedBootstrap balanced = BalancedBootstrap.of(director, orders, bootstrap);
        for (int i = 0; i < 4; i++) {
            Channel channel = balanced.connect().sync().getNow();
            channel.closeFuture().sync(); // and the connection is no longer counted
        }
        loops.shutdownGracefully().sync();
    }

    private static final class Printer extends SimpleChannelInboundHandler<ByteBuf> {
        @Override
        protected void channelRead0(ChannelHandlerContext context, ByteBuf bytes) {
            System.out.println(bytes.toString(StandardCharsets.UTF_8));
        }
    }

    private static RealServer startServer(String name) throws IOException {
        ServerSocket server = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"));
        Thread thread = new Thread(() -> {
            while (true) {
                try (Socket client = server.accept()) {
                    client.getOutputStream().write(("hello from " + name).getBytes(StandardCharsets.UTF_8));
                } catch (IOException e) {
                    System.err.println(e.getMessage());
                }
            }
        });
        thread.setDaemon(true);
        thread.start();
        return RealServer.of("127.0.0.1:" + server.getLocalPort());
    }
}
