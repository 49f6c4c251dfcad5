package org.lvs4j.netty.http;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * A proxy on loopback that answers {@code CONNECT} of any name with a tunnel to one server. So a client of HTTP that takes a
 * proxy reaches this server, and keeps the name in TLS and in its requests. Thread-safe.
 */
final class Tunnel implements AutoCloseable {
    private static final int MAX_HEAD_BYTES = 8192;
    private static final String END = "\r\n\r\n";
    private static final String CONNECT = "CONNECT ";
    private static final String ACCEPTED = "HTTP/1.1 200 Connection established\r\n\r\n";
    private static final String UNREACHABLE = "HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n";

    private final InetSocketAddress server;
    private final int connectMillis;
    private final Channel listening;
    private final ChannelGroup open;

    /**
     * Listens at a port that the system chooses.
     *
     * @param open gets every socket of a tunnel
     * @throws RuntimeException if there is none
     */
    Tunnel(EventLoopGroup loops, ChannelGroup open, InetSocketAddress server, int connectMillis) {
        this.open = open;
        this.server = server;
        this.connectMillis = connectMillis;
        listening = new ServerBootstrap()
                .group(loops)
                .channel(NioServerSocketChannel.class)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel client) {
                        open.add(client);
                        client.pipeline().addLast(new Head());
                    }
                })
                .bind(InetAddress.getLoopbackAddress(), 0)
                .syncUninterruptibly()
                .channel();
    }

    /** Where clients find the proxy. */
    InetSocketAddress address() {
        return (InetSocketAddress) listening.localAddress();
    }

    /** Opens no further tunnel; those that are open stay. */
    @Override
    public void close() {
        listening.close();
    }

    /** Reads the request for a tunnel, connects to the server, and makes way for {@link Pipe}s. */
    private final class Head extends ByteToMessageDecoder {
        private boolean asked;

        @Override
        protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
            if (asked) {
                return;
            }
            String head = in.toString(StandardCharsets.US_ASCII);
            int end = head.indexOf(END);
            if (end < 0) {
                if (head.length() > MAX_HEAD_BYTES) {
                    context.close();
                }
                return;
            }
            in.skipBytes(end + END.length());
            asked = true;
            if (head.startsWith(CONNECT)) {
                context.channel().config().setAutoRead(false);
                connect(context.channel());
            } else {
                context.close();
            }
        }

        private void connect(Channel client) {
            new Bootstrap()
                    .group(client.eventLoop())
                    .channel(NioSocketChannel.class)
                    .option(ChannelOption.TCP_NODELAY, true)
                    .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, connectMillis)
                    .option(ChannelOption.AUTO_READ, false)
                    .handler(new Pipe(client))
                    .connect(server)
                    .addListener((ChannelFutureListener) connected -> {
                        if (!connected.isSuccess()) {
                            answer(client, UNREACHABLE).addListener(ChannelFutureListener.CLOSE);
                            return;
                        }
                        Channel upstream = connected.channel();
                        open.add(upstream);
                        if (!client.isActive()) {
                            upstream.close();
                            return;
                        }
                        answer(client, ACCEPTED);
                        client.pipeline().addLast(new Pipe(upstream)).remove(this);
                        client.config().setAutoRead(true);
                        upstream.config().setAutoRead(true);
                    });
        }

        private static ChannelFuture answer(Channel client, String text) {
            return client.writeAndFlush(ByteBufUtil.writeAscii(client.alloc(), text));
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            context.close();
        }
    }
}
