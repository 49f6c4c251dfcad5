package org.lvs4j;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.lvs4j.DirectorException.Reason;
import org.lvs4j.internal.concurrent.IdTable;
import org.lvs4j.internal.connection.ServerState;
import org.lvs4j.internal.counters.Counters;
import org.lvs4j.net.Endpoint;
import org.lvs4j.persistence.engine.PersistenceEngine;
import org.lvs4j.scheduler.Scheduler;
import org.lvs4j.scheduler.SchedulerContext;
import org.lvs4j.scheduler.SchedulerProvider;
import org.lvs4j.scheduler.Schedulers;
import org.lvs4j.service.Forwarding;
import org.lvs4j.service.Persistence;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.SchedulerFlag;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.Sysctl;
import org.lvs4j.service.VirtualService;

/**
 * The services and servers in force. Under this object's lock, a list of changes builds views, and at its end one
 * table; one volatile write publishes each. Packets read without a lock.
 */
final class ServiceRegistry {
    /** How many servers a director can have: a connection refers to its server by 24 bits. */
    static final int MAX_ALL_SERVERS = (1 << 24) - 1;

    private static final int MAX_SERVERS = 65_536;

    private final Schedulers schedulers;
    private final Map<String, PersistenceEngine> engines;
    private final Settings settings;
    private final LongSupplier ticker;
    private final RandomGenerator random;
    private final SlowStarts slowStarts;
    private final Counters total;
    private final Trash trash = new Trash();

    private final IdTable<ServerState> servers;
    private final Consumer<ServerState> retirement;

    // Replaced under the lock; the volatile write publishes the new table to packet threads.
    private volatile ServiceTable table = ServiceTable.EMPTY;

    /** The state that {@link #rollBack} restores, or null while no list of changes is being made. */
    private @Nullable Checkpoint checkpoint;

    /** The services as the list of changes has left them so far, or null while none is being made. */
    private @Nullable PendingServices pending;

    ServiceRegistry(
            ClassLoader loader,
            Settings settings,
            LongSupplier ticker,
            RandomGenerator random,
            SlowStarts slowStarts,
            Counters total,
            IdTable<ServerState> servers,
            Consumer<ServerState> retirement) {
        this.servers = servers;
        this.retirement = retirement;
        schedulers = Schedulers.load(loader);
        Map<String, PersistenceEngine> found = new TreeMap<>();
        ServiceLoader.load(PersistenceEngine.class, loader).forEach(engine -> found.put(engine.name(), engine));
        engines = found;
        this.settings = settings;
        this.ticker = ticker;
        this.random = random;
        this.slowStarts = slowStarts;
        this.total = total;
    }

    ServiceTable table() {
        return table;
    }

    SortedSet<String> schedulerNames() {
        return schedulers.names();
    }

    SortedSet<String> engineNames() {
        return new TreeSet<>(engines.keySet());
    }

    @Nullable
    ServerState server(int id) {
        return servers.get(id);
    }

    ServiceState require(ServiceKey key) {
        return require(key, table.get(key));
    }

    private static ServiceState require(ServiceKey key, @Nullable ServiceState found) {
        if (found == null) {
            throw new DirectorException(Reason.NO_SUCH_SERVICE, "no such service: " + key);
        }
        return found;
    }

    /** A service, which is about to change. */
    private ServiceState change(ServiceKey key) {
        ServiceState service = require(key, pending().get(key));
        save(key);
        return service;
    }

    /**
     * Starts a list of changes: either {@link #commit} or {@link #rollBack} ends it. Until then packets find the
     * services of before.
     */
    synchronized void begin() {
        if (pending != null) {
            throw new IllegalStateException("a scheduler must not change the director that is calling it");
        }
        checkpoint = new Checkpoint(table);
        pending = new PendingServices(table);
    }

    /** Keeps the changes since {@link #begin}. Publishes all added services together, and retires the removed ones. */
    synchronized void commit() {
        PendingServices now = pending();
        table = now.table();
        now.removed().forEach(this::retire);
        pending = null;
        checkpoint = null;
    }

    private PendingServices pending() {
        return requireNonNull(pending, "no list of changes has begun");
    }

    /**
     * Takes back the changes since {@link #begin}. Puts back the lists and schedulers of that moment, so that no
     * scheduler is called and every list has its order again.
     */
    synchronized void rollBack() {
        Checkpoint before = checkpoint;
        if (before == null) {
            return;
        }
        for (ServiceKey key : before.keys()) {
            Checkpoint.Saved saved = before.saved(key);
            ServiceState service = pending().get(key);
            if (service != null && (saved == null || service != saved.service())) {
                retire(service);
            }
            if (saved != null) {
                restore(saved);
            }
        }
        table = before.table();
        pending = null;
        checkpoint = null;
    }

    private void restore(Checkpoint.Saved saved) {
        ServiceState service = saved.service();
        ServerPool pool = saved.view().servers();
        ServerPool changed = service.view().servers();
        for (int i = 0; i < pool.size(); i++) {
            ServerState server = pool.state(i);
            trash.remove(service.key(), server.config().endpoint());
            server.restore(saved.servers().get(i), service.statistics().counters(), pool.board());
        }
        service.publish(saved.view());
        slowStarts.note(service);
        for (int i = 0; i < changed.size(); i++) {
            ServerState server = changed.state(i);
            if (pool.indexOf(server.config().endpoint()) < 0) {
                trash.put(service.key(), server);
            }
        }
    }

    private void save(ServiceKey key) {
        if (checkpoint != null) {
            checkpoint.include(key);
        }
    }

    /** Adds a service and its servers. If that fails, a part may have been done, which {@link #rollBack} undoes. */
    synchronized void addService(VirtualService config, List<RealServer> added) {
        addService(config);
        if (!added.isEmpty()) {
            addServers(config.key(), added);
        }
    }

    private void addService(VirtualService config) {
        ServiceKey key = config.key();
        if (pending().get(key) != null) {
            throw new DirectorException(Reason.SERVICE_EXISTS, "service already exists: " + key);
        }
        save(key);
        PersistenceEngine engine = findEngine(config);
        ServerPool pool = ServerPool.empty();
        ServiceState service =
                new ServiceState(new ServiceState.View(config, engine, pool, newScheduler(config, pool)));
        ServiceState predecessor = pending().removed(key);
        if (predecessor != null) {
            // Before the end of the list: the new service may get back its servers.
            retire(predecessor);
        }
        pending().add(service);
    }

    /** Changes a service; returns its configuration before. */
    synchronized VirtualService editService(VirtualService config) {
        ServiceState service = change(config.key());
        ServiceState.View view = service.view();
        VirtualService before = view.config();
        PersistenceEngine engine = findEngine(config);
        Scheduler scheduler = view.scheduler();
        if (scheduler == null || !before.scheduler().equals(config.scheduler())) {
            scheduler = newScheduler(config, view.servers());
        } else if (!before.flags().equals(config.flags())) {
            scheduler = scheduler.flagsChanged(config.flags());
        }
        ServiceState.View next = new ServiceState.View(config, engine, view.servers(), scheduler);
        service.publish(config.slowStart().equals(before.slowStart()) ? next : slowStarts.reweighted(next));
        slowStarts.note(service);
        return before;
    }

    /** Removes a service and its servers; returns its configuration before. */
    synchronized DirectorConfiguration.Service removeService(ServiceKey key) {
        ServiceState service = change(key);
        DirectorConfiguration.Service before = service.configuration();
        if (!pending().remove(service)) {
            retire(service);
        }
        return before;
    }

    /** Ends a service: nothing is scheduled any more, and its servers are removed. Idempotent. */
    private void retire(ServiceState service) {
        ServerPool pool = service.view().servers();
        service.publish(service.view().with(ServerPool.empty(), null));
        for (int i = 0; i < pool.size(); i++) {
            trash.put(service.key(), pool.state(i));
        }
    }

    /** Adds servers to a service, as one after the other. */
    synchronized void addServers(ServiceKey key, List<RealServer> added) {
        ServiceState service = change(key);
        ServiceState.View view = service.view();
        requireAddable(service, added);
        List<ServerState> states = new ArrayList<>(added.size());
        List<RealServer> before = new ArrayList<>(added.size());
        ServerPool pool;
        Scheduler scheduler;
        boolean accepted = false;
        try {
            for (RealServer config : added) {
                ServerState removed = trash.find(key, config.endpoint());
                ServerState state = removed != null
                        ? removed
                        : new ServerState(
                                freeId(),
                                config,
                                service.statistics().counters(),
                                view.servers().board());
                states.add(state);
                before.add(state.config());
                state.configure(config);
            }
            pool = view.servers().with(states, slowStarts.of(view.config()));
            scheduler = view.scheduler() == null ? null : added(view.scheduler(), pool, added.size());
            accepted = true;
        } finally {
            if (!accepted) {
                release(key, states, before);
            }
        }
        for (int i = 0; i < states.size(); i++) {
            trash.remove(key, added.get(i).endpoint());
            states.get(i).enter(added.get(i), service.statistics().counters(), pool.board());
            register(states.get(i));
        }
        service.publish(view.with(pool, scheduler));
        slowStarts.note(service);
    }

    private static void requireAddable(ServiceState service, List<RealServer> added) {
        ServiceKey key = service.key();
        ServerPool pool = service.view().servers();
        Set<Endpoint> known = new HashSet<>();
        if (added.size() > 1) {
            pool.configurations().forEach(server -> known.add(server.endpoint()));
        }
        int size = pool.size();
        for (RealServer config : added) {
            boolean exists = added.size() > 1 ? !known.add(config.endpoint()) : pool.indexOf(config.endpoint()) >= 0;
            if (exists) {
                throw new DirectorException(
                        Reason.SERVER_EXISTS, "server already exists: " + config.endpoint() + " in " + key);
            }
            if (++size > MAX_SERVERS) {
                throw new DirectorException(
                        Reason.INVALID, "a service holds at most " + MAX_SERVERS + " servers: " + key);
            }
            requireReachable(service, config);
        }
    }

    private static Scheduler added(Scheduler scheduler, ServerPool pool, int count) {
        try {
            return count == 1 ? scheduler.serverAdded(pool) : scheduler.serversAdded(pool, count);
        } catch (IllegalArgumentException e) {
            throw new DirectorException(Reason.INVALID, e.getMessage());
        }
    }

    /** Takes back the states of servers that are not added after all. */
    private void release(ServiceKey key, List<ServerState> states, List<RealServer> before) {
        for (int i = 0; i < states.size(); i++) {
            ServerState state = states.get(i);
            state.configure(before.get(i));
            if (trash.find(key, before.get(i).endpoint()) != state) {
                servers.free(state.id());
            }
        }
    }

    /** Changes a server; returns its configuration before. */
    synchronized RealServer editServer(ServiceKey key, RealServer config) {
        ServiceState service = change(key);
        ServiceState.View view = service.view();
        int index = requireServer(view.servers(), key, config.endpoint());
        requireReachable(service, config);
        ServerState state = view.servers().state(index);
        RealServer before = state.config();
        state.configure(config);
        ServerPool pool = view.servers().withPresentWeights(slowStarts.of(view.config()));
        Scheduler scheduler;
        try {
            scheduler = view.scheduler() == null ? null : view.scheduler().serverEdited(pool, index);
        } catch (IllegalArgumentException e) {
            throw new DirectorException(Reason.INVALID, e.getMessage());
        }
        service.publish(view.with(pool, scheduler));
        slowStarts.note(service);
        return before;
    }

    /** The configuration of a server that must exist. */
    RealServer requireServer(ServiceKey key, Endpoint endpoint) {
        ServerPool pool = require(key).view().servers();
        return pool.state(requireServer(pool, key, endpoint)).config();
    }

    /** Lets a service read the weight of a server again, which a drain has changed. */
    synchronized void weightChanged(ServiceKey key, ServerState state) {
        ServiceState service = table.get(key);
        int index = service == null
                ? -1
                : service.view().servers().indexOf(state.config().endpoint());
        if (service == null || index < 0 || service.view().servers().state(index) != state) {
            return;
        }
        save(key);
        ServiceState.View view = service.view();
        ServerPool pool = view.servers().withPresentWeights(slowStarts.of(view.config()));
        Scheduler scheduler;
        try {
            scheduler = view.scheduler() == null ? null : view.scheduler().serverEdited(pool, index);
        } catch (IllegalArgumentException e) {
            throw new DirectorException(Reason.INVALID, e.getMessage());
        }
        service.publish(view.with(pool, scheduler));
        slowStarts.note(service);
    }

    /** A server that is part of a service. */
    ServerState requireState(ServiceKey key, Endpoint endpoint) {
        ServerPool pool = require(key).view().servers();
        return pool.state(requireServer(pool, key, endpoint));
    }

    /** A server that is part of a service, or was removed and still has connections; null if there is none. */
    synchronized @Nullable ServerState findState(ServiceKey key, Endpoint endpoint) {
        ServiceState service = table.get(key);
        ServerPool pool = service == null ? ServerPool.empty() : service.view().servers();
        int index = pool.indexOf(endpoint);
        return index >= 0 ? pool.state(index) : trash.find(key, endpoint);
    }

    /** The servers that were removed and still have connections or templates, by the keys of their services. */
    synchronized Map<ServiceKey, List<ServerState>> removedServers() {
        return trash.all();
    }

    /** Removes a server; returns its configuration before. */
    synchronized RealServer removeServer(ServiceKey key, Endpoint endpoint) {
        ServiceState service = change(key);
        ServiceState.View view = service.view();
        int index = requireServer(view.servers(), key, endpoint);
        ServerState state = view.servers().state(index);
        ServerPool pool = view.servers().without(index);
        Scheduler scheduler = view.scheduler() == null ? null : view.scheduler().serverRemoved(pool, index);
        service.publish(view.with(pool, scheduler));
        trash.put(key, state);
        return state.config();
    }

    /** Raises the weights of servers in slow start to those of the present time. */
    void advanceSlowStarts() {
        if (slowStarts.pending()) {
            advancePending();
        }
    }

    private synchronized void advancePending() {
        slowStarts.advance();
    }

    private static int requireServer(ServerPool pool, ServiceKey key, Endpoint endpoint) {
        int index = pool.indexOf(endpoint);
        if (index < 0) {
            throw new DirectorException(Reason.NO_SUCH_SERVER, "no such server: " + endpoint + " in " + key);
        }
        return index;
    }

    private static void requireReachable(ServiceState service, RealServer config) {
        if (service.key() instanceof ServiceKey.Named) {
            if (config.endpoint().port() == 0) {
                throw new DirectorException(
                        Reason.INVALID, "server " + config.endpoint() + " of " + service.key() + " has no port");
            }
        } else if (config.endpoint().address().family() != service.key().family()
                && config.forwarding().method() != Forwarding.Method.TUNNEL) {
            throw new DirectorException(
                    Reason.INVALID,
                    "server " + config.endpoint() + " is of another address family than " + service.key()
                            + "; that is possible with tunnelling only");
        }
    }

    private @Nullable PersistenceEngine findEngine(VirtualService config) {
        Persistence persistence = config.persistence();
        if (persistence == null || persistence.engine() == null) {
            return null;
        }
        PersistenceEngine engine = engines.get(persistence.engine());
        if (engine == null) {
            throw new DirectorException(
                    Reason.NO_SUCH_ENGINE,
                    "no persistence engine is called '" + persistence.engine() + "'; there are "
                            + String.join(", ", engines.keySet()));
        }
        if (config.key() instanceof ServiceKey.Address address && !engine.supports(address.protocol())) {
            throw new DirectorException(
                    Reason.INVALID,
                    "persistence engine '" + persistence.engine() + "' cannot identify clients of " + address.protocol()
                            + ": every one of them would be refused");
        }
        return engine;
    }

    private Scheduler newScheduler(VirtualService config, ServerPool pool) {
        SchedulerProvider provider = schedulers.find(config.scheduler());
        if (provider == null) {
            throw new DirectorException(
                    Reason.NO_SUCH_SCHEDULER,
                    "no scheduler is called '" + config.scheduler() + "'; there are "
                            + String.join(", ", schedulers.names()));
        }
        try {
            return provider.create(pool, new Context(config.flags(), settings, ticker, random));
        } catch (IllegalArgumentException e) {
            throw new DirectorException(Reason.INVALID, e.getMessage());
        }
    }

    /**
     * Retires removed servers that have been unused for two minutes, and recycles their ids. A thread that is suspended
     * for that long between finding a connection and using its server may see another server with the same id.
     */
    synchronized void emptyTrash(long nowNanos) {
        if (checkpoint != null) {
            // A roll-back must find the servers that it puts back; the next scan is a minute later.
            return;
        }
        for (ServerState retired : trash.scan(nowNanos)) {
            Counters counted = retired.statistics().counters();
            retired.serviceCounters().exclude(counted);
            total.exclude(counted);
            retirement.accept(retired);
            servers.free(retired.id());
        }
    }

    private int freeId() {
        int id = servers.take();
        if (id == 0) {
            throw new DirectorException(
                    Reason.INVALID,
                    "a director holds at most " + MAX_ALL_SERVERS
                            + " servers, removed ones whose connections remain included; remove some first");
        }
        return id;
    }

    private void register(ServerState state) {
        total.include(state.statistics().counters());
        servers.set(state.id(), state);
    }

    private record Context(Set<SchedulerFlag> flags, Settings settings, LongSupplier ticker, RandomGenerator random)
            implements SchedulerContext {
        @Override
        public int sysctl(Sysctl sysctl) {
            return settings.get(sysctl);
        }

        @Override
        public long nanoTime() {
            return ticker.getAsLong();
        }
    }
}
