package org.lvs4j.examples.standalone;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.lvs4j.ConfigurationChange;
import org.lvs4j.Director;
import org.lvs4j.DirectorConfiguration;
import org.lvs4j.DirectorException;
import org.lvs4j.config.keepalived.GlobalSettings;
import org.lvs4j.config.keepalived.KeepalivedConfiguration;
import org.lvs4j.health.MonitoredServer;
import org.lvs4j.health.MonitoredService;
import org.lvs4j.net.Endpoint;
import org.lvs4j.netty.health.HealthMonitor;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

/**
 * The health monitor of a daemon, which exists while the configuration is one with checks. Not thread-safe: belongs to the
 * balancer.
 */
final class DaemonHealth {
    private final Director director;
    private @Nullable HealthMonitor monitor;

    DaemonHealth(Director director) {
        this.director = director;
    }

    boolean isMonitoring() {
        return monitor != null;
    }

    /**
     * The table of a start.
     *
     * @throws RulesInvalidException if the director refuses it
     */
    static void apply(KeepalivedConfiguration file, Director director) throws RulesInvalidException {
        DirectorConfiguration table = file.startTable();
        try {
            director.apply(director.configuration().changesTo(table));
        } catch (DirectorException e) {
            throw new RulesInvalidException(String.valueOf(e.getMessage()));
        }
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
     * @throws org.lvs4j.netty.health.HealthMonitorException naming each check that this host does not allow
     */
    void start(KeepalivedConfiguration file) {
        GlobalSettings globals = file.globals();
        HealthMonitor.Builder builder = HealthMonitor.builder(director).configuration(file.health());
        String fifo = globals.notifyFifo() == null ? globals.commonFifo() : globals.notifyFifo();
        if (fifo != null) {
            builder.fifo(Path.of(fifo));
        }
        monitor = builder.start();
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
            running.reload(file.health());
        }
    }

    /** Ends the monitor; the director's table stays as it is. Idempotent. */
    void stop() {
        HealthMonitor running = monitor;
        monitor = null;
        if (running != null) {
            running.close();
        }
    }
}
