package org.lvs4j.admin;

import static java.util.Objects.requireNonNull;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.netty.handler.ssl.SslContext;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.lvs4j.Director;
import org.lvs4j.admin.internal.api.Api;
import org.lvs4j.admin.internal.api.EventLog;
import org.lvs4j.admin.internal.http.AccessPolicy;
import org.lvs4j.admin.internal.http.HttpEndpoint;
import org.lvs4j.admin.internal.http.HttpLimits;
import org.lvs4j.admin.internal.http.ListenAddress;
import org.lvs4j.admin.internal.http.PrivateSocket;
import org.lvs4j.admin.internal.http.ServerTls;
import org.lvs4j.metrics.LvsMetrics;
import org.lvs4j.netty.Relay;
import org.lvs4j.netty.RelayMetrics;
import org.lvs4j.netty.health.HealthMetrics;
import org.lvs4j.netty.health.HealthMonitor;
import org.lvs4j.netty.health.HealthMonitorSnapshot;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An HTTP endpoint of a director: {@code /healthz} and {@code /readyz} for supervisors and routers of this process,
 * {@code /metrics} for Prometheus, and below {@code /api/v1} a JSON API that reads services, servers, connections, templates
 * and health, and changes services and servers. {@code /openapi.json} describes it; {@code docs/admin.md} shows it.
 *
 * <pre>{@code
 * try (AdminServer admin = AdminServer.start(director, "127.0.0.1:9110")) {
 *     // curl http://127.0.0.1:9110/metrics
 * }
 * }</pre>
 *
 * <p><b>Who may do what.</b> At a loopback address everybody on this host may read, and a change needs the {@linkplain
 * Builder#token token}. A Unix socket belongs to its owner, who may do everything, as root may. Any other address needs the
 * token for everything but {@code /}, {@code /dashboard}, {@code /healthz}, {@code /readyz} and {@code /openapi.json}, and
 * {@linkplain Builder#tls TLS} or the explicit {@link Builder#plainText()}. No other web page can use the endpoint: the names in {@code Host} and {@code Origin} are checked.
 *
 * <p><b>Limits.</b> 64 connections, 16 streams of events, 20 requests a second in all ({@link Builder#requestsPerSecond}),
 * 256 KiB for a request, which has to come within 10 seconds, and 32 MiB for all answers that clients have not taken. One
 * event loop, a thread that reads and one that changes do all of the work: a change that takes its time, such as a reload,
 * delays no reader.
 *
 * <p>Guarantees: thread-safe; each change is logged with its origin; after {@link #close()} no socket, thread, file or
 * listener is left. The threads do not keep the JVM alive.
 */
public final class AdminServer implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(AdminServer.class);

    private final Director director;
    private final EventLog events;
    private final ListenAddress listenAddress;
    private final String scheme;
    private final List<AutoCloseable> closeables = new ArrayList<>();
    private final HttpEndpoint endpoint;

    // Guarded by this object, as are the next two.
    private @Nullable HealthMonitor monitor;
    private @Nullable AutoCloseable monitorMetrics;
    private boolean closed;

    /** Where metrics are registered that this server makes itself; null if the application has its own. */
    private final @Nullable PrometheusMeterRegistry ownRegistry;

    private AdminServer(Builder builder, ListenAddress address, @Nullable SslContext tls) throws IOException {
        director = builder.director;
        listenAddress = address;
        scheme = tls == null ? "http" : "https";
        events = new EventLog(Instant::now);
        PrometheusMeterRegistry registry = builder.registry;
        if (registry == null) {
            ownRegistry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
            registry = ownRegistry;
        } else {
            ownRegistry = null;
        }
        AccessPolicy policy = new AccessPolicy(address, tls != null, builder.hosts, builder.token);
        Api api = new Api(
                director,
                builder.control,
                builder.readiness,
                registry::scrape,
                this::health,
                events,
                policy.changing());
        endpoint = HttpEndpoint.start(address, builder.limits, api.routes(), policy, tls);
        closeables.add(endpoint);
        boolean done = false;
        try {
            if (ownRegistry != null) {
                bindMetrics(ownRegistry, builder.relay);
            }
            setHealthMonitor(builder.monitor);
            director.addListener(events);
            closeables.add(() -> director.removeListener(events));
            done = true;
        } finally {
            if (!done) {
                close();
            }
        }
    }

    private void bindMetrics(PrometheusMeterRegistry registry, @Nullable Relay relay) {
        LvsMetrics metrics = LvsMetrics.of(director);
        closeables.add(metrics);
        metrics.bindTo(registry);
        if (relay != null) {
            RelayMetrics relayMetrics = RelayMetrics.of(relay);
            closeables.add(relayMetrics);
            relayMetrics.bindTo(registry);
        }
    }

    /**
     * Starts an endpoint without a token: it only reads, unless it is a Unix socket.
     *
     * @param address a loopback address with a port, such as {@code 127.0.0.1:9110}, or {@code unix:} and a path
     * @throws AdminException if it cannot listen there
     * @throws IllegalArgumentException if the address is malformed, or needs more than that
     */
    public static AdminServer start(Director director, String address) {
        return builder(director).listen(address).start();
    }

    /** A builder for the endpoint of a director. */
    public static Builder builder(Director director) {
        return new Builder(requireNonNull(director, "director"));
    }

    /** Where it listens, as a URL, or {@code unix:} and the path. */
    public String address() {
        InetSocketAddress bound = endpoint.address();
        if (bound == null) {
            return listenAddress.toString();
        }
        String host = bound.getAddress().getHostAddress();
        return scheme + "://" + (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + bound.getPort();
    }

    /** The port of TCP that it listens at; -1 for a Unix socket. */
    public int port() {
        InetSocketAddress bound = endpoint.address();
        return bound == null ? -1 : bound.getPort();
    }

    private @Nullable HealthMonitorSnapshot health() {
        HealthMonitor present;
        synchronized (this) {
            present = monitor;
        }
        return present == null ? null : present.snapshot();
    }

    /**
     * Shows another health monitor from now on, or none. The history of the one before stays.
     *
     * @param next the monitor, or null
     */
    public synchronized void setHealthMonitor(@Nullable HealthMonitor next) {
        if (monitor != null) {
            monitor.removeListener(events);
        }
        closeQuietly(monitorMetrics);
        monitorMetrics = null;
        monitor = closed ? null : next;
        if (monitor != null) {
            monitor.addListener(events);
            if (ownRegistry != null) {
                HealthMetrics metrics = HealthMetrics.of(monitor);
                monitorMetrics = metrics;
                metrics.bindTo(ownRegistry);
            }
        }
    }

    private static void closeQuietly(@Nullable AutoCloseable closeable) {
        if (closeable != null) {
            try {
                closeable.close();
            } catch (Exception e) {
                LOGGER.warn("a part of the admin endpoint cannot be closed", e);
            }
        }
    }

    /**
     * Stops listening, closes all connections, and removes the socket's file and all listeners. A change that is being made
     * is waited for, at most two seconds; one that waits for its turn is not made. Idempotent.
     */
    @Override
    public void close() {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
            setHealthMonitor(null);
        }
        closeables.forEach(AdminServer::closeQuietly);
        if (ownRegistry != null) {
            ownRegistry.close();
        }
    }

    /** Builds an endpoint. Not thread-safe. */
    public static final class Builder {
        private static final int MIN_TOKEN = 16;
        private static final int MAX_RATE = 1_000_000;

        private final Director director;
        private final Set<String> hosts = new LinkedHashSet<>();
        private AdminControl control;
        private String address = "127.0.0.1:9110";
        private @Nullable String token;
        private @Nullable Path certificate;
        private @Nullable Path key;
        private boolean plainText;
        private @Nullable PrometheusMeterRegistry registry;
        private @Nullable Relay relay;
        private @Nullable HealthMonitor monitor;
        private Supplier<@Nullable String> readiness = () -> null;
        private HttpLimits limits = HttpLimits.DEFAULT;

        private Builder(Director director) {
            this.director = director;
            control = AdminControl.of(director);
        }

        /**
         * Where to listen: {@code 127.0.0.1:9110} by default. A numeric address or {@code localhost} with a port (0 for one
         * that the system chooses), or {@code unix:} and the path of a socket, which only the owner of this process may use.
         */
        public Builder listen(String where) {
            address = requireNonNull(where, "where");
            return this;
        }

        /**
         * The token that changes need, in {@code Authorization: Bearer TOKEN}; by default there is none, and an endpoint at
         * TCP only reads.
         *
         * @param secret at least 16 visible ASCII characters
         */
        public Builder token(String secret) {
            token = requireNonNull(secret, "secret");
            return this;
        }

        /**
         * Serves HTTPS.
         *
         * @param certificateChain a file in PEM format, the own certificate first
         * @param privateKey a file in PEM format, PKCS#8
         */
        public Builder tls(Path certificateChain, Path privateKey) {
            certificate = requireNonNull(certificateChain, "certificateChain");
            key = requireNonNull(privateKey, "privateKey");
            return this;
        }

        /** Serves plain HTTP at an address that other hosts reach: they see the token. */
        public Builder plainText() {
            plainText = true;
            return this;
        }

        /**
         * Answers for a host name in URLs, beside numeric addresses and {@code localhost}. A name that is not listed may be
         * that of an attacker who lets it point to this address.
         */
        public Builder host(String name) {
            hosts.add(requireNonNull(name, "name").toLowerCase(Locale.ROOT));
            return this;
        }

        /** How changes are made; {@link AdminControl#of} by default. */
        public Builder control(AdminControl value) {
            control = requireNonNull(value, "value");
            return this;
        }

        /**
         * What {@code /metrics} shows, instead of the meters of the director, of {@link #relay} and of {@link
         * #healthMonitor}, which this server registers by itself. With it, the application registers all meters, those of
         * an access log ({@link org.lvs4j.netty.AccessLogMetrics}) or a packet plane ({@link
         * org.lvs4j.netty.tun.TunMetrics}) as well.
         */
        public Builder registry(PrometheusMeterRegistry value) {
            registry = requireNonNull(value, "value");
            return this;
        }

        /** Shows the meters of a relay. */
        public Builder relay(Relay value) {
            relay = requireNonNull(value, "value");
            return this;
        }

        /** Shows the health that a monitor knows, and its meters. */
        public Builder healthMonitor(HealthMonitor value) {
            monitor = requireNonNull(value, "value");
            return this;
        }

        /**
         * What {@code /readyz} answers: status 200, or 503 with a reason. Always ready by default.
         *
         * @param reason tells why this process shall get no clients now, or null if it shall; called by the event loop and
         *     a worker of the endpoint, which it must not block
         */
        public Builder readiness(Supplier<@Nullable String> reason) {
            readiness = requireNonNull(reason, "reason");
            return this;
        }

        /**
         * How many requests are answered in a second, 1..1000000; further ones wait. What was not used in the last ten
         * seconds may be used at once. 20 by default.
         */
        public Builder requestsPerSecond(int rate) {
            limits = limits.withRequestsPerSecond(rate);
            return this;
        }

        /** For tests. */
        Builder limits(HttpLimits value) {
            limits = value;
            return this;
        }

        /**
         * Checks everything at once and listens.
         *
         * @throws IllegalArgumentException naming every value that is wrong, and what the address needs beside it
         * @throws AdminException if it cannot listen there, or the files for TLS cannot be used
         */
        public AdminServer start() {
            ListenAddress where = checked();
            try {
                AdminServer server = new AdminServer(this, where, sslContext());
                LOGGER.info("admin endpoint at {}", server.address());
                return server;
            } catch (IOException e) {
                throw new AdminException(String.valueOf(e.getMessage()), e);
            }
        }

        /**
         * Checks everything that can be checked without listening: the values, and the files for TLS.
         *
         * @throws IllegalArgumentException as for {@link #start}
         * @throws AdminException if the files for TLS cannot be used, or the directory of a Unix socket is missing
         */
        public void check() {
            ListenAddress where = checked();
            try {
                sslContext();
                if (where.path() != null) {
                    PrivateSocket.requireDirectory(where.path());
                }
            } catch (IOException e) {
                throw new AdminException(String.valueOf(e.getMessage()), e);
            }
        }

        private ListenAddress checked() {
            List<String> problems = new ArrayList<>();
            ListenAddress where = null;
            try {
                where = ListenAddress.parse(address);
            } catch (IllegalArgumentException e) {
                problems.add(String.valueOf(e.getMessage()));
            }
            if (token != null && (token.length() < MIN_TOKEN || !token.chars().allMatch(c -> c > ' ' && c < 0x7f))) {
                problems.add("the token has to have at least " + MIN_TOKEN + " visible ASCII characters and no space");
            }
            if (limits.requestsPerSecond() < 1 || limits.requestsPerSecond() > MAX_RATE) {
                problems.add("requestsPerSecond " + limits.requestsPerSecond() + " is outside 1.." + MAX_RATE);
            }
            if (where != null && !where.isLocal()) {
                List<String> missing = new ArrayList<>();
                if (token == null) {
                    missing.add("a token");
                }
                if (certificate == null && !plainText) {
                    missing.add("TLS, or plain text by an explicit word");
                }
                if (!missing.isEmpty()) {
                    problems.add(where + " is no loopback address: it needs " + String.join(", and ", missing));
                }
            }
            if (where == null || !problems.isEmpty()) {
                throw new IllegalArgumentException("admin endpoint: " + String.join("; ", problems));
            }
            return where;
        }

        private @Nullable SslContext sslContext() throws IOException {
            return certificate == null || key == null ? null : ServerTls.of(certificate, key);
        }
    }
}
