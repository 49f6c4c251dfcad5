package org.lvs4j.discovery;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.lvs4j.Director;
import org.lvs4j.DirectorConfiguration;
import org.lvs4j.net.Endpoint;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;

/**
 * Keeps the servers of a service as a {@link ServerSource} finds them, by the smallest change: servers that stay keep their
 * connections, counters, drains and health. The service itself belongs to the application, which adds it first.
 *
 * <p><b>Weights.</b> A server keeps the attributes that it has on the director, such as a weight that an operator has
 * changed, until the source changes its weight. Beside a monitor they are those that the monitor was given, not those
 * that its checks have made of them.
 *
 * <p><b>Nothing found.</b> If the source fails, the servers found last stay. An answer without a server is ignored, because
 * it is more often an error of the source than the truth, unless {@link Builder#takeEmpty} says otherwise. Both are counted.
 *
 * <p><b>Health.</b> A server that a health monitor has taken out is not on the director. So beside a monitor the servers go
 * to it: {@code Builder.applyTo(monitor::servers, monitor::setServers)}.
 *
 * <p>Guarantees: thread-safe. Works on the thread of the source, and waits as {@link Director#setServers} does. {@link
 * #snapshot} does not wait, so listeners and event loops may call it.
 */
public final class Discovery implements AutoCloseable {
    private final Builder options;
    private final ServerSource.Subscription subscription;
    /** What was found and applied last, by endpoint. */
    private Map<Endpoint, FoundServer> found = Map.of();

    private Map<Endpoint, RealServer> applied = Map.of();
    private long answers;
    private long changes;
    private long emptyAnswers;
    private int left;
    private long failures;
    private @Nullable Throwable lastFailure;
    private boolean closed;

    // Written with this object's lock held, which guards the fields above and is held while servers are applied.
    private volatile DiscoverySnapshot snapshot = new DiscoverySnapshot(List.of(), 0, 0, 0, 0, 0, null);

    private Discovery(Builder options) {
        this.options = options;
        subscription = options.source.subscribe(new ServerSource.Observer() {
            @Override
            public void found(Collection<FoundServer> servers) {
                take(servers);
            }

            @Override
            public void failed(Throwable cause) {
                note(requireNonNull(cause, "cause"));
            }
        });
    }

    /**
     * A builder.
     *
     * @param service on the director when the source answers for the first time
     */
    public static Builder builder(Director director, ServiceKey service, ServerSource source) {
        return new Builder(
                requireNonNull(director, "director"),
                requireNonNull(service, "service"),
                requireNonNull(source, "source"));
    }

    private synchronized void take(Collection<FoundServer> servers) {
        if (closed) {
            return;
        }
        answers++;
        Map<Endpoint, FoundServer> next = new LinkedHashMap<>();
        for (FoundServer server : requireNonNull(servers, "servers")) {
            next.putIfAbsent(requireNonNull(server, "servers contains null").endpoint(), server);
        }
        if (next.isEmpty() && !options.takesEmpty) {
            emptyAnswers++;
            publish();
            return;
        }
        left = Math.max(0, next.size() - options.maxServers);
        if (left > 0) {
            bound(next);
        }
        try {
            apply(next);
        } catch (RuntimeException e) {
            note(e);
            throw e;
        }
    }

    /** Leaves out what is too much: first servers that are new, then the last ones. */
    private void bound(Map<Endpoint, FoundServer> servers) {
        List<Endpoint> order = new ArrayList<>(servers.keySet());
        order.sort((one, other) -> Boolean.compare(found.containsKey(other), found.containsKey(one)));
        order.subList(options.maxServers, order.size()).forEach(servers::remove);
    }

    private void apply(Map<Endpoint, FoundServer> next) {
        Map<Endpoint, RealServer> present = new HashMap<>(applied);
        options.present.apply(options.service).forEach(server -> present.put(server.endpoint(), server));
        Map<Endpoint, RealServer> wanted = new LinkedHashMap<>();
        next.forEach((endpoint, server) -> wanted.put(endpoint, wanted(server, present.get(endpoint))));
        DiscoverySnapshot last = snapshot;
        Map<Endpoint, FoundServer> lastFound = found;
        Map<Endpoint, RealServer> lastApplied = applied;
        if (!wanted.equals(applied)) {
            changes++;
        }
        found = next;
        applied = wanted;
        lastFailure = null;
        // Before the director shows the change: a snapshot that is taken after it has the change.
        publish();
        boolean taken = false;
        try {
            options.target.accept(options.service, List.copyOf(wanted.values()));
            taken = true;
        } finally {
            if (!taken) {
                changes = last.changes();
                found = lastFound;
                applied = lastApplied;
                publish();
            }
        }
    }

    private RealServer wanted(FoundServer server, @Nullable RealServer present) {
        FoundServer before = found.get(server.endpoint());
        if (present == null) {
            return options.server.apply(server);
        }
        Integer weight = server.weight();
        return weight == null || before == null || weight.equals(before.weight())
                ? present
                : present.toBuilder().weight(weight).build();
    }

    private synchronized void note(Throwable cause) {
        failures++;
        lastFailure = cause;
        publish();
    }

    private void publish() {
        snapshot = new DiscoverySnapshot(
                List.copyOf(applied.values()), answers, changes, emptyAnswers, left, failures, lastFailure);
    }

    /** What has been found and done so far, with a change under way. */
    public DiscoverySnapshot snapshot() {
        return snapshot;
    }

    /**
     * Stops the source. The servers stay as they are. Waits for a change under way, so it is not to be called by a listener of
     * the director or an event loop of a health monitor. Idempotent.
     */
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
        }
        subscription.close();
    }

    /** Builds a discovery; not thread-safe. */
    public static final class Builder {
        private static final int DEFAULT_MAX_SERVERS = 1_000;
        private static final int MOST_SERVERS = 65_536;

        private final Director director;
        private final ServiceKey service;
        private final ServerSource source;
        private Function<? super ServiceKey, ? extends Collection<RealServer>> present;
        private BiConsumer<? super ServiceKey, ? super Collection<RealServer>> target;
        private Function<? super FoundServer, RealServer> server = Builder::plain;
        private int maxServers = DEFAULT_MAX_SERVERS;
        private boolean takesEmpty;

        private Builder(Director director, ServiceKey service, ServerSource source) {
            this.director = director;
            this.service = service;
            this.source = source;
            present = key -> onDirector(director, key);
            target = director::setServers;
        }

        private static List<RealServer> onDirector(Director director, ServiceKey key) {
            DirectorConfiguration.Service service = director.configuration(key);
            return service == null ? List.of() : service.servers();
        }

        private static RealServer plain(FoundServer server) {
            Integer weight = server.weight();
            RealServer.Builder builder = RealServer.builder(server.endpoint());
            return weight == null ? builder.build() : builder.weight(weight).build();
        }

        /**
         * Where the servers go: beside a health monitor that checks the service, {@code monitor::servers} and {@code
         * monitor::setServers}. By default {@link Director#setServers}.
         *
         * @param servers all servers of the service as they are there, of which those that stay keep their attributes
         * @param setServers takes all servers of the service, in their order
         */
        public Builder applyTo(
                Function<? super ServiceKey, ? extends Collection<RealServer>> servers,
                BiConsumer<? super ServiceKey, ? super Collection<RealServer>> setServers) {
            present = requireNonNull(servers, "servers");
            target = requireNonNull(setServers, "setServers");
            return this;
        }

        /**
         * The attributes of a server that is new, such as thresholds. By default those of {@link RealServer#of}, with the
         * weight that was found.
         *
         * @param configure makes a server with the endpoint that was found
         */
        public Builder server(Function<? super FoundServer, RealServer> configure) {
            server = requireNonNull(configure, "configure");
            return this;
        }

        /**
         * How many servers are taken at most, 1..65536; 1,000 by default. Beyond that, new servers are left out first.
         */
        public Builder maxServers(int ceiling) {
            maxServers = ceiling;
            return this;
        }

        /** Whether an answer without a server removes all servers. By default it is ignored. */
        public Builder takeEmpty(boolean enabled) {
            takesEmpty = enabled;
            return this;
        }

        /**
         * Starts the source.
         *
         * @return the discovery, which the caller must close
         * @throws IllegalArgumentException if the ceiling is out of range
         */
        public Discovery start() {
            if (maxServers < 1 || maxServers > MOST_SERVERS) {
                throw new IllegalArgumentException(
                        "discovery: maxServers must be 1.." + MOST_SERVERS + ", not " + maxServers);
            }
            return new Discovery(copy());
        }

        /** Later calls of this builder do not change a discovery that it has started. */
        private Builder copy() {
            Builder copy = new Builder(director, service, source);
            copy.present = present;
            copy.target = target;
            copy.server = server;
            copy.maxServers = maxServers;
            copy.takesEmpty = takesEmpty;
            return copy;
        }
    }
}
