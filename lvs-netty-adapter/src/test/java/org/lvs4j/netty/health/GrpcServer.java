package org.lvs4j.netty.health;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2StreamFrame;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import java.net.InetSocketAddress;
import java.util.HexFormat;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/** A server of gRPC on Netty's codec of HTTP/2, which answers each call in the same way. */
final class GrpcServer implements AutoCloseable {
    private static final String SERVING = "00000000020801";

    private final EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final Channel listening;
    /** Of each call: method, scheme, authority, path, type of content, timeout, and the content in hexadecimal digits. */
    final Queue<String> calls = new ConcurrentLinkedQueue<>();

    /** Answers one call. */
    @FunctionalInterface
    interface Answer {
        void write(Call call);
    }

    /** A call whose request has arrived. */
    record Call(ChannelHandlerContext context, Http2StreamFrame request) {
        Call header(String... fields) {
            return headers(fields, false);
        }

        Call trailer(String... fields) {
            return headers(fields, true);
        }

        private Call headers(String[] fields, boolean last) {
            Http2Headers headers = new DefaultHttp2Headers(false);
            for (int i = 0; i < fields.length; i += 2) {
                headers.add(fields[i], fields[i + 1]);
            }
            return frame(new DefaultHttp2HeadersFrame(headers, last).stream(request.stream()));
        }

        Call content(String hex, boolean last) {
            ByteBuf content = Unpooled.wrappedBuffer(HexFormat.of().parseHex(hex));
            return frame(new DefaultHttp2DataFrame(content, last).stream(request.stream()));
        }

        Call frame(Object frame) {
            context.writeAndFlush(frame);
            return this;
        }

        Call ok() {
            return header(":status", "200", "content-type", "application/grpc");
        }
    }

    static Answer message(String content) {
        return call -> call.ok().content(content, false).trailer("grpc-status", "0");
    }

    static Answer serving() {
        return message(SERVING);
    }

    private GrpcServer(Answer answer, boolean split, @Nullable SSLContext tls, String... protocols) {
        listening = new ServerBootstrap()
                .group(group)
                .channel(NioServerSocketChannel.class)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel client) {
                        if (split) {
                            client.pipeline().addLast(new Split());
                        }
                        if (tls != null) {
                            client.pipeline().addLast(handler(tls, protocols));
                        }
                        client.pipeline()
                                .addLast(Http2FrameCodecBuilder.forServer()
                                        .gracefulShutdownTimeoutMillis(0)
                                        .build())
                                .addLast(new Calls(answer));
                    }
                })
                .bind("127.0.0.1", 0)
                .syncUninterruptibly()
                .channel();
    }

    static GrpcServer start(Answer answer) {
        return new GrpcServer(answer, false, null);
    }

    /** A server that sends each byte alone. */
    static GrpcServer startSplit(Answer answer) {
        return new GrpcServer(answer, true, null);
    }

    static GrpcServer startTls(Answer answer, SSLContext tls, String... protocols) {
        return new GrpcServer(answer, false, tls, protocols);
    }

    private static SslHandler handler(SSLContext tls, String... protocols) {
        SSLEngine engine = tls.createSSLEngine();
        engine.setUseClientMode(false);
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setApplicationProtocols(protocols);
        engine.setSSLParameters(parameters);
        return new SslHandler(engine);
    }

    String address() {
        return "127.0.0.1:" + ((InetSocketAddress) listening.localAddress()).getPort();
    }

    @Override
    public void close() {
        group.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
    }

    private final class Calls extends ChannelInboundHandlerAdapter {
        private final Answer answer;
        private String call = "";

        Calls(Answer answer) {
            this.answer = answer;
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            try {
                if (message instanceof Http2HeadersFrame frame) {
                    Http2Headers headers = frame.headers();
                    call = headers.method() + " " + headers.scheme() + " " + headers.authority() + headers.path() + " "
                            + headers.get("content-type") + " " + headers.get("grpc-timeout");
                } else if (message instanceof Http2DataFrame frame && frame.isEndStream()) {
                    byte[] content = frame.content().toString(ISO_8859_1).getBytes(ISO_8859_1);
                    calls.add(call + " " + HexFormat.of().formatHex(content));
                    answer.write(new Call(context, frame));
                }
            } finally {
                ReferenceCountUtil.release(message);
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            context.close();
        }
    }

    private static final class Split extends ChannelOutboundHandlerAdapter {
        @Override
        public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
            ByteBuf data = (ByteBuf) message;
            while (data.readableBytes() > 1) {
                context.writeAndFlush(data.readRetainedSlice(1));
            }
            context.writeAndFlush(data, promise);
        }
    }
}
