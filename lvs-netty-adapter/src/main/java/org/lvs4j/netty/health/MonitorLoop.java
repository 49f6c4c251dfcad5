package org.lvs4j.netty.health;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.lvs4j.ConfigurationChange;
import org.lvs4j.ConfigurationChange.ServerAdded;
import org.lvs4j.ConfigurationChange.ServerRemoved;
import org.lvs4j.ConfigurationListener;
import org.lvs4j.Director;
import org.lvs4j.DirectorConfiguration;
import org.lvs4j.DirectorException;
import org.lvs4j.health.HealthConfiguration;
import org.lvs4j.health.HealthEngine;
import org.lvs4j.health.HealthEvent;
import org.lvs4j.health.MonitoredService;
import org.lvs4j.health.Notification;
import org.lvs4j.health.ProbeResult;
import org.lvs4j.health.ServerHealth;
import org.lvs4j.health.ServiceHealth;
import org.lvs4j.health.SorryServer;
import org.lvs4j.health.TrackedFile;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.IpAddress;
import org.lvs4j.netty.health.EngineActions.FailedServer;
import org.lvs4j.netty.internal.LimitedLog;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.slf4j.Logger;
import org.slf4j.event.Level;

/**
 * The engine of a monitor on its event loop: calls it when something is due or has happened, and then does what it has
 * asked for: first the table, then notifications, then probes.
 *
 * <p>Belongs to that event loop: all fields are plain. {@link #listener} may be called from anywhere.
 */
final class MonitorLoop {
    /** Deadlines within this time are handled together. */
    private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

    private final EventLoop home;
    private final Director director;
    private final Logger logger;
    private final DirectorTable table;
    private final AdoptedServices adopted;
    private final EngineActions actions;
    private final HealthEngine engine;
    private final RunningProbes probes;
    private final FailureCounts counts;
    private final LimitedLog changes;
    private final EventLog events;
    /** Changed by any thread. */
    final List<Consumer<? super HealthEvent>> listeners;

    private final Consumer<Notification> notifications;
    private final Consumer<Set<TrackedFile>> filesInCode;
    private final Map<ServiceKey, Set<TrackedFile>> files = new HashMap<>();
    private final MonitorCounters counters;
    private final AtomicLong stateVersion = new AtomicLong();
    private final Set<ServiceKey> changedServices = new HashSet<>();
    private final List<FailedServer> failedServers = new ArrayList<>();
    private Set<ServiceKey> configured = Set.of();
    private @Nullable ScheduledFuture<?> timer;
    private long timerNanos;
    private boolean running;
    /** Whether a call has failed half-way. */
    private boolean incomplete;

    /** Sees the changes of the director that others make. */
    final ConfigurationListener listener = this::changed;

    MonitorLoop(
            EventLoop home,
            Director director,
            MonitorOptions options,
            MonitorCounters counters,
            Logger logger,
            LimitedLog changes,
            ProbesFactory probes,
            Consumer<Notification> notifications,
            Consumer<Set<TrackedFile>> filesInCode) {
        this.home = home;
        this.filesInCode = filesInCode;
        this.director = director;
        this.logger = logger;
        this.notifications = notifications;
        this.counters = counters;
        this.changes = changes;
        events = new EventLog(changes);
        listeners = new CopyOnWriteArrayList<>(options.listeners());
        table = new DirectorTable(director, this::isMonitored, counters, changes, logger);
        adopted = new AdoptedServices(options.templates());
        actions = new EngineActions(table, adopted::contains);
        engine = HealthEngine.builder(actions)
                .likeKeepalived22(options.likeKeepalived22())
                .build();
        this.probes = probes.make(this::probeFinished);
        counts = new FailureCounts(this::post, this::connectionsFailed);
    }

    /** Makes the probes of this loop. */
    @FunctionalInterface
    interface ProbesFactory {
        RunningProbes make(RunningProbes.Results results);
    }

    // ---- calls of the engine

    /**
     * Starts the engine.
     *
     * @param requirePossible throws an exception if this host does not allow the checks in code of these services
     */
    void start(HealthConfiguration initial, Consumer<? super List<MonitoredService>> requirePossible) {
        adopted.take(director.addListener(listener));
        director.addServerListener(counts);
        try {
            List<MonitoredService> inCode = adopted.services();
            requirePossible.accept(inCode);
            call(() -> {
                long now = System.nanoTime();
                engine.start(now, initial);
                inCode.forEach(each -> engine.putService(now, each));
            });
            count(initial);
            inCode.forEach(counts::put);
            inCode.forEach(each -> followFiles(each.services().get(0).key(), each));
            running = true;
            stateVersion.incrementAndGet();
            schedule();
        } catch (RuntimeException | Error e) {
            director.removeServerListener(counts);
            director.removeListener(listener);
            throw e;
        }
    }

    void reload(HealthConfiguration next) {
        call(() -> engine.reload(System.nanoTime(), next));
        count(next);
        stateVersion.incrementAndGet();
        for (DirectorConfiguration.Service service : table()) {
            if (!adopted.contains(service.key())) {
                table.restore(service);
            }
        }
        table.apply();
    }

    /** What the engine has put into the table; unmodifiable. */
    List<DirectorConfiguration.Service> table() {
        return engine.table().entrySet().stream()
                .map(each -> new DirectorConfiguration.Service(each.getKey(), each.getValue()))
                .toList();
    }

    private void count(HealthConfiguration configuration) {
        Set<ServiceKey> keys = new HashSet<>();
        for (MonitoredService monitored : configuration.services()) {
            counts.put(monitored);
            monitored.services().forEach(each -> keys.add(each.key()));
        }
        for (ServiceKey before : configured) {
            if (!keys.contains(before)) {
                counts.remove(before);
            }
        }
        configured = keys;
    }

    /** The servers of a service of the application. */
    List<RealServer> servers(ServiceKey service) {
        return adopted.servers(service);
    }

    /** Changes the servers of a service of the application. Returns false if it is none, or not on the director. */
    boolean setServers(ServiceKey service, List<RealServer> servers) {
        if (!running || !adopted.setServers(service, servers)) {
            return false;
        }
        call(() -> {
            if (follow(service)) {
                removeOthers(service, servers);
            }
        });
        stateVersion.incrementAndGet();
        return true;
    }

    /** Those as well that the engine does not know, because their checks could not be made. */
    private void removeOthers(ServiceKey key, List<RealServer> wanted) {
        DirectorConfiguration.Service present = director.configuration(key);
        if (present != null) {
            Set<Endpoint> endpoints = new HashSet<>();
            for (RealServer server : wanted) {
                endpoints.add(server.endpoint());
                endpoints.add(MonitoredService.serverOf(key, server).endpoint());
            }
            for (RealServer server : present.servers()) {
                if (!endpoints.contains(server.endpoint())) {
                    table.plan(new ServerRemoved(key, server));
                }
            }
        }
    }

    void stop(HealthEngine.Cleanup cleanup) {
        if (!running) {
            return;
        }
        running = false;
        director.removeServerListener(counts);
        director.removeListener(listener);
        cancelTimer();
        actions.stop();
        call(() -> engine.stop(System.nanoTime(), cleanup));
        stateVersion.incrementAndGet();
        adopted.givenBack(director).forEach(table::plan);
        table.apply();
    }

    List<ServiceHealth> services() {
        return engine.snapshot();
    }

    /** Changes after the health of a service or server, or the list of them, has changed. For any thread. */
    long stateVersion() {
        return stateVersion.get();
    }

    int runningProbes() {
        return probes.runningCount();
    }

    int waitingProbes() {
        return probes.waitingCount();
    }

    void fileChanged(TrackedFile file, int number) {
        call(() -> engine.fileChanged(System.nanoTime(), file, number));
    }

    void addressChanged(IpAddress address, boolean present) {
        engine.addressChanged(address, present);
    }

    private void post(Runnable task) {
        try {
            home.execute(task);
        } catch (RejectedExecutionException e) {
            logger.trace("the event loop has ended", e);
        }
    }

    private boolean connectionsFailed(ServiceKey service, Endpoint server, int failures) {
        if (!running) {
            return true;
        }
        boolean[] anew = {true};
        call(() -> anew[0] = engine.connectionsFailed(System.nanoTime(), service, server, failures));
        return anew[0];
    }

    private void probeFinished(long probe, ProbeResult result) {
        if (running) {
            call(() -> engine.probeFinished(System.nanoTime(), probe, result));
        }
    }

    private void due() {
        timer = null;
        if (running) {
            call(() -> engine.advance(System.nanoTime()));
        }
    }

    private void call(Runnable engineCall) {
        boolean done = false;
        try {
            try {
                engineCall.run();
            } finally {
                table.apply();
                planRelease();
                actions.forEachNotification(notifications);
                actions.forEachEvent(this::tell);
                events.flush();
                actions.forEachCancelled(probes::cancel);
                actions.forEachProbe(probes::start);
                if (running) {
                    schedule();
                }
            }
            done = true;
        } finally {
            incomplete |= !done;
        }
    }

    /** Continues what an error has cut off, such as a lack of memory. To be called once a second. */
    void watch() {
        probes.resume();
        if (running && incomplete) {
            incomplete = false;
            call(() -> engine.repair(System.nanoTime()));
        }
    }

    // ---- clients of servers that have failed

    private void planRelease() {
        if (actions.hasFailed()) {
            boolean planned = !failedServers.isEmpty();
            failedServers.addAll(actions.takeFailed());
            if (!planned) {
                // Together with those of the calls that wait already, since each release visits all connections.
                post(this::releaseClients);
            }
        }
    }

    private void releaseClients() {
        List<FailedServer> failed = List.copyOf(failedServers);
        failedServers.clear();
        Map<ServiceKey, Set<Endpoint>> servers = new HashMap<>();
        for (FailedServer each : failed) {
            servers.computeIfAbsent(each.service(), key -> new HashSet<>()).add(each.server());
        }
        director.release(servers);
        for (FailedServer each : failed) {
            Duration over = each.release().endOver();
            if (over != null) {
                try {
                    director.endConnections(each.service(), each.server(), over);
                } catch (DirectorException e) {
                    logger.debug("no connection is left to end: {}", e.getMessage());
                }
            }
        }
    }

    // ---- time

    private void schedule() {
        long deadline = engine.nextDeadline();
        if (deadline == Long.MAX_VALUE) {
            cancelTimer();
            return;
        }
        if (timer != null && timerNanos - deadline <= 0) {
            // It comes early, and finds out the rest.
            return;
        }
        cancelTimer();
        long wait = Math.max(deadline - System.nanoTime(), 0) + TICK_NANOS;
        timerNanos = deadline;
        timer = home.schedule(this::due, wait, TimeUnit.NANOSECONDS);
    }

    private void cancelTimer() {
        ScheduledFuture<?> pending = timer;
        if (pending != null) {
            timer = null;
            pending.cancel(false);
        }
    }

    // ---- what the engine tells

    private void tell(HealthEvent event) {
        events.log(event);
        if (event instanceof HealthEvent.ServerChanged server) {
            (server.up() ? counters.serversUp : counters.serversDown).increment();
        }
        stateVersion.incrementAndGet();
        for (Consumer<? super HealthEvent> each : listeners) {
            try {
                each.accept(event);
            } catch (RuntimeException e) {
                logger.debug("a listener has failed", e);
                changes.log(Level.WARN, "failed listeners", "a listener has failed: " + e);
            }
        }
    }

    // ---- changes that others make

    private void changed(ConfigurationChange change) {
        if (table.isApplying()) {
            return;
        }
        post(() -> follow(change));
    }

    private void follow(ConfigurationChange change) {
        if (running && adopted.follow(change)) {
            boolean planned = !changedServices.isEmpty();
            changedServices.add(key(change));
            if (!planned) {
                // After the other changes of the same list.
                home.execute(this::followAll);
            }
        }
    }

    private static ServiceKey key(ConfigurationChange change) {
        if (change instanceof ServerAdded added) {
            return added.service();
        }
        if (change instanceof ServerRemoved removed) {
            return removed.service();
        }
        if (change instanceof ConfigurationChange.ServerEdited edited) {
            return edited.service();
        }
        if (change instanceof ConfigurationChange.ServiceAdded added) {
            return added.service().key();
        }
        if (change instanceof ConfigurationChange.ServiceEdited edited) {
            return edited.after().key();
        }
        if (change instanceof ConfigurationChange.ServiceRemoved removed) {
            return removed.key();
        }
        throw new IllegalArgumentException(change + " changes no service");
    }

    private void followAll() {
        List<ServiceKey> changed = List.copyOf(changedServices);
        changedServices.clear();
        if (running) {
            call(() -> changed.forEach(this::follow));
            stateVersion.incrementAndGet();
        }
    }

    /** Monitors a service as the application wants it now. Returns whether its checks could be made. */
    private boolean follow(ServiceKey key) {
        try {
            MonitoredService service = adopted.service(key);
            if (service == null) {
                engine.removeService(key);
                counts.remove(key);
                followFiles(key, null);
            } else {
                engine.putService(System.nanoTime(), service);
                counts.put(service);
                followFiles(key, service);
                removeThoseThatAreDown(key);
            }
            return true;
        } catch (RuntimeException e) {
            logger.warn("{}: the new checks cannot be made, the present ones stay", key, e);
            return false;
        }
    }

    private void followFiles(ServiceKey key, @Nullable MonitoredService service) {
        Set<TrackedFile> now = service == null ? Set.of() : WatchedFiles.of(List.of(service));
        Set<TrackedFile> before = now.isEmpty() ? files.remove(key) : files.put(key, now);
        if (!now.equals(before == null ? Set.of() : before)) {
            Set<TrackedFile> all = new HashSet<>();
            files.values().forEach(all::addAll);
            filesInCode.accept(all);
        }
    }

    /** A server that is down, and that the application has just added once more, is taken out again. */
    private void removeThoseThatAreDown(ServiceKey key) {
        ServiceHealth service = engine.snapshot(key);
        if (service != null) {
            for (ServerHealth server : service.servers()) {
                if (!server.inTable()) {
                    table.plan(new ServerRemoved(
                            key, MonitoredService.serverOf(key, server.server().server())));
                }
            }
        }
    }

    private boolean isMonitored(ServiceKey key, Endpoint endpoint) {
        ServiceHealth health = engine.snapshot(key);
        if (health == null) {
            return false;
        }
        MonitoredService service = health.service();
        SorryServer sorryServer = service.sorryServer();
        return service.servers().stream()
                        .anyMatch(each -> MonitoredService.serverOf(key, each.server())
                                .endpoint()
                                .equals(endpoint))
                || (sorryServer != null
                        && MonitoredService.serverOf(key, sorryServer.server())
                                .endpoint()
                                .equals(endpoint));
    }
}
