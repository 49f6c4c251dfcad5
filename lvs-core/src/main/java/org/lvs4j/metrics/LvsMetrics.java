package org.lvs4j.metrics;

import static java.util.Objects.requireNonNull;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.lvs4j.ConfigurationChange;
import org.lvs4j.ConfigurationListener;
import org.lvs4j.Director;
import org.lvs4j.DirectorConfiguration;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;

/**
 * The meters of a director, its services and their servers, for the registries of Micrometer.
 *
 * <pre>{@code
 * LvsMetrics metrics = LvsMetrics.of(director);
 * metrics.bindTo(registry);
 * }</pre>
 *
 * <p>{@code docs/metrics.md} lists every meter with its type, unit and tags. Those of a service have the tag {@code
 * virtual.service}, those of a server {@code real.server} as well. They are registered when the service or server is
 * added, and removed with it. A counter of one that comes back continues in registries that show totals, such as
 * Prometheus; in registries that report differences, and in composite ones, it begins at zero, so that nothing is
 * reported twice. No counter decreases when those of the director are reset.
 *
 * <p><b>Limits.</b> Services and servers have meters in the order of their addition up to {@link Builder#maxServices}
 * and {@link Builder#maxServers}. Gauges tell how many have none; the next one gets the place of one that leaves.
 *
 * <p>Assumptions: directors in one registry differ by their {@link Builder#tags}; otherwise Micrometer keeps the
 * meters of the first one. Guarantees: thread-safe. A packet or connection costs the same with and without meters:
 * values are read when the registry reads them, a service or server at a time. Progress: blocking; meters are
 * registered and removed by the thread that changes the director's configuration, which holds the lock of the
 * configuration meanwhile, or by the one that is binding or closing. The director keeps this object reachable until
 * it is closed; registries keep neither reachable.
 */
// Micrometer is optional, so it cannot be required transitively: a module that uses this class requires it itself.
@SuppressWarnings("exports")
public final class LvsMetrics implements MeterBinder, AutoCloseable {
    private final Director director;
    private final Tags common;
    private final ConfigurationListener listener = this::changed;
    private final Queue<ConfigurationChange> changes = new ConcurrentLinkedQueue<>();

    /**
     * Guards everything below. A listener is called with the lock of the configuration held: it must not wait for this
     * lock, whose holder may wait for a registry. It leaves its change to the holder.
     */
    private final ReentrantLock lock = new ReentrantLock();

    private final DirectorSource source;
    private final Roster<ServiceKey, ServiceSource> services;
    private final Roster<ServerSource.Id, ServerSource> servers;
    private final List<Binding> bindings = new ArrayList<>();
    private boolean closed;

    private LvsMetrics(Builder builder) {
        director = builder.director;
        common = builder.tags;
        source = new DirectorSource(director);
        services = new Roster<>(builder.maxServices, key -> new ServiceSource(director, key));
        servers = new Roster<>(builder.maxServers, id -> new ServerSource(director, id));
    }

    /** The meters of a director without tags of their own, at most those of 1,000 services and 1,000 servers. */
    public static LvsMetrics of(Director director) {
        return builder(director).build();
    }

    /** A builder for the meters of a director. */
    public static Builder builder(Director director) {
        return new Builder(requireNonNull(director, "director"));
    }

    /**
     * Registers all meters, and from now on those of services and servers that are added. Several registries may be
     * bound; without effect for one that is bound already. Costs time in proportion to the number of meters, 5 to 20
     * microseconds each.
     *
     * @throws IllegalStateException if this object is closed
     */
    @Override
    public void bindTo(MeterRegistry registry) {
        requireNonNull(registry, "registry");
        lock.lock();
        try {
            if (closed) {
                throw new IllegalStateException("the metrics are closed");
            }
            process();
            if (bindings.stream().noneMatch(binding -> binding.registry() == registry)) {
                bind(new Binding(registry, common));
            }
        } finally {
            lock.unlock();
        }
        processIfFree();
    }

    private void bind(Binding binding) {
        boolean done = false;
        try {
            binding.add(source, DirectorSource.INSTRUMENTS, Tags.empty());
            services.sources().forEach(each -> binding.add(each, ServiceSource.INSTRUMENTS, each.tags()));
            servers.sources().forEach(each -> binding.add(each, ServerSource.INSTRUMENTS, each.tags()));
            bindings.add(binding);
            done = true;
        } finally {
            if (!done) {
                binding.removeAll();
            }
        }
    }

    /** Removes all meters from all registries. Idempotent. */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            bindings.forEach(Binding::removeAll);
            bindings.clear();
        } finally {
            lock.unlock();
        }
        director.removeListener(listener);
        changes.clear();
    }

    // ---- following the configuration

    private LvsMetrics follow() {
        // With the lock held, so that changes wait behind the configuration to which they apply.
        lock.lock();
        try {
            DirectorConfiguration present = director.addListener(listener);
            for (DirectorConfiguration.Service service : present.services()) {
                services.add(service.key());
                service.servers().forEach(server -> servers.add(id(service.key(), server)));
            }
            process();
            count();
        } finally {
            lock.unlock();
        }
        processIfFree();
        return this;
    }

    private void changed(ConfigurationChange change) {
        changes.add(change);
        // A registry that changes the director while meters are registered: the caller goes on with the change.
        if (!lock.isHeldByCurrentThread()) {
            processIfFree();
        }
    }

    /** Processes changes unless another thread holds the lock, which then does so when it has released it. */
    private void processIfFree() {
        while (!changes.isEmpty() && lock.tryLock()) {
            try {
                process();
            } finally {
                lock.unlock();
            }
        }
    }

    private void process() {
        for (ConfigurationChange change = changes.poll(); change != null; change = changes.poll()) {
            if (!closed) {
                process(change);
            }
        }
    }

    private void process(ConfigurationChange change) {
        if (change instanceof ConfigurationChange.ServiceAdded added) {
            ServiceKey key = added.service().key();
            added(services.add(key));
            added.servers().forEach(server -> added(servers.add(id(key, server))));
        } else if (change instanceof ConfigurationChange.ServiceRemoved removed) {
            removed(services.remove(removed.key()));
            removed.servers().forEach(server -> removed(servers.remove(id(removed.key(), server))));
            promote();
        } else if (change instanceof ConfigurationChange.ServerAdded added) {
            added(servers.add(id(added.service(), added.server())));
        } else if (change instanceof ConfigurationChange.ServerRemoved removed) {
            removed(servers.remove(id(removed.service(), removed.server())));
            promote();
        }
        count();
    }

    private static ServerSource.Id id(ServiceKey service, RealServer server) {
        return new ServerSource.Id(service, server.endpoint());
    }

    private void added(@Nullable ServiceSource added) {
        if (added != null) {
            bindings.forEach(each -> each.add(added, ServiceSource.INSTRUMENTS, added.tags()));
        }
    }

    private void added(@Nullable ServerSource added) {
        if (added != null) {
            bindings.forEach(each -> each.add(added, ServerSource.INSTRUMENTS, added.tags()));
        }
    }

    private void removed(@Nullable TrafficTotal removed) {
        if (removed != null) {
            bindings.forEach(each -> each.remove(removed));
        }
    }

    private void promote() {
        for (ServiceSource next = services.promote(); next != null; next = services.promote()) {
            added(next);
        }
        for (ServerSource next = servers.promote(); next != null; next = servers.promote()) {
            added(next);
        }
    }

    private void count() {
        source.owners(
                new DirectorSource.Owners(services.size(), servers.size(), services.unmetered(), servers.unmetered()));
    }

    /** Builds the meters of a director. Not thread-safe. */
    public static final class Builder {
        private static final int DEFAULT_CEILING = 1000;

        private final Director director;
        private Tags tags = Tags.empty();
        private int maxServices = DEFAULT_CEILING;
        private int maxServers = DEFAULT_CEILING;

        private Builder(Director director) {
            this.director = director;
        }

        /** Tags of every meter, such as a name of the director; they replace those of before. None by default. */
        public Builder tags(Iterable<? extends Tag> common) {
            requireNonNull(common, "common").forEach(tag -> requireNonNull(tag, "tag"));
            tags = Tags.of(common);
            return this;
        }

        /**
         * How many services have meters, at least 0; each has 14 per registry. {@value #DEFAULT_CEILING} by default.
         */
        public Builder maxServices(int ceiling) {
            maxServices = ceiling;
            return this;
        }

        /**
         * How many servers have meters, all services together, at least 0; each has 12 per registry.
         * {@value #DEFAULT_CEILING} by default.
         */
        public Builder maxServers(int ceiling) {
            maxServers = ceiling;
            return this;
        }

        /**
         * Builds the binder, which follows the director from now on, and registers nothing until it is
         * {@linkplain #bindTo bound}. The caller must close it, or let go of the director.
         *
         * @throws IllegalArgumentException naming every value that is out of range
         */
        public LvsMetrics build() {
            List<String> problems = new ArrayList<>();
            if (maxServices < 0) {
                problems.add("maxServices must not be negative: " + maxServices);
            }
            if (maxServers < 0) {
                problems.add("maxServers must not be negative: " + maxServers);
            }
            if (!problems.isEmpty()) {
                throw new IllegalArgumentException("metrics: " + String.join("; ", problems));
            }
            return new LvsMetrics(this).follow();
        }
    }
}
