package org.lvs4j.admin.internal.http;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.IoEventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioChannelOption;
import io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import jdk.net.ExtendedSocketOptions;
import jdk.net.UnixDomainPrincipal;
import org.jspecify.annotations.Nullable;
import org.lvs4j.netty.internal.RateLimitedLog;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A listening socket of HTTP/1.1 with one event loop and two workers, one of which reads and one changes, so that a change
 * that takes its time delays no reader. The number and the rate of everything that clients can ask for is bounded, so that
 * they cannot take the processors from other event loops. Thread-safe.
 */
public final class HttpEndpoint implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(HttpEndpoint.class);
    private static final int QUEUE = 64;
    private static final String WARM_UP = "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n";
    private static final AtomicBoolean WARM = new AtomicBoolean();

    private static final int SMALL_ANSWER_BYTES = 64 * 1024;
    private static final int BACKLOG = 128;
    private static final long TLS_MILLIS = 10_000;
    private static final long SLOW_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long END_SECONDS = 2;
    private static final WriteBufferWaterMark WATER_MARK = new WriteBufferWaterMark(32 * 1024, 64 * 1024);

    private final HttpLimits limits;
    private final Routes routes;
    private final AccessPolicy policy;
    private final @Nullable SslContext tls;
    private final RequestBudget budget;
    private final IoEventLoopGroup group;
    private final EventLoop loop;
    private final ThreadPoolExecutor readers;
    private final ThreadPoolExecutor changers;
    private final RateLimitedLog log = new RateLimitedLog(LOGGER);

    // Belong to the event loop.
    private final Set<ClientHandler> clients = new LinkedHashSet<>();
    private int streams;
    private long answerBytes;

    private @Nullable PrivateSocket file;
    private @Nullable Channel listener;

    private HttpEndpoint(HttpLimits limits, Routes routes, AccessPolicy policy, @Nullable SslContext tls) {
        this.limits = limits;
        this.routes = routes;
        this.policy = policy;
        this.tls = tls;
        budget = new RequestBudget(limits.requestsPerSecond(), System.nanoTime());
        group = new MultiThreadIoEventLoopGroup(
                1, new DefaultThreadFactory("lvs-admin", true), NioIoHandler.newFactory());
        loop = group.next();
        readers = worker("lvs-admin-reader");
        changers = worker("lvs-admin-changer");
    }

    private static ThreadPoolExecutor worker(String name) {
        ThreadPoolExecutor worker = new ThreadPoolExecutor(
                1, 1, 10, TimeUnit.SECONDS, new ArrayBlockingQueue<>(QUEUE), new DefaultThreadFactory(name, true));
        worker.allowCoreThreadTimeOut(true);
        return worker;
    }

    /**
     * Listens.
     *
     * @throws IOException with the address and the reason, for an operator
     */
    public static HttpEndpoint start(
            ListenAddress address, HttpLimits limits, Routes routes, AccessPolicy policy, @Nullable SslContext tls)
            throws IOException {
        HttpEndpoint endpoint = new HttpEndpoint(limits, routes, policy, tls);
        try {
            endpoint.warmUp();
            endpoint.bind(address);
            return endpoint;
        } catch (IOException | RuntimeException | Error e) {
            endpoint.close();
            throw e;
        }
    }

    private void bind(ListenAddress address) throws IOException {
        SocketAddress at = address.toSocketAddress();
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(group)
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .childOption(ChannelOption.AUTO_READ, false)
                .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK)
                .childHandler(new Initializer());
        if (address.path() != null) {
            file = PrivateSocket.at(address.path());
            at = UnixDomainSocketAddress.of(file.bindPath());
            bootstrap.channel(NioServerDomainSocketChannel.class);
        } else {
            bootstrap.channel(NioServerSocketChannel.class).option(ChannelOption.SO_REUSEADDR, true);
        }
        var binding = bootstrap.bind(at).awaitUninterruptibly();
        if (!binding.isSuccess()) {
            throw new IOException(
                    "the admin endpoint cannot listen at " + address + ": "
                            + binding.cause().getMessage(),
                    binding.cause());
        }
        listener = binding.channel();
        if (file != null) {
            file.publish();
        }
        loop.scheduleWithFixedDelay(this::sweep, 1, 1, TimeUnit.SECONDS);
    }

    /**
     * Answers a request in memory, once in each JVM: the first one loads hundreds of classes, and a supervisor of
     * this process may not wait that long. Before it listens: the budget belongs to the event loop then.
     */
    private void warmUp() {
        if (WARM.getAndSet(true)) {
            return;
        }
        EmbeddedChannel channel = new EmbeddedChannel();
        channel.config().setAutoRead(false);
        install(channel, new ClientHandler(this, "the endpoint itself"));
        channel.writeInbound(Unpooled.copiedBuffer(WARM_UP, StandardCharsets.US_ASCII));
        channel.runPendingTasks();
        channel.finishAndReleaseAll();
    }

    /** The address of TCP that it listens at, with the port that the system has chosen; null for a Unix socket. */
    public @Nullable InetSocketAddress address() {
        Channel bound = listener;
        return bound != null && bound.localAddress() instanceof InetSocketAddress address ? address : null;
    }

    private void sweep() {
        long now = System.nanoTime();
        for (ClientHandler each : List.copyOf(clients)) {
            try {
                each.expire(now);
            } catch (RuntimeException | Error e) {
                // Such as no memory for an answer. The others have limits, too.
                each.close();
            }
        }
        log.summarize();
    }

    private final class Initializer extends ChannelInitializer<Channel> {
        @Override
        protected void initChannel(Channel channel) {
            if (clients.size() >= limits.connections() && !makeRoom()) {
                channel.close();
                return;
            }
            ClientHandler client = new ClientHandler(HttpEndpoint.this, origin(channel));
            clients.add(client);
            channel.closeFuture().addListener(closed -> clients.remove(client));
            if (tls != null) {
                SslHandler handler = tls.newHandler(channel.alloc());
                handler.setHandshakeTimeoutMillis(TLS_MILLIS);
                channel.pipeline().addLast(handler);
            }
            install(channel, client);
        }
    }

    private void install(Channel channel, ClientHandler client) {
        channel.pipeline()
                .addLast(
                        new FirstBytes(client),
                        new HttpServerCodec(new HttpDecoderConfig()
                                .setMaxInitialLineLength(HttpLimits.LINE_BYTES)
                                .setMaxHeaderSize(HttpLimits.HEADER_BYTES)
                                .setMaxChunkSize(HttpLimits.CHUNK_BYTES)),
                        new OneRequest(client),
                        new RequestBody(limits.bodyBytes(), client),
                        client);
    }

    /** Makes room for a connection: the one that has done nothing for the longest time goes. Returns whether there is one. */
    private boolean makeRoom() {
        ClientHandler oldest = oldest(ClientHandler.Phase.IDLE);
        if (oldest == null) {
            // A request comes at once, unless its client sends it slowly so that others cannot connect.
            ClientHandler slow = oldest(ClientHandler.Phase.READING);
            oldest = slow != null && System.nanoTime() - slow.sinceNanos() > SLOW_NANOS ? slow : null;
        }
        if (oldest == null) {
            log.warn("{}: refused: {}", "a client of the admin endpoint", "too many connections");
            return false;
        }
        clients.remove(oldest);
        oldest.close();
        return true;
    }

    private @Nullable ClientHandler oldest(ClientHandler.Phase phase) {
        ClientHandler oldest = null;
        for (ClientHandler each : clients) {
            if (each.phase() == phase && (oldest == null || each.sinceNanos() - oldest.sinceNanos() < 0)) {
                oldest = each;
            }
        }
        return oldest;
    }

    private static String origin(Channel channel) {
        if (channel.remoteAddress() instanceof InetSocketAddress address) {
            return address.getAddress().getHostAddress() + ":" + address.getPort();
        }
        if (!(channel.localAddress() instanceof UnixDomainSocketAddress)) {
            return "a client that has gone";
        }
        UnixDomainPrincipal peer = null;
        try {
            peer = channel.config().getOption(NioChannelOption.of(ExtendedSocketOptions.SO_PEERCRED));
        } catch (RuntimeException e) {
            LOGGER.trace("the system does not tell whose process it is", e);
        }
        return peer == null ? "unix" : "unix user " + peer.user().getName();
    }

    private void closeClients() {
        for (ClientHandler each : new ArrayList<>(clients)) {
            each.close();
        }
    }

    private void awaitWorkers() {
        try {
            long endNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(END_SECONDS);
            readers.awaitTermination(END_SECONDS, TimeUnit.SECONDS);
            changers.awaitTermination(endNanos - System.nanoTime(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    HttpLimits limits() {
        return limits;
    }

    Routes routes() {
        return routes;
    }

    AccessPolicy policy() {
        return policy;
    }

    RequestBudget budget() {
        return budget;
    }

    ExecutorService worker(Route.Access access) {
        return access == Route.Access.CHANGE ? changers : readers;
    }

    /** Whether there is room for an answer; then {@link #answered} gives it back. */
    boolean admits(int bytes) {
        if (bytes > SMALL_ANSWER_BYTES && answerBytes > 0 && answerBytes + bytes > limits.answerBytes()) {
            return false;
        }
        answerBytes += bytes;
        return true;
    }

    void answered(int bytes) {
        answerBytes -= bytes;
    }

    /** Logs that a client was not allowed to do something. */
    void refused(String origin, Problem problem) {
        // A wrong token is a kind of its own: somebody may be guessing.
        if (problem.detail().equals(AccessPolicy.WRONG_TOKEN)) {
            log.warn("the admin endpoint was sent a wrong token by {}: {}", origin, problem.detail());
        } else {
            log.warn("the admin endpoint has refused a request of {}: {}", origin, problem.detail());
        }
    }

    boolean openStream() {
        if (streams >= limits.eventStreams()) {
            return false;
        }
        streams++;
        return true;
    }

    void closeStream() {
        streams--;
    }

    /**
     * Closes everything. A change that is being made is completed, one that waits is not made. On the event loop, which
     * cannot wait for itself, the threads end soon after it. Idempotent.
     */
    @Override
    public void close() {
        readers.shutdown();
        changers.shutdown();
        readers.getQueue().clear();
        changers.getQueue().clear();
        Channel bound = listener;
        ChannelFuture unbound = bound == null ? null : bound.close();
        if (loop.inEventLoop()) {
            closeClients();
            group.shutdownGracefully(0, END_SECONDS, TimeUnit.SECONDS);
        } else {
            if (unbound != null) {
                unbound.awaitUninterruptibly();
            }
            if (!loop.isShuttingDown()) {
                loop.submit(this::closeClients).awaitUninterruptibly(END_SECONDS, TimeUnit.SECONDS);
            }
            group.shutdownGracefully(0, END_SECONDS, TimeUnit.SECONDS)
                    .awaitUninterruptibly(2 * END_SECONDS, TimeUnit.SECONDS);
            awaitWorkers();
        }
        log.close();
        if (file != null) {
            try {
                file.close();
            } catch (IOException e) {
                LOGGER.warn("the file of the admin endpoint cannot be removed: {}", e.toString());
            }
        }
    }
}
