package org.lvs4j.netty.health;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.lvs4j.health.MonitoredService;
import org.lvs4j.health.ServerHealth;
import org.lvs4j.health.ServiceHealth;
import org.lvs4j.netty.internal.SourceMeters;

/**
 * The meters of monitored services and servers.
 *
 * <p>A reading of any of them, or of their numbers, first looks whether the monitor's state has changed, and if so
 * reads it as a whole and registers and removes meters. Guarantees: thread-safe. Progress: one thread at a time does
 * that; others read what was there before.
 */
final class HealthStates {
    private static final int MOST = 1000;

    private final HealthMonitor monitor;
    private final Tags tags;
    private final ReentrantLock lock = new ReentrantLock();

    // Guarded by the lock, as are the next two fields.
    private final List<MeterRegistry> registries = new ArrayList<>();
    private final Map<Tags, List<SourceMeters<State>>> meters = new HashMap<>();
    private boolean closed;

    // Written with the lock held, read when a registry reads its meters.
    private volatile View view = new View(-1, 0, 0, Map.of());

    /** Written with the lock held and by the monitor's event loop, for readings on its loops. */
    private volatile Requested requested = new Requested(-1, List.of());

    /** The state that the monitor was asked for; without services until it answers. */
    private record Requested(long version, @Nullable List<ServiceHealth> services) {}

    /**
     * The state of the monitor at one moment.
     *
     * @param version of the state
     * @param services how many there are
     * @param servers how many there are
     * @param values those that have meters: the health of a service or server by its tags
     */
    record View(long version, int services, int servers, Map<Tags, Object> values) {}

    /** What a meter of a service or server reads. */
    private record State(HealthStates states, Tags tags) {
        @Nullable
        Object value() {
            return states.current().values.get(tags);
        }
    }

    HealthStates(HealthMonitor monitor, Tags tags) {
        this.monitor = monitor;
        this.tags = tags;
    }

    void add(MeterRegistry registry) {
        lock.lock();
        try {
            registries.add(registry);
            view.values.forEach((key, value) -> register(registry, key, value));
        } finally {
            lock.unlock();
        }
        current();
    }

    void remove(MeterRegistry registry) {
        lock.lock();
        try {
            registries.removeIf(each -> each == registry);
            for (List<SourceMeters<State>> each : meters.values()) {
                each.stream().filter(of -> of.registry() == registry).forEach(SourceMeters::remove);
                each.removeIf(of -> of.registry() == registry);
            }
        } finally {
            lock.unlock();
        }
    }

    void close() {
        lock.lock();
        try {
            closed = true;
            meters.values().forEach(each -> each.forEach(SourceMeters::remove));
            meters.clear();
            registries.clear();
        } finally {
            lock.unlock();
        }
    }

    /** The present state, or that of before if it cannot be read now. */
    View current() {
        View now = view;
        if (now.version != monitor.stateVersion() && !lock.isHeldByCurrentThread() && lock.tryLock()) {
            try {
                refresh();
                now = view;
            } finally {
                lock.unlock();
            }
        }
        return now;
    }

    private void refresh() {
        // Read before the state: a change in between is seen at the next reading.
        long version = monitor.stateVersion();
        if (closed || version == view.version) {
            return;
        }
        if (monitor.onOwnLoop()) {
            requestOnLoop(version);
            Requested answered = requested;
            if (answered.services != null && answered.version != view.version) {
                show(answered.version, answered.services);
            }
            return;
        }
        List<ServiceHealth> services;
        try {
            services = monitor.snapshot().services();
        } catch (RejectedExecutionException e) {
            // The event loops have ended.
            services = List.of();
        }
        show(version, services);
    }

    private void requestOnLoop(long version) {
        if (requested.version != version) {
            requested = new Requested(version, null);
            monitor.laterOnLoop(services -> requested = new Requested(version, services));
        }
    }

    private void show(long version, List<ServiceHealth> services) {
        Map<Tags, Object> values = new LinkedHashMap<>();
        int servers = 0;
        int metered = 0;
        for (ServiceHealth service : services) {
            Tags ofService = Tags.of("virtual.service", name(service));
            if (metered < MOST) {
                values.put(ofService, service);
                metered++;
            }
        }
        metered = 0;
        for (ServiceHealth service : services) {
            servers += service.servers().size();
            for (ServerHealth server : service.servers()) {
                if (metered == MOST) {
                    break;
                }
                values.put(Tags.of("virtual.service", name(service), "real.server", endpoint(service, server)), server);
                metered++;
            }
        }
        view = new View(version, services.size(), servers, Map.copyOf(values));
        for (Iterator<Map.Entry<Tags, List<SourceMeters<State>>>> all =
                        meters.entrySet().iterator();
                all.hasNext(); ) {
            Map.Entry<Tags, List<SourceMeters<State>>> each = all.next();
            if (!values.containsKey(each.getKey())) {
                all.remove();
                each.getValue().forEach(SourceMeters::remove);
            }
        }
        values.forEach((key, value) -> {
            if (!meters.containsKey(key)) {
                registries.forEach(registry -> register(registry, key, value));
            }
        });
    }

    private void register(MeterRegistry registry, Tags key, Object value) {
        SourceMeters<State> registered = new SourceMeters<>(registry, new State(this, key), tags.and(key));
        meters.computeIfAbsent(key, none -> new ArrayList<>()).add(registered);
        if (value instanceof ServiceHealth) {
            registered.gauge(
                    "lvs.health.service.up",
                    null,
                    "1 while the service has its quorum, otherwise 0",
                    Tags.empty(),
                    state -> state.value() instanceof ServiceHealth now ? flag(now.up()) : Double.NaN);
            registered.gauge(
                    "lvs.health.service.sorry",
                    null,
                    "1 while the sorry server gets the clients of the service, otherwise 0",
                    Tags.empty(),
                    state -> state.value() instanceof ServiceHealth now ? flag(now.sorryServerInUse()) : Double.NaN);
        } else {
            registered.gauge(
                    "lvs.health.server.up",
                    null,
                    "1 while all checks of the server are up and it is not ejected, otherwise 0",
                    Tags.empty(),
                    state -> state.value() instanceof ServerHealth now ? flag(now.up()) : Double.NaN);
            registered.gauge(
                    "lvs.health.server.ejected",
                    null,
                    "1 while failed connections of clients keep the server out, otherwise 0",
                    Tags.empty(),
                    state -> state.value() instanceof ServerHealth now ? flag(now.ejected()) : Double.NaN);
            registered.gauge(
                    "lvs.health.server.weight",
                    null,
                    "The weight of the server with what its checks add",
                    Tags.empty(),
                    state -> state.value() instanceof ServerHealth now ? now.weight() : Double.NaN);
        }
    }

    private static double flag(boolean value) {
        return value ? 1 : 0;
    }

    /** As the director's meters name it, unless it is a group. */
    private static String name(ServiceHealth service) {
        MonitoredService config = service.service();
        return config.group() == null ? config.services().get(0).key().toString() : service.name();
    }

    private static String endpoint(ServiceHealth service, ServerHealth server) {
        MonitoredService config = service.service();
        return (config.group() == null
                        ? MonitoredService.serverOf(
                                config.services().get(0).key(), server.server().server())
                        : server.server().server())
                .endpoint()
                .toString();
    }
}
