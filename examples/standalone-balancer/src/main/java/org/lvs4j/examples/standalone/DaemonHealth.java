package org.lvs4j.examples.standalone;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.lvs4j.ConfigurationChange;
import org.lvs4j.Director;
import org.lvs4j.DirectorConfiguration;
import org.lvs4j.DirectorException;
import org.lvs4j.config.keepalived.GlobalSettings;
import org.lvs4j.config.keepalived.KeepalivedConfiguration;
import org.lvs4j.health.HealthConfiguration;
import org.lvs4j.health.HealthEngine.Cleanup;
import org.lvs4j.health.MonitoredServer;
import org.lvs4j.health.MonitoredService;
import org.lvs4j.health.Script;
import org.lvs4j.net.Endpoint;
import org.lvs4j.netty.health.HealthMonitor;
import org.lvs4j.netty.health.HealthMonitorSnapshot;
import org.lvs4j.netty.health.NotifyFifo;
import org.lvs4j.netty.health.Scripts;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The health monitor of a daemon, which exists while the configuration is one with checks. Changed with the lock of the balancer held.
 */
final class DaemonHealth {
    private static final Logger LOG = LoggerFactory.getLogger(DaemonHealth.class);

    /** As long as keepalived waits for its startup and shutdown scripts by default. */
    private static final Duration SCRIPT_LIMIT = Duration.ofSeconds(10);

    private static final KeepalivedConfiguration NOTHING = new KeepalivedConfiguration(
            HealthConfiguration.EMPTY, GlobalSettings.DEFAULT, List.of(), List.of(), List.of());

    private final Director director;
    // Written by the balancer with its lock held; read by listings without it.
    private volatile @Nullable HealthMonitor monitor;
    private KeepalivedConfiguration current = NOTHING;
    // Changed with the lock of the balancer held; read by a stop without it.
    private final List<Follower> followers = new CopyOnWriteArrayList<>();

    /** Sees which monitor there is. */
    interface Follower {
        /**
         * Called when a monitor has started, or has ended, by one thread at a time.
         *
         * @param present the monitor that runs now; null for none
         */
        void accept(@Nullable HealthMonitor present);
    }

    DaemonHealth(Director director) {
        this.director = director;
    }

    /** Tells a follower which monitor there is, now and from now on. */
    void follow(Follower follower) {
        followers.add(follower);
        follower.accept(monitor);
    }

    /** Tells a follower nothing more. */
    void unfollow(Follower follower) {
        followers.remove(follower);
    }

    boolean isMonitoring() {
        return monitor != null;
    }

    /**
     * Puts the table of a start into a director.
     *
     * @throws RulesInvalidException if the director refuses it
     */
    static void apply(KeepalivedConfiguration file, Director director) throws RulesInvalidException {
        try {
            director.apply(director.configuration().changesTo(file.startTable()));
        } catch (DirectorException e) {
            throw new RulesInvalidException(String.valueOf(e.getMessage()));
        }
    }

    /** The health of the services and the counters; null without a monitor. From any thread. */
    @Nullable
    HealthMonitorSnapshot snapshot() {
        HealthMonitor running = monitor;
        return running == null ? null : running.snapshot();
    }

    /** Completes once each event loop of the monitor, if there is one, has answered; never while one is stuck. */
    CompletionStage<Void> heartbeat() {
        HealthMonitor running = monitor;
        return running == null ? CompletableFuture.completedFuture(null) : running.heartbeat();
    }

    /**
     * Makes sure that a director takes the services of a file with all of their servers.
     *
     * @throws RulesInvalidException with the reason if it does not
     */
    static void requireAccepted(KeepalivedConfiguration file) throws RulesInvalidException {
        DirectorConfiguration.Builder all = DirectorConfiguration.builder();
        try {
            for (MonitoredService monitored : file.health().services()) {
                for (VirtualService service : monitored.services()) {
                    all.addService(
                            service,
                            monitored.servers().stream()
                                    .map(server -> MonitoredService.serverOf(service.key(), server.server()))
                                    .toArray(RealServer[]::new));
                }
            }
            Director.create().apply(all.build());
        } catch (DirectorException e) {
            throw new RulesInvalidException(String.valueOf(e.getMessage()));
        }
    }

    /** What is monitored. */
    KeepalivedConfiguration current() {
        return current;
    }

    /**
     * Runs a preparation while the director has every server of a file, those included that the checks have to find up
     * first ({@code alpha}): these are then servers that were removed, and get back what was restored when they come.
     *
     * @throws RulesInvalidException if the director refuses a server
     */
    static <E extends Exception> void prepare(
            KeepalivedConfiguration file, Director director, Balancer.Preparation<E> preparation)
            throws RulesInvalidException, E {
        List<ConfigurationChange> added;
        try {
            added = director.apply(absent(file, director));
        } catch (DirectorException e) {
            throw new RulesInvalidException(String.valueOf(e.getMessage()));
        }
        preparation.accept(director);
        director.apply(ConfigurationChange.inverseOf(added));
    }

    /** The additions of the servers that the director does not have. */
    private static List<ConfigurationChange> absent(KeepalivedConfiguration file, Director director) {
        Map<ServiceKey, Set<Endpoint>> present = new HashMap<>();
        for (DirectorConfiguration.Service service : director.configuration().services()) {
            Set<Endpoint> servers = new HashSet<>();
            service.servers().forEach(server -> servers.add(server.endpoint()));
            present.put(service.key(), servers);
        }
        List<ConfigurationChange> additions = new ArrayList<>();
        for (MonitoredService monitored : file.health().services()) {
            for (VirtualService service : monitored.services()) {
                Set<Endpoint> servers = present.get(service.key());
                for (MonitoredServer each : monitored.servers()) {
                    if (servers != null && servers.add(each.server().endpoint())) {
                        additions.add(new ConfigurationChange.ServerAdded(service.key(), each.server()));
                    }
                }
            }
        }
        return additions;
    }

    /**
     * Starts to monitor the services of a file, which are in the director's table.
     *
     * @param changed is called after changes of health, on the monitor's event loop
     * @throws org.lvs4j.netty.health.HealthMonitorException naming each check that this host does not allow
     */
    void start(KeepalivedConfiguration file, Runnable changed) {
        monitor = HealthMonitor.builder(director)
                .configuration(file.health())
                .fifos(fifos(file.globals()))
                .listener(event -> changed.run())
                .start();
        current = file;
        followers.forEach(each -> each.accept(monitor));
    }

    /**
     * Changes to another file.
     *
     * @throws org.lvs4j.netty.health.HealthMonitorException naming each check that this host does not allow; nothing has
     *     changed then
     */
    void reload(KeepalivedConfiguration file) {
        HealthMonitor running = monitor;
        if (running != null) {
            List<NotifyFifo> before = fifos(current.globals());
            running.setFifos(fifos(file.globals()));
            try {
                running.reload(file.health());
            } catch (RuntimeException | Error e) {
                running.setFifos(before);
                throw e;
            }
            current = file;
        }
    }

    /** Runs a program of the whole daemon and waits for it, at most some seconds. Its failure is logged. */
    static void run(String key, @Nullable Script script) throws InterruptedException {
        if (script != null) {
            LOG.info("{}: {}", key, script);
            String problem = Scripts.run(script, SCRIPT_LIMIT);
            if (problem != null) {
                LOG.warn("{}: {}: {}", key, script, problem);
            }
        }
    }

    private static List<NotifyFifo> fifos(GlobalSettings globals) {
        List<NotifyFifo> fifos = new ArrayList<>();
        if (globals.notifyFifo() != null) {
            fifos.add(new NotifyFifo(Path.of(globals.notifyFifo()), globals.notifyFifoScript()));
        }
        if (globals.commonFifo() != null && !globals.commonFifo().equals(globals.notifyFifo())) {
            fifos.add(new NotifyFifo(Path.of(globals.commonFifo()), globals.commonFifoScript()));
        }
        return fifos;
    }

    /** Ends the monitor; the director's table stays as it is. Idempotent. */
    void stop() {
        stop(Cleanup.NOTHING);
    }

    /** As {@link #stop()}, and no program is told: another daemon goes on. */
    void handOver() {
        stop(Cleanup.HANDED_OVER);
    }

    private void stop(Cleanup cleanup) {
        HealthMonitor running = monitor;
        monitor = null;
        current = NOTHING;
        if (running != null) {
            try {
                running.close(cleanup);
            } finally {
                followers.forEach(each -> each.accept(null));
            }
        }
    }
}
