package org.lvs4j.netty.health;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.handler.codec.CodecException;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.Http2ChannelDuplexHandler;
import io.netty.handler.codec.http2.Http2ConnectionPrefaceAndSettingsFrameWrittenEvent;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2FrameStream;
import io.netty.handler.codec.http2.Http2FrameStreamException;
import io.netty.handler.codec.http2.Http2GoAwayFrame;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2ResetFrame;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2SettingsFrame;
import io.netty.handler.codec.http2.Http2StreamFrame;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.ReferenceCountUtil;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.lvs4j.health.Dialogue;
import org.lvs4j.health.GrpcCheck;
import org.lvs4j.health.ProbeResult;

/**
 * The stream of a {@link GrpcCheck} on its connection of HTTP/2: sends the bytes of the probe as the content of one call,
 * and hands the steps of the dialogue to the {@link SocketProbe} behind it. Frames that are not of the stream, such as
 * pings, do not extend the time of the probe, and all frames together are bounded by {@value #MAX_BYTES} bytes, which
 * bounds the memory and the time of the event loop that they take.
 */
final class GrpcStream extends Http2ChannelDuplexHandler {
    /** The name of HTTP/2 in ALPN. */
    static final String PROTOCOL = "h2";

    private static final String PATH = "/grpc.health.v1.Health/Check";
    private static final int MAX_HEADER_BYTES = 8192;
    private static final int MAX_BYTES = 65_536;
    /** Small, so that other channels of the loop have their turn. */
    private static final int READ_BYTES = 2048;

    private final GrpcCheck check;
    private final Dialogue dialogue;
    private @Nullable Http2FrameStream stream;
    private @Nullable ByteBuf request;
    private @Nullable ChannelPromise sent;
    private boolean prefaced;
    private boolean settled;

    private GrpcStream(GrpcCheck check, Dialogue dialogue) {
        this.check = check;
        this.dialogue = dialogue;
    }

    /**
     * Does nothing if HTTP/2 is on the class path or module path.
     *
     * @throws LinkageError if it is not
     */
    static void requireHttp2() {
        Http2Settings.defaultSettings();
    }

    /** Adds what turns the bytes of a dialogue into a call of gRPC. */
    static void addTo(ChannelPipeline pipeline, GrpcCheck check, Dialogue dialogue) {
        GrpcStream stream = new GrpcStream(check, dialogue);
        pipeline.channel()
                .config()
                .setRecvByteBufAllocator(new FixedRecvByteBufAllocator(READ_BYTES).maxMessagesPerRead(1));
        // A probe closes its connection at once, without waiting for the end of a stream.
        pipeline.addLast(stream.new Bound())
                .addLast(Http2FrameCodecBuilder.forClient()
                        .initialSettings(Http2Settings.defaultSettings()
                                .pushEnabled(false)
                                .maxConcurrentStreams(0)
                                .maxHeaderListSize(MAX_HEADER_BYTES))
                        .decoupleCloseAndGoAway(true)
                        .gracefulShutdownTimeoutMillis(0)
                        .build())
                .addLast(stream);
    }

    /** Ends the probe when the server has sent too much, as TLS has decrypted it. */
    private final class Bound extends ChannelInboundHandlerAdapter {
        private int received;

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            received += ((ByteBuf) message).readableBytes();
            if (received <= MAX_BYTES) {
                context.fireChannelRead(message);
            } else {
                ReferenceCountUtil.release(message);
                fail(context.pipeline().context(GrpcStream.this), "the server sends more than " + MAX_BYTES + " bytes");
            }
        }
    }

    // ---- request

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
        request = (ByteBuf) message;
        sent = promise;
        send(context);
    }

    /** Sends the request after the preface: Netty reports a connection as open before the codec has sent that. */
    private void send(ChannelHandlerContext context) {
        ByteBuf content = request;
        ChannelPromise promise = sent;
        if (prefaced && content != null && promise != null) {
            request = null;
            Http2FrameStream call = newStream();
            stream = call;
            context.write(new DefaultHttp2HeadersFrame(header(), false).stream(call))
                    .addListener(written -> {
                        // The settings of the server may allow no stream, or no such header.
                        if (written.cause() instanceof Http2Exception refused) {
                            exceptionCaught(context, refused);
                        }
                    });
            context.writeAndFlush(new DefaultHttp2DataFrame(content, true).stream(call), promise);
        }
    }

    private Http2Headers header() {
        String authority = check.authority();
        Http2Headers header = new DefaultHttp2Headers()
                .method("POST")
                .scheme(check.tls() ? "https" : "http")
                .path(PATH)
                .authority(authority == null ? check.target().endpoint().toString() : authority);
        header.add("te", "trailers");
        header.add("content-type", "application/grpc");
        header.add("user-agent", "lvs4j");
        header.add("grpc-timeout", timeout(check.target().timeout()));
        return header;
    }

    /** A positive number of milliseconds, of at most 8 digits. */
    static String timeout(Duration timeout) {
        return Math.max(1, timeout.toMillis()) + "m";
    }

    @Override
    protected void handlerRemoved0(ChannelHandlerContext context) {
        ByteBuf content = request;
        ChannelPromise promise = sent;
        request = null;
        if (content != null && promise != null) {
            content.release();
            promise.tryFailure(new ClosedChannelException());
        }
    }

    // ---- events

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof Http2ConnectionPrefaceAndSettingsFrameWrittenEvent) {
            prefaced = true;
            send(context);
        } else if (event instanceof SslHandshakeCompletionEvent handshake
                && handshake.isSuccess()
                && !PROTOCOL.equals(
                        context.pipeline().get(SslHandler.class).engine().getApplicationProtocol())) {
            fail(context, "TLS: the server does not choose h2 by ALPN");
        } else {
            context.fireUserEventTriggered(event);
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        try {
            if (message instanceof Http2SettingsFrame) {
                settled = true;
            } else if (message instanceof Http2GoAwayFrame goAway) {
                if (stream == null || goAway.lastStreamId() < stream.id()) {
                    fail(context, "the server refuses the stream: GOAWAY " + name(goAway.errorCode()));
                }
            } else if (message instanceof Http2StreamFrame frame && stream != null && stream.equals(frame.stream())) {
                read(context, frame);
            }
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    private void read(ChannelHandlerContext context, Http2StreamFrame frame) {
        if (frame instanceof Http2HeadersFrame headers) {
            context.fireChannelRead(
                    dialogue.fields(name -> text(headers.headers().get(name)), headers.isEndStream()));
        } else if (frame instanceof Http2DataFrame data) {
            context.fireChannelRead(dialogue.received(data.content().nioBuffer()));
            if (data.isEndStream()) {
                context.fireChannelRead(dialogue.fields(name -> null, true));
            }
        } else if (frame instanceof Http2ResetFrame reset) {
            fail(context, "the server resets the stream: " + name(reset.errorCode()));
        }
    }

    private static @Nullable String text(@Nullable CharSequence value) {
        return value == null ? null : value.toString();
    }

    private static String name(long code) {
        Http2Error error = Http2Error.valueOf(code);
        return error == null ? "error " + code : error.name();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        // Not its message, which quotes the server.
        if (cause instanceof Http2FrameStreamException broken) {
            fail(context, "HTTP/2: " + broken.error());
        } else if (cause instanceof Http2Exception broken) {
            fail(context, settled ? "HTTP/2: " + broken.error() : "the server does not speak HTTP/2");
        } else if (cause instanceof RuntimeException && !(cause instanceof CodecException)) {
            // Frames that the codec does not foresee; a CodecException is from TLS.
            fail(context, "HTTP/2: " + Http2Error.INTERNAL_ERROR);
        } else {
            context.fireExceptionCaught(cause);
        }
    }

    private static void fail(ChannelHandlerContext context, String reason) {
        context.fireChannelRead(Dialogue.Step.done(ProbeResult.failed(reason)));
    }
}
