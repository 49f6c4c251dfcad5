package org.lvs4j.benchmarks.relay;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.DatagramPacket;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/**
 * The baseline: a proxy in the fewest lines of Netty, on one event loop. It connects when a client is accepted, copies, stops
 * reading while the other side is not writable, and closes both sides when one ends. Datagrams go through a socket for each
 * client. Arguments: transport, port, port of the servers.
 */
final class NettyProxy {
    private static final int DATAGRAM_BYTES = 2048;

    private final Bootstrap toServers;
    private final InetSocketAddress[] servers;
    private int turn;

    private NettyProxy(EventLoop loop, int serverPort) {
        servers = RelayPeer.SERVERS.stream()
                .map(server -> new InetSocketAddress(server, serverPort))
                .toArray(InetSocketAddress[]::new);
        toServers = new Bootstrap()
                .group(loop)
                .channel(EpollSocketChannel.class)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.AUTO_READ, false);
    }

    public static void main(String[] args) throws InterruptedException {
        EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
        EventLoop loop = group.next();
        int port = Integer.parseInt(args[1]);
        NettyProxy proxy = new NettyProxy(loop, Integer.parseInt(args[2]));
        new ServerBootstrap()
                .group(loop)
                .channel(EpollServerSocketChannel.class)
                .option(ChannelOption.SO_BACKLOG, 4096)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.AUTO_READ, false)
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline().addLast(proxy.new Side(null));
                    }
                })
                .bind("127.0.0.1", port)
                .syncUninterruptibly();
        new Bootstrap()
                .group(loop)
                .channel(EpollDatagramChannel.class)
                .option(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(16 * DATAGRAM_BYTES))
                .option(EpollChannelOption.MAX_DATAGRAM_PAYLOAD_SIZE, DATAGRAM_BYTES)
                .handler(proxy.new Datagrams(loop))
                .bind("127.0.0.1", port)
                .syncUninterruptibly();
        System.out.println("relaying at 127.0.0.1:" + port);
        new CountDownLatch(1).await();
    }

    private InetSocketAddress next() {
        return servers[turn++ % servers.length];
    }

    /** One side of a connection; that of a client has no other one yet. */
    private final class Side extends ChannelInboundHandlerAdapter {
        private @Nullable Channel other;

        Side(@Nullable Channel other) {
            this.other = other;
        }

        @Override
        public void channelActive(ChannelHandlerContext context) {
            Channel own = context.channel();
            if (other != null) {
                own.read();
                other.read();
                return;
            }
            other = toServers
                    .clone()
                    .handler(new Side(own))
                    .connect(next())
                    .addListener((ChannelFutureListener) connected -> {
                        if (!connected.isSuccess()) {
                            own.close();
                        }
                    })
                    .channel();
        }

        private Channel other() {
            if (other == null) {
                throw new IllegalStateException("nothing is read before the other side is connected");
            }
            return other;
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            other().write(message, other().voidPromise());
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext context) {
            other().flush();
            if (other().isWritable()) {
                context.read();
            }
        }

        @Override
        public void channelWritabilityChanged(ChannelHandlerContext context) {
            if (other != null && context.channel().isWritable()) {
                other.read();
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            if (other != null) {
                other.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            context.close();
        }
    }

    /** The socket that clients send to. */
    private final class Datagrams extends ChannelInboundHandlerAdapter {
        private final EventLoop loop;
        private final Map<InetSocketAddress, Channel> flows = new HashMap<>();

        Datagrams(EventLoop loop) {
            this.loop = loop;
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            DatagramPacket packet = (DatagramPacket) message;
            Channel flow = flows.computeIfAbsent(packet.sender(), client -> open(context.channel(), client));
            flow.write(packet.content());
            flow.flush();
        }

        private Channel open(Channel own, InetSocketAddress client) {
            return new Bootstrap()
                    .group(loop)
                    .channel(EpollDatagramChannel.class)
                    .option(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(16 * DATAGRAM_BYTES))
                    .option(EpollChannelOption.MAX_DATAGRAM_PAYLOAD_SIZE, DATAGRAM_BYTES)
                    .handler(new ChannelInboundHandlerAdapter() {
                        @Override
                        public void channelRead(ChannelHandlerContext context, Object message) {
                            own.write(new DatagramPacket(((DatagramPacket) message).content(), client));
                        }

                        @Override
                        public void channelReadComplete(ChannelHandlerContext context) {
                            own.flush();
                        }
                    })
                    .connect(next())
                    .channel();
        }
    }
}
