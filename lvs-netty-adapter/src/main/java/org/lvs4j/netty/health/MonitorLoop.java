package org.lvs4j.netty.health;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.lvs4j.ConfigurationChange;
import org.lvs4j.ConfigurationChange.ServerAdded;
import org.lvs4j.ConfigurationChange.ServerRemoved;
import org.lvs4j.ConfigurationListener;
import org.lvs4j.Director;
import org.lvs4j.health.HealthConfiguration;
import org.lvs4j.health.HealthEngine;
import org.lvs4j.health.HealthEvent;
import org.lvs4j.health.MonitoredService;
import org.lvs4j.health.Notification;
import org.lvs4j.health.ProbeResult;
import org.lvs4j.health.ServerHealth;
import org.lvs4j.health.ServiceHealth;
import org.lvs4j.health.TrackedFile;
import org.lvs4j.net.Endpoint;
import org.lvs4j.service.ServiceKey;
import org.slf4j.Logger;

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
    private final List<Consumer<? super HealthEvent>> listeners;
    private final Consumer<Notification> notifications;
    private final Set<ServiceKey> changedServices = new HashSet<>();
    private HealthConfiguration configuration = HealthConfiguration.EMPTY;
    private @Nullable ScheduledFuture<?> timer;
    private long timerNanos;
    private boolean running;

    /** Sees the changes of the director that others make. */
    final ConfigurationListener listener = this::changed;

    MonitorLoop(
            EventLoop home,
            Director director,
            MonitorOptions options,
            MonitorCounters counters,
            Logger logger,
            ProbesFactory probes,
            Consumer<Notification> notifications) {
        this.home = home;
        this.director = director;
        this.logger = logger;
        this.notifications = notifications;
        listeners = options.listeners();
        table = new DirectorTable(director, counters, logger);
        adopted = new AdoptedServices(options.templates());
        actions = new EngineActions(table, adopted::contains);
        engine = HealthEngine.builder(actions)
                .likeKeepalived22(options.likeKeepalived22())
                .build();
        this.probes = probes.make(this::probeFinished);
    }

    /** Makes the probes of this loop. */
    @FunctionalInterface
    interface ProbesFactory {
        RunningProbes make(RunningProbes.Results results);
    }

    // ---- calls of the engine

    void start(HealthConfiguration initial) {
        configuration = initial;
        adopted.take(director.addListener(listener));
        try {
            call(() -> engine.start(System.nanoTime(), whole(initial)));
            running = true;
            schedule();
        } catch (RuntimeException | Error e) {
            director.removeListener(listener);
            throw e;
        }
    }

    void reload(HealthConfiguration next) {
        call(() -> engine.reload(System.nanoTime(), whole(next)));
        configuration = next;
    }

    void stop(HealthEngine.Cleanup cleanup) {
        if (!running) {
            return;
        }
        running = false;
        director.removeListener(listener);
        cancelTimer();
        actions.stop();
        call(() -> engine.stop(System.nanoTime(), cleanup));
        adopted.givenBack(director).forEach(table::plan);
        table.apply();
    }

    List<ServiceHealth> services() {
        return engine.snapshot();
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

    void connectionFailed(ServiceKey service, Endpoint server) {
        if (running) {
            call(() -> engine.connectionFailed(System.nanoTime(), service, server));
        }
    }

    void connectionOpened(ServiceKey service, Endpoint server) {
        if (running) {
            call(() -> engine.connectionOpened(service, server));
        }
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

    private HealthConfiguration whole(HealthConfiguration given) {
        List<MonitoredService> services = new ArrayList<>(given.services());
        services.addAll(adopted.services());
        return new HealthConfiguration(services, given.notifyAtStart());
    }

    private void call(Runnable engineCall) {
        try {
            engineCall.run();
        } finally {
            table.apply();
            actions.takeNotifications().forEach(notifications);
            actions.takeEvents().forEach(this::tell);
            actions.takeCancelled().forEach(probes::cancel);
            actions.takeProbes().forEach(probes::start);
            if (running) {
                schedule();
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
        EventLog.log(logger, event);
        for (Consumer<? super HealthEvent> each : listeners) {
            try {
                each.accept(event);
            } catch (RuntimeException e) {
                logger.warn("a listener has failed", e);
            }
        }
    }

    // ---- changes that others make

    private void changed(ConfigurationChange change) {
        if (table.isApplying()) {
            return;
        }
        try {
            home.execute(() -> follow(change));
        } catch (RejectedExecutionException e) {
            logger.trace("the event loop has ended", e);
        }
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
        if (!changedServices.isEmpty() && running) {
            call(() -> engine.reload(System.nanoTime(), whole(configuration)));
            removeThoseThatAreDown();
        }
        changedServices.clear();
    }

    /** A server that is down, and that the application has just added once more, is taken out again. */
    private void removeThoseThatAreDown() {
        for (ServiceKey key : changedServices) {
            ServiceHealth service = engine.snapshot(key);
            if (service == null) {
                continue;
            }
            for (ServerHealth server : service.servers()) {
                if (!server.inTable()) {
                    table.plan(new ServerRemoved(
                            key, MonitoredService.serverOf(key, server.server().server())));
                }
            }
        }
        table.apply();
    }
}
