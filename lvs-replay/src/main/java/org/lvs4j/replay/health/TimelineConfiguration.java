package org.lvs4j.replay.health;

import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.lvs4j.TimeoutSettings;
import org.lvs4j.config.keepalived.GlobalSettings;
import org.lvs4j.config.keepalived.KeepalivedConfiguration;
import org.lvs4j.config.keepalived.KeepalivedException;
import org.lvs4j.config.keepalived.KeepalivedFile;
import org.lvs4j.config.keepalived.KeepalivedOptions;
import org.lvs4j.health.HealthConfiguration;
import org.lvs4j.health.HealthEngine.Cleanup;
import org.lvs4j.health.MonitoredService;
import org.lvs4j.replay.TraceException;
import org.lvs4j.replay.health.Timeline.Section;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

/**
 * A configuration of a recording.
 *
 * @param health what is checked
 * @param fifo whether there is a FIFO for changes
 * @param flushAtStart whether the table is emptied first
 * @param flushAtStop whether the whole table is emptied at the stop
 * @param cleanup what else is removed at the stop
 * @param timeouts the timeouts of connections as a recording shows them; null if they are not set
 * @param syncDaemon the interface and number of the synchronisation daemon; null for none
 */
record TimelineConfiguration(
        HealthConfiguration health,
        boolean fifo,
        boolean flushAtStart,
        boolean flushAtStop,
        Cleanup cleanup,
        @Nullable String timeouts,
        @Nullable String syncDaemon) {
    private static final int MASTER = 1;
    private static final int BACKUP = 2;

    /**
     * Reads a configuration as keepalived does: what is wrong in it is left out.
     *
     * @throws TraceException if there is nothing that can be used
     */
    static TimelineConfiguration parse(Section section, String source) throws TraceException {
        KeepalivedConfiguration file;
        try {
            file = KeepalivedFile.parse(source, section.text(), KeepalivedOptions.DEFAULT.asTolerant());
        } catch (KeepalivedException e) {
            throw TraceException.at(
                    source,
                    section.line() + e.line(),
                    Math.max(1, e.column()),
                    e.token(),
                    "a configuration that cannot be read at",
                    e.expected());
        }
        requireDifferentServices(file.health(), section, source);
        GlobalSettings globals = file.globals();
        return new TimelineConfiguration(
                file.health(),
                globals.notifyFifo() != null,
                globals.flushAtStart(),
                globals.atStop() == GlobalSettings.AtStop.EVERYTHING,
                cleanup(globals.atStop()),
                timeouts(globals.timeouts()),
                syncDaemon(globals.syncDaemon()));
    }

    private static void requireDifferentServices(HealthConfiguration health, Section section, String source)
            throws TraceException {
        Set<ServiceKey> keys = new HashSet<>();
        for (MonitoredService service : health.services()) {
            for (VirtualService each : service.services()) {
                if (!keys.add(each.key())) {
                    String name = each.key().toString();
                    throw TraceException.at(source, section.line(), 1, name, "a second service", "each service once");
                }
            }
        }
    }

    private static Cleanup cleanup(GlobalSettings.AtStop atStop) {
        return switch (atStop) {
            case SERVERS_AND_SERVICES -> Cleanup.SERVERS;
            case SERVICES -> Cleanup.SERVICES;
            case EVERYTHING -> Cleanup.NOTHING;
        };
    }

    private static @Nullable String timeouts(TimeoutSettings timeouts) {
        if (timeouts.tcp() == 0 && timeouts.tcpFin() == 0 && timeouts.udp() == 0) {
            return null;
        }
        return text(timeouts);
    }

    private static String text(TimeoutSettings timeouts) {
        return "tcp=" + timeouts.tcp() + " tcpfin=" + timeouts.tcpFin() + " udp=" + timeouts.udp();
    }

    private static @Nullable String syncDaemon(GlobalSettings.@Nullable SyncDaemon daemon) {
        return daemon == null || daemon.instance() != null
                ? null
                : "if=" + daemon.networkInterface() + " id=" + daemon.syncId();
    }

    /** What happens to the table before the first service. */
    void beforeStart(RecordedTable table, Recorder recorder) {
        if (flushAtStart) {
            table.flush();
        }
        if (timeouts != null) {
            recorder.record("ipvs set-config " + timeouts);
        }
        if (syncDaemon != null) {
            for (int state = MASTER; state <= BACKUP; state++) {
                recorder.record("ipvs del-daemon state=" + state + " id=0");
                recorder.record("ipvs error del-daemon No such process");
            }
            for (int state = MASTER; state <= BACKUP; state++) {
                recorder.record("ipvs add-daemon state=" + state + " " + syncDaemon);
            }
        }
    }

    /**
     * What happens to the table after the last service is gone.
     *
     * @param before the timeouts before the start
     */
    void afterStop(RecordedTable table, Recorder recorder, TimeoutSettings before) {
        if (flushAtStop) {
            table.flush();
        }
        if (syncDaemon != null) {
            for (int state = MASTER; state <= BACKUP; state++) {
                recorder.record("ipvs del-daemon state=" + state + " id=0");
            }
        }
        if (timeouts != null) {
            recorder.record("ipvs set-config " + text(before));
        }
    }
}
