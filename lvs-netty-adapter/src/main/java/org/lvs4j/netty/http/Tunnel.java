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
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.lvs4j.netty.internal.SocketFailure;

/**
 * A proxy on loopback that answers {@code CONNECT} of any name with a tunnel to one server. So a client of HTTP that takes a
 * proxy reaches this server, and keeps the name in TLS and in its requests. Thread-safe.
 */
final class Tunnel implements AutoCloseable {
    /** The status of a tunnel that could not be opened for a lack or a rule of this host. */
    static final int NOT_OPENED = 503;

    private static final int MAX_HEAD_BYTES = 8192;
    private static final int BACKLOG = 128;
    private static final String END = "\r\n\r\n";
    private static final String CONNECT = "CONNECT ";
    private static final String ACCEPTED = "HTTP/1.1 200 Connection established\r\n\r\n";
    private static final String UNREACHABLE = "HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n";
    private static final String LACK = "HTTP/1.1 " + NOT_OPENED + " Service Unavailable\r\ncontent-length: 0\r\n\r\n";

    private final InetSocketAddress server;
    private final int connectMillis;
    private final InetSocketAddress address;
    private final Channel listening;
    private final ChannelGroup open;

    /**
     * Listens at a port that the system chooses. Does not wait for an event loop, so that one may call.
     *
     * @param open gets every socket of a tunnel
     * @throws UncheckedIOException if there is none
     * @throws IllegalStateException if the event loops have ended
     */
    Tunnel(EventLoopGroup loops, ChannelGroup open, InetSocketAddress server, int connectMillis) {
        this.open = open;
        this.server = server;
        this.connectMillis = connectMillis;
        ServerSocketChannel socket;
        try {
            socket = ServerSocketChannel.open();
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), BACKLOG);
            address = (InetSocketAddress) socket.getLocalAddress();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        ChannelFuture registered = new ServerBootstrap()
                .group(loops)
                .channelFactory(() -> new NioServerSocketChannel(socket))
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel client) {
                        open.add(client);
                        client.pipeline().addLast(new Head());
                    }
                })
                .register();
        listening = registered.channel();
        if (registered.isDone() && !registered.isSuccess()) {
            listening.close();
            throw new IllegalStateException("the event loops have ended", registered.cause());
        }
    }

    /** Where clients find the proxy. */
    InetSocketAddress address() {
        return address;
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
                            boolean local = SocketFailure.of(connected.cause()).fault() == SocketFailure.Fault.LOCAL;
                            answer(client, local ? LACK : UNREACHABLE).addListener(ChannelFutureListener.CLOSE);
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
