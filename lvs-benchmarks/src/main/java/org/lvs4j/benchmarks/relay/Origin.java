package org.lvs4j.benchmarks.relay;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.socket.DatagramPacket;
import java.net.InetSocketAddress;
import java.util.concurrent.CountDownLatch;

/**
 * The servers behind the proxies, in one process: for HTTP, the path is the number of bytes of the body; datagrams are sent
 * back. It reads of a request no more than that, and expects it in one piece. Argument: the port.
 */
final class Origin {
    static final int LARGEST_BODY = 1 << 20;
    private static final int DATAGRAM_BYTES = 2048;
    private static final ByteBuf BODY = Unpooled.unreleasableBuffer(
            Unpooled.directBuffer(LARGEST_BODY).writeZero(LARGEST_BODY).asReadOnly());

    private Origin() {}

    public static void main(String[] args) throws InterruptedException {
        EventLoop loop = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory()).next();
        Channel tcp = new ServerBootstrap()
                .group(loop)
                .channel(EpollServerSocketChannel.class)
                .option(ChannelOption.SO_BACKLOG, 4096)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline().addLast(new Requests());
                    }
                })
                .bind(Integer.parseInt(args[0]))
                .syncUninterruptibly()
                .channel();
        int port = ((InetSocketAddress) tcp.localAddress()).getPort();
        for (String address : RelayPeer.SERVERS) {
            new Bootstrap()
                    .group(loop)
                    .channel(EpollDatagramChannel.class)
                    .option(ChannelOption.SO_RCVBUF, LARGEST_BODY)
                    .option(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(32 * DATAGRAM_BYTES))
                    .option(EpollChannelOption.MAX_DATAGRAM_PAYLOAD_SIZE, DATAGRAM_BYTES)
                    .handler(new Echo())
                    .bind(address, port)
                    .syncUninterruptibly();
        }
        System.out.println(port);
        new CountDownLatch(1).await();
    }

    private static final class Requests extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            ByteBuf request = (ByteBuf) message;
            boolean last;
            int bytes = 0;
            try {
                // "GET /1048576 HTTP/1.1".
                for (int i = request.readerIndex() + 5; request.getByte(i) != ' '; i++) {
                    bytes = bytes * 10 + request.getByte(i) - '0';
                }
                last = request.toString(US_ASCII).contains("Connection: close");
            } finally {
                request.release();
            }
            ByteBuf head = PooledByteBufAllocator.DEFAULT.directBuffer(128);
            head.writeCharSequence(
                    "HTTP/1.1 200 OK\r\nContent-Length: " + bytes + (last ? "\r\nConnection: close" : "") + "\r\n\r\n",
                    US_ASCII);
            if (bytes <= 1024) {
                head.writeBytes(BODY, 0, bytes);
            } else {
                context.write(head, context.voidPromise());
                head = BODY.slice(0, bytes);
            }
            if (last) {
                context.writeAndFlush(head).addListener(ChannelFutureListener.CLOSE);
            } else {
                context.writeAndFlush(head, context.voidPromise());
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            context.close();
        }
    }

    private static final class Echo extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            DatagramPacket packet = (DatagramPacket) message;
            context.write(new DatagramPacket(packet.content(), packet.sender()), context.voidPromise());
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext context) {
            context.flush();
        }
    }
}
