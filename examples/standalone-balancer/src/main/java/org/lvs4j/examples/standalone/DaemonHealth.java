package org.lvs4j.examples.standalone;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.lvs4j.Director;
import org.lvs4j.DirectorConfiguration;
import org.lvs4j.DirectorException;
import org.lvs4j.config.keepalived.GlobalSettings;
import org.lvs4j.config.keepalived.KeepalivedConfiguration;
import org.lvs4j.netty.health.HealthMonitor;

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
