package org.lvs4j.netty.http;

import static java.util.Objects.requireNonNull;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.ImmediateEventExecutor;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.lvs4j.Affinity;
import org.lvs4j.ConfigurationChange;
import org.lvs4j.ConfigurationListener;
import org.lvs4j.Connection;
import org.lvs4j.Director;
import org.lvs4j.UnavailableException;
import org.lvs4j.net.Endpoint;
import org.lvs4j.netty.internal.EventLoops;
import org.lvs4j.netty.internal.NettyVersion;
import org.lvs4j.netty.internal.SocketFailure;
import org.lvs4j.service.ServiceKey;

/**
 * A client of {@code java.net.http} that sends each request to the server which a director chooses. The URI names the
 * service as its users know it, such as {@code https://orders.example/}: that name is in the {@code Host} header or
 * {@code :authority}, in TLS, and compared with the certificate, while the connection goes to the address of the server.
 *
 * <p>One request is one connection of the director, from the choice of the server until its answer has been read. So
 * {@code wlc}, {@code lc} and others see the requests that a server has at the moment; several may share one connection of
 * HTTP/2. The time until the header of the answer is reported as its latency. An error of input and output is a failure of
 * the server: it is reported to passive checks. Another server is then asked if the request has not reached the first one,
 * or its answer has not begun and it may be repeated: {@code GET HEAD OPTIONS PUT DELETE TRACE}. An exception of the
 * application's own parts (the body of the request, the handler of the answer, the subscriber to its body) or of a listener,
 * a lack of this host, a request that is cancelled, and {@link #close()} are no failures of a server.
 *
 * <p>How the name and the address are kept apart: for each server there is a client of its own, whose proxy for {@code
 * https} is a tunnel on loopback, and whose proxy for {@code http} is the server itself, which thus gets the target of a
 * request in the absolute form that each server of HTTP has to take.
 *
 * <p>Guarantees: thread-safe. After {@link #close()} no socket or thread of its own is left once the requests that were
 * running have ended.
 *
 * <pre>{@code
 * BalancedHttpClient client = BalancedHttpClient.builder(director, ServiceKey.named("orders")).build();
 * HttpResponse<String> answer = client.send(
 *         HttpRequest.newBuilder(URI.create("https://orders.example/cart")).build(), BodyHandlers.ofString());
 * }</pre>
 */
public final class BalancedHttpClient implements AutoCloseable {
    private static final Set<String> REPEATABLE = Set.of("GET", "HEAD", "OPTIONS", "PUT", "DELETE", "TRACE");

    private final Director director;
    private final ServiceKey service;
    private final Supplier<HttpClient.Builder> settings;
    private final int attempts;
    private final Duration connectTimeout;
    private final EventLoopGroup loops;
    private final boolean ownLoops;
    private final ChannelGroup tunnels = new DefaultChannelGroup(ImmediateEventExecutor.INSTANCE, true);
    private final Map<Endpoint, ServerClient> servers = new ConcurrentHashMap<>();
    private final ConfigurationListener listener = this::changed;
    private volatile boolean closed;

    private BalancedHttpClient(Builder builder) {
        director = builder.director;
        service = builder.service;
        settings = builder.settings;
        attempts = builder.attempts;
        connectTimeout = builder.connectTimeout;
        ownLoops = builder.loops == null;
        loops = builder.loops == null ? EventLoops.of(1, "lvs-http", true, NioIoHandler.newFactory()) : builder.loops;
        director.addListener(listener);
    }

    /**
     * A builder.
     *
     * @param service on the director when the first request is sent
     */
    public static Builder builder(Director director, ServiceKey service) {
        return new Builder(requireNonNull(director, "director"), requireNonNull(service, "service"));
    }

    /**
     * Sends a request and waits for the answer, as {@link HttpClient#send} does.
     *
     * @throws IOException if the servers that were asked have failed: that of the last one, to which the earlier ones are
     *     suppressed
     * @throws InterruptedException if this thread is interrupted; the request is cancelled
     * @throws UnavailableException if no server takes the request
     * @throws IllegalStateException if this client is closed
     */
    public <T> HttpResponse<T> send(HttpRequest request, BodyHandler<T> body) throws IOException, InterruptedException {
        return send(request, place(request, null, body), body);
    }

    /** Sends a request as {@link #send(HttpRequest, BodyHandler)} does, with the affinity of its user. */
    public <T> HttpResponse<T> send(HttpRequest request, Affinity affinity, BodyHandler<T> body)
            throws IOException, InterruptedException {
        return send(request, place(request, requireNonNull(affinity, "affinity"), body), body);
    }

    /** Waits on this thread. {@code sendAsync} would hand each answer to one more thread. */
    private <T> HttpResponse<T> send(HttpRequest request, Connection placed, BodyHandler<T> body)
            throws IOException, InterruptedException {
        if (!placed.accepted()) {
            throw new UnavailableException(service);
        }
        HttpRequest target = target(request);
        Throwable earlier = null;
        for (int left = attempts - 1; ; left--) {
            HttpAttempt<T> attempt = new HttpAttempt<>(placed, body, () -> closed);
            ServerClient server = server(placed);
            try {
                HttpResponse<T> answer;
                try {
                    answer = server.client(target).send(attempt.watched(target), attempt);
                } finally {
                    forgetIfRemoved(server, placed);
                }
                attempt.delivered();
                return answer;
            } catch (InterruptedException e) {
                attempt.abandon();
                throw e;
            } catch (IOException | RuntimeException | Error e) {
                suppress(e, earlier);
                earlier = e;
                if (!isRepeated(request, placed, attempt, origin(e), left)) {
                    throw e;
                }
            }
        }
    }

    /**
     * Sends a request, as {@link HttpClient#sendAsync} does.
     *
     * @return the answer; fails with an {@link IOException} if the servers that were asked have failed, and with an {@link
     *     UnavailableException} if no server takes the request. To cancel or complete it cancels the request
     * @throws IllegalStateException if this client is closed
     */
    public <T> CompletableFuture<HttpResponse<T>> sendAsync(HttpRequest request, BodyHandler<T> body) {
        return new Sending<>(request, place(request, null, body), body).begin();
    }

    /** Sends a request as {@link #sendAsync(HttpRequest, BodyHandler)} does, with the affinity of its user. */
    public <T> CompletableFuture<HttpResponse<T>> sendAsync(
            HttpRequest request, Affinity affinity, BodyHandler<T> body) {
        return new Sending<>(request, place(request, requireNonNull(affinity, "affinity"), body), body).begin();
    }

    private Connection place(HttpRequest request, @Nullable Affinity affinity, BodyHandler<?> body) {
        requireNonNull(request, "request");
        requireNonNull(body, "body");
        if (closed) {
            throw new IllegalStateException("the client is closed");
        }
        return affinity == null ? director.open(service) : director.open(service, affinity);
    }

    /** What HttpClient has wrapped once more for the thread that waits. */
    private static Throwable origin(Throwable failure) {
        Throwable cause = failure.getCause();
        return failure.getClass() == IOException.class && cause != null ? cause : failure;
    }

    private static void suppress(Throwable failure, @Nullable Throwable earlier) {
        if (earlier != null && earlier != failure) {
            failure.addSuppressed(earlier);
        }
    }

    /**
     * Tells the director of a failure, and whether another server is asked, which the placement has then. Otherwise it has
     * ended.
     *
     * @param left how many attempts are left
     */
    private boolean isRepeated(
            HttpRequest request, Connection placed, HttpAttempt<?> attempt, Throwable cause, int left) {
        boolean repeated = false;
        try {
            boolean failed = attempt.isOfServer(cause);
            attempt.report(cause);
            // Local ports are free towards each server by itself.
            boolean another = failed || SocketFailure.of(cause) == SocketFailure.PORTS && !closed;
            repeated = another && left > 0 && !attempt.begun() && isRepeatable(request, cause) && placed.retry();
        } finally {
            if (!repeated) {
                placed.close();
            }
        }
        return repeated;
    }

    private static boolean isRepeatable(HttpRequest request, Throwable cause) {
        boolean unsent = cause instanceof ConnectException
                || cause instanceof HttpConnectTimeoutException
                || HttpAttempt.isOfTunnel(cause);
        return unsent || REPEATABLE.contains(request.method());
    }

    /** One request with its attempts, sent without waiting. */
    private final class Sending<T> {
        private final CompletableFuture<HttpResponse<T>> result = new CompletableFuture<>();
        private final HttpRequest request;
        private final Connection placed;
        private final BodyHandler<T> body;
        private @Nullable Throwable earlier;
        /** Whether the request ends by itself, rather than because nobody waits for it any more. */
        private volatile boolean ending;

        Sending(HttpRequest request, Connection placed, BodyHandler<T> body) {
            this.request = target(request);
            this.placed = placed;
            this.body = body;
        }

        CompletableFuture<HttpResponse<T>> begin() {
            if (placed.accepted()) {
                attempt(attempts - 1);
            } else {
                result.completeExceptionally(new UnavailableException(service));
            }
            return result;
        }

        /** Asks the server of the placement; if it fails, as many others. */
        private void attempt(int left) {
            HttpAttempt<T> attempt = new HttpAttempt<>(placed, body, () -> closed);
            ServerClient server = server(placed);
            CompletableFuture<HttpResponse<T>> answer;
            try {
                answer = server.client(request).sendAsync(attempt.watched(request), attempt);
            } catch (RuntimeException | Error e) {
                forgetIfRemoved(server, placed);
                placed.close();
                throw e;
            }
            result.whenComplete((response, failure) -> {
                if (!ending) {
                    attempt.abandon();
                    answer.cancel(true);
                }
            });
            answer.whenComplete((response, failure) -> {
                forgetIfRemoved(server, placed);
                done(attempt, response, failure, left);
            });
        }

        private void done(
                HttpAttempt<T> attempt, @Nullable HttpResponse<T> response, @Nullable Throwable failure, int left) {
            if (response != null) {
                attempt.delivered();
                ending = true;
                if (!result.complete(response)) {
                    attempt.discard();
                }
                return;
            }
            Throwable cause = causeOf(failure);
            suppress(cause, earlier);
            earlier = cause;
            try {
                if (isRepeated(request, placed, attempt, cause, result.isDone() ? 0 : left)) {
                    attempt(left - 1);
                    return;
                }
            } catch (RuntimeException | Error e) {
                suppress(e, cause);
                cause = e;
            }
            ending = true;
            result.completeExceptionally(cause);
        }

        private static Throwable causeOf(@Nullable Throwable failure) {
            Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
            return cause == null ? new IOException("the request has ended without an answer", failure) : cause;
        }
    }

    /** The request whose target in the absolute form has a path, and neither a user nor a fragment. */
    private static HttpRequest target(HttpRequest request) {
        URI uri = request.uri();
        boolean rooted = !uri.getRawPath().isEmpty() || request.method().equals("OPTIONS");
        if (isSecure(request) || rooted && uri.getRawUserInfo() == null && uri.getRawFragment() == null) {
            return request;
        }
        String authority = uri.getRawAuthority();
        String query = uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery();
        URI target = URI.create(uri.getScheme() + "://" + authority.substring(authority.indexOf('@') + 1)
                + (rooted ? uri.getRawPath() : "/") + query);
        return HttpRequest.newBuilder(request, (name, value) -> true)
                .uri(target)
                .build();
    }

    private static boolean isSecure(HttpRequest request) {
        return "https".equalsIgnoreCase(request.uri().getScheme());
    }

    private ServerClient server(Connection placed) {
        return servers.computeIfAbsent(placed.destination(), ServerClient::new);
    }

    /** Ends a tunnel that was opened after its server was removed, or this client closed. */
    private void forgetIfRemoved(ServerClient server, Connection placed) {
        if (closed || !placed.serverPresent()) {
            servers.remove(placed.destination(), server);
            server.close();
        }
    }

    /** The clients of one server, each made when it is first used. */
    private final class ServerClient implements AutoCloseable {
        private final InetSocketAddress address;
        private @Nullable HttpClient plain;
        private @Nullable HttpClient secure;
        private @Nullable Tunnel tunnel;

        ServerClient(Endpoint server) {
            address = server.toSocketAddress();
        }

        HttpClient client(HttpRequest request) {
            return isSecure(request) ? secure() : plain();
        }

        private synchronized HttpClient plain() {
            HttpClient present = plain;
            if (present == null) {
                present = build(address);
                plain = present;
            }
            return present;
        }

        private synchronized HttpClient secure() {
            HttpClient present = secure;
            if (present == null) {
                Tunnel opened = new Tunnel(loops, tunnels, address, (int) connectTimeout.toMillis());
                tunnel = opened;
                present = build(opened.address());
                secure = present;
            }
            return present;
        }

        private HttpClient build(InetSocketAddress proxy) {
            return settings.get()
                    .followRedirects(HttpClient.Redirect.NEVER)
                    .connectTimeout(connectTimeout)
                    .proxy(ProxySelector.of(proxy))
                    .build();
        }

        @Override
        public synchronized void close() {
            if (tunnel != null) {
                tunnel.close();
            }
        }
    }

    private void changed(ConfigurationChange change) {
        if (change instanceof ConfigurationChange.ServerRemoved removed
                && removed.service().equals(service)) {
            forget(removed.endpoint());
        } else if (change instanceof ConfigurationChange.ServiceRemoved removed
                && removed.key().equals(service)) {
            servers.keySet().forEach(this::forget);
        }
    }

    private void forget(Endpoint server) {
        ServerClient client = servers.remove(server);
        if (client != null) {
            client.close();
        }
    }

    /**
     * Ends the tunnels, and with them the requests of {@code https} that are running. No other server is asked from then on.
     * Idempotent.
     */
    @Override
    public void close() {
        closed = true;
        director.removeListener(listener);
        servers.keySet().forEach(this::forget);
        tunnels.close();
        if (ownLoops) {
            loops.shutdownGracefully();
        }
    }

    /** Builds a client; not thread-safe. */
    public static final class Builder {
        private final Director director;
        private final ServiceKey service;
        private Supplier<HttpClient.Builder> settings = HttpClient::newBuilder;
        private int attempts = 2;
        private Duration connectTimeout = Duration.ofSeconds(3);
        private @Nullable EventLoopGroup loops;

        private Builder(Director director, ServiceKey service) {
            this.director = director;
            this.service = service;
        }

        /**
         * The settings of the clients, such as TLS and versions. Their proxy and their timeout to connect are replaced, and
         * they follow no redirect, which might lead to a host that is not of this service.
         *
         * @param builders makes a new builder at each call
         */
        public Builder settings(Supplier<HttpClient.Builder> builders) {
            settings = requireNonNull(builders, "builders");
            return this;
        }

        /** How many servers are asked at most for one request, at least 1; 2 by default. */
        public Builder attempts(int value) {
            attempts = value;
            return this;
        }

        /** How long a connection may take to open, 1 ms to 1 h; three seconds by default. */
        public Builder connectTimeout(Duration value) {
            connectTimeout = requireNonNull(value, "value");
            return this;
        }

        /** The application's event loops on NIO for the tunnels, which are never shut down. By default one of its own. */
        public Builder eventLoops(MultiThreadIoEventLoopGroup group) {
            loops = requireNonNull(group, "group");
            return this;
        }

        /**
         * Builds the client.
         *
         * @return the client, which the caller must close
         * @throws IllegalArgumentException naming each value that is out of range
         * @throws IllegalStateException if the application has a Netty older than 4.2
         */
        public BalancedHttpClient build() {
            NettyVersion.require();
            if (attempts < 1) {
                throw new IllegalArgumentException("HTTP client: attempts must be positive, not " + attempts);
            }
            if (connectTimeout.toMillis() < 1 || connectTimeout.compareTo(Duration.ofHours(1)) > 0) {
                throw new IllegalArgumentException(
                        "HTTP client: connectTimeout must be 1 ms to 1 h, not " + connectTimeout);
            }
            return new BalancedHttpClient(this);
        }
    }
}
