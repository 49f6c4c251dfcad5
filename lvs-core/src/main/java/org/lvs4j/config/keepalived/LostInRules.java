package org.lvs4j.config.keepalived;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.lvs4j.TimeoutSettings;
import org.lvs4j.config.keepalived.GlobalSettings.AtStop;
import org.lvs4j.health.Check;
import org.lvs4j.health.MonitoredServer;
import org.lvs4j.health.MonitoredService;

/** What rules of {@code ipvsadm} cannot express of a configuration, in sentences. */
final class LostInRules {
    private final List<String> lost = new ArrayList<>();

    private LostInRules() {}

    static List<String> of(KeepalivedConfiguration configuration) {
        LostInRules rules = new LostInRules();
        rules.globals(configuration.globals());
        if (configuration.health().notifyAtStart()) {
            rules.lost.add("rs_init_notifies: programs are not run");
        }
        configuration.health().services().forEach(rules::service);
        return rules.lost;
    }

    private void globals(GlobalSettings globals) {
        TimeoutSettings timeouts = globals.timeouts();
        if (timeouts.tcp() + timeouts.tcpFin() + timeouts.udp() > 0) {
            lost.add("lvs_timeouts: ipvsadm --set " + timeouts.tcp() + " " + timeouts.tcpFin() + " " + timeouts.udp()
                    + " sets them");
        }
        if (globals.syncDaemon() != null) {
            lost.add("lvs_sync_daemon: ipvsadm --start-daemon starts it");
        }
        if (globals.flushAtStart() || globals.atStop() != AtStop.SERVERS_AND_SERVICES) {
            lost.add("lvs_flush, lvs_flush_on_stop: ipvsadm -C removes everything");
        }
        boolean programs = globals.notifyFifo() != null
                || globals.commonFifo() != null
                || globals.notifyFifoScript() != null
                || globals.commonFifoScript() != null
                || globals.startupScript() != null
                || globals.shutdownScript() != null;
        if (programs) {
            lost.add("global_defs: notify FIFOs, startup and shutdown scripts");
        }
    }

    private void service(MonitoredService service) {
        List<String> things = new ArrayList<>();
        if (service.alpha()) {
            things.add("alpha");
        }
        if (service.omega()) {
            things.add("omega");
        }
        if (service.haSuspend()) {
            things.add("ha_suspend");
        }
        if (service.quorum().weight() > 1 || service.quorum().hysteresis() > 0) {
            things.add("quorum");
        }
        if (service.quorum().up() != null || service.quorum().down() != null) {
            things.add("programs for the quorum");
        }
        if (service.sorryServer() != null) {
            things.add("the sorry server " + service.sorryServer().server().endpoint());
        }
        if (service.passiveCheck() != null) {
            things.add("passive checks");
        }
        if (service.releaseOnFailure() != null) {
            things.add("the release of clients on failure");
        }
        add(service + ": ", things);
        service.servers().forEach(server -> server(service, server));
    }

    private void server(MonitoredService service, MonitoredServer server) {
        List<String> things = new ArrayList<>();
        if (!server.checks().isEmpty()) {
            things.add(server.checks().stream().map(Check::kind).collect(Collectors.joining(", ")));
        }
        if (server.inhibitOnFailure()) {
            things.add("inhibit_on_failure");
        }
        if (server.notifyUp() != null || server.notifyDown() != null) {
            things.add("programs that are notified");
        }
        if (server.server().upperThreshold() > 0) {
            things.add("thresholds, as in the output of ipvsadm -S");
        }
        add(service + ", server " + server.server().endpoint() + ": ", things);
    }

    private void add(String where, List<String> things) {
        if (!things.isEmpty()) {
            lost.add(where + String.join("; ", things));
        }
    }
}
