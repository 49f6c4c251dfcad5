package org.lvs4j.admin.internal.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.ssl.SslHandler;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection of a client: reads one request, answers it, reads the next one. Belongs to the event loop; operations that
 * wait run on the endpoint's workers.
 */
final class ClientHandler extends SimpleChannelInboundHandler<FullHttpRequest> {
    private static final Logger LOGGER = LoggerFactory.getLogger(ClientHandler.class);
    private static final long LINGER_NANOS = TimeUnit.SECONDS.toNanos(2);

    /** What a connection is doing. */
    enum Phase {
        /** Between two requests. */
        IDLE,
        /** A part of a request has come. */
        READING,
        /** A request is waiting for its turn, or for its answer. */
        WORKING,
        /** The answer is on its way. */
        WRITING,
        /** A stream of events, for as long as the client wants. */
        STREAMING,
        /** The last answer is sent; what the client still sends is discarded, so that it can read the answer. */
        CLOSING
    }

    private static final Response FAILED =
            Response.of(new Problem(HttpResponseStatus.INTERNAL_SERVER_ERROR, "this has failed; the log tells why"));

    private final HttpEndpoint endpoint;
    private final String origin;
    private Phase phase = Phase.IDLE;
    private long sinceNanos = System.nanoTime();
    private @Nullable ChannelHandlerContext context;
    private @Nullable EventStream stream;

    /** The request that waits for its turn. */
    private @Nullable FullHttpRequest waiting;

    ClientHandler(HttpEndpoint endpoint, String origin) {
        this.endpoint = endpoint;
        this.origin = origin;
    }

    Phase phase() {
        return phase;
    }

    long sinceNanos() {
        return sinceNanos;
    }

    private void enter(Phase next) {
        phase = next;
        sinceNanos = System.nanoTime();
    }

    @Override
    public void handlerAdded(ChannelHandlerContext added) {
        context = added;
    }

    @Override
    public void channelActive(ChannelHandlerContext active) {
        active.read();
        active.fireChannelActive();
    }

    /** Bytes have come; returns whether they matter. */
    boolean bytesCome() {
        if (phase == Phase.IDLE) {
            enter(Phase.READING);
        }
        return phase != Phase.CLOSING && phase != Phase.STREAMING;
    }

    /** Closes the connection if it has taken too long for what it is doing. */
    void expire(long nowNanos) {
        HttpLimits limits = endpoint.limits();
        long limit = switch (phase) {
            case IDLE -> limits.idleTime().toNanos();
            case READING -> limits.requestTime().toNanos();
            case WRITING -> limits.writeTime().toNanos();
            case CLOSING -> LINGER_NANOS;
            case WORKING, STREAMING -> Long.MAX_VALUE;
        };
        if (nowNanos - sinceNanos >= limit) {
            if (phase == Phase.READING) {
                refuse(new Problem(
                        HttpResponseStatus.REQUEST_TIMEOUT,
                        "the request was not complete within "
                                + limits.requestTime().toSeconds() + " s"));
            } else {
                close();
            }
        }
        if (stream != null) {
            stream.tick(nowNanos, limits.writeTime().toNanos());
        }
    }

    void close() {
        if (context != null) {
            context.close();
        }
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, FullHttpRequest request) {
        if (phase == Phase.IDLE || phase == Phase.READING) {
            take(ctx, request.retain());
        }
    }

    /** Takes a request, and releases it. */
    private void take(ChannelHandlerContext ctx, FullHttpRequest request) {
        enter(Phase.WORKING);
        if (request.decoderResult().isFailure()) {
            refuse(Problem.undecodable(request.decoderResult().cause()));
            request.release();
            return;
        }
        long delayNanos = endpoint.budget().take(System.nanoTime());
        if (delayNanos == 0) {
            start(ctx, request);
            return;
        }
        waiting = request;
        try {
            ctx.executor().schedule(() -> startWaiting(ctx), delayNanos, TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            LOGGER.trace("the endpoint is closed", e);
        }
    }

    private void startWaiting(ChannelHandlerContext ctx) {
        FullHttpRequest request = waiting;
        if (request != null) {
            waiting = null;
            start(ctx, request);
        }
    }

    /** The answer has been written: goes on with the next request, which may have come already. */
    private void next(ChannelHandlerContext ctx) {
        enter(Phase.IDLE);
        ChannelHandlerContext requests = ctx.pipeline().context(OneRequest.class);
        if (requests != null) {
            ((OneRequest) requests.handler()).next(requests);
        }
    }

    private void start(ChannelHandlerContext ctx, FullHttpRequest request) {
        Messages.Framing framing = new Messages.Framing(
                HttpUtil.isKeepAlive(request),
                HttpMethod.HEAD.equals(request.method()),
                request.protocolVersion().compareTo(HttpVersion.HTTP_1_1) >= 0);
        try {
            if (!ctx.channel().isActive()) {
                return;
            }
            Routes.Match match = allowed(request);
            Request allowed = Request.of(request, match.variables(), origin);
            if (match.route().quick()) {
                write(answer(match.route(), allowed), framing);
            } else {
                endpoint.worker(match.route().access()).execute(() -> {
                    Response response = answer(match.route(), allowed);
                    onLoop(ctx, () -> write(response, framing));
                });
            }
        } catch (Problem e) {
            // What has no right to be asked need not be kept open either.
            boolean harmless = e.status().code() != HttpResponseStatus.UNAUTHORIZED.code();
            write(Response.of(e), harmless ? framing : framing.last());
        } catch (RejectedExecutionException e) {
            write(busy("too many requests wait for an answer"), framing);
        } catch (RuntimeException | Error e) {
            LOGGER.error("a request of {} cannot be answered", origin, e);
            write(FAILED, framing.last());
        } finally {
            request.release();
        }
    }

    private Routes.Match allowed(FullHttpRequest request) throws Problem {
        HttpHeaders headers = request.headers();
        String method = request.method().name();
        String uri = request.uri();
        int query = uri.indexOf('?');
        String path = query < 0 ? uri : uri.substring(0, query);
        boolean linked = AccessPolicy.opensPage(headers) && endpoint.routes().isLinked(method, path);
        endpoint.policy().requireOwnSite(headers, linked);
        Routes.Match match = endpoint.routes().find(method, path);
        try {
            endpoint.policy().require(match.route().access(), headers);
        } catch (Problem e) {
            endpoint.refused(origin, e);
            throw e;
        }
        if (match.route().access() == Route.Access.CHANGE) {
            AccessPolicy.requireJson(request);
        }
        return match;
    }

    private static Response busy(String detail) {
        return Response.of(new Problem(HttpResponseStatus.SERVICE_UNAVAILABLE, detail, Map.of("Retry-After", "1")));
    }

    /** Whatever happens, the client gets an answer, and the thread goes on. */
    private static Response answer(Route route, Request request) {
        try {
            return route.operation().answer(request);
        } catch (Problem e) {
            return Response.of(e);
        } catch (Throwable e) {
            try {
                LOGGER.error("{} {} has failed", request.method(), request.printablePath(), e);
            } catch (OutOfMemoryError again) {
                // Nor is there memory to tell it.
            }
            return FAILED;
        }
    }

    private static void onLoop(ChannelHandlerContext ctx, Runnable task) {
        try {
            ctx.executor().execute(task);
        } catch (RejectedExecutionException e) {
            LOGGER.trace("the endpoint is closed", e);
        }
    }

    /** Answers what cannot be read to its end, and closes. */
    void refuse(Problem problem) {
        write(Response.of(problem), new Messages.Framing(false, false, true));
    }

    private void write(Response response, Messages.Framing framing) {
        ChannelHandlerContext ctx = context;
        if (ctx == null || !ctx.channel().isActive()) {
            return;
        }
        if (response.events() != null && !framing.bodyless()) {
            beginStream(ctx, response, response.events(), framing);
            return;
        }
        CharSequence text = response.events() == null ? response.body() : "";
        int size = ByteBufUtil.utf8Bytes(text);
        int sent = framing.bodyless() ? 0 : size;
        if (!endpoint.admits(sent)) {
            write(busy("too many large answers are on their way"), framing);
            return;
        }
        enter(Phase.WRITING);
        ByteBuf body;
        try {
            body = Messages.body(ctx, text, sent);
        } catch (RuntimeException | Error e) {
            endpoint.answered(sent);
            ctx.close();
            throw e;
        }
        FullHttpResponse message = Messages.whole(response, body, size, framing);
        ctx.writeAndFlush(message).addListener(written -> {
            endpoint.answered(sent);
            if (!written.isSuccess()) {
                ctx.close();
            } else if (!framing.keepAlive()) {
                linger(ctx);
            } else if (phase == Phase.WRITING) {
                // Not here: answers that are written at once would nest.
                onLoop(ctx, () -> next(ctx));
            }
        });
    }

    private void linger(ChannelHandlerContext ctx) {
        enter(Phase.CLOSING);
        if (ctx.channel() instanceof DuplexChannel duplex) {
            SslHandler tls = ctx.pipeline().get(SslHandler.class);
            if (tls == null) {
                duplex.shutdownOutput();
            } else {
                // Without it, the end could be that of an attacker.
                tls.closeOutbound().addListener(told -> duplex.shutdownOutput());
            }
        }
        ctx.channel().config().setAutoRead(true);
    }

    private void beginStream(ChannelHandlerContext ctx, Response response, EventFeed feed, Messages.Framing framing) {
        if (!endpoint.openStream()) {
            write(
                    Response.of(new Problem(
                            HttpResponseStatus.SERVICE_UNAVAILABLE,
                            "there are " + endpoint.limits().eventStreams() + " streams of events already",
                            Map.of("Retry-After", "10"))),
                    framing);
            return;
        }
        enter(Phase.STREAMING);
        HttpResponse head = Messages.head(response, framing);
        ctx.write(head);
        stream = new EventStream(ctx, feed, response.body().toString());
        stream.begin();
        // To notice that the client has gone.
        ctx.channel().config().setAutoRead(true);
        ctx.read();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (stream != null) {
            stream.pump();
        }
        ctx.fireChannelWritabilityChanged();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        if (waiting != null) {
            waiting.release();
            waiting = null;
        }
        endStream();
        ctx.fireChannelInactive();
    }

    private void endStream() {
        if (stream != null) {
            stream.close();
            stream = null;
            endpoint.closeStream();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        LOGGER.debug("{}: closed", origin, cause);
        ctx.close();
    }
}
