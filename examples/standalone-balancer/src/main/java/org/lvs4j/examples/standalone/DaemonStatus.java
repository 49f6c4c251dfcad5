package org.lvs4j.examples.standalone;

import org.jspecify.annotations.Nullable;
import org.lvs4j.ServerSnapshot;
import org.lvs4j.ServiceSnapshot;
import org.lvs4j.health.ServerHealth;
import org.lvs4j.health.ServiceHealth;
import org.lvs4j.netty.health.HealthMonitorSnapshot;

/** How a daemon is, in a sentence for an operator, as in {@code systemctl status}. */
final class DaemonStatus {
    private DaemonStatus() {}

    /**
     * The sentence for now. Costs time in proportion to the number of servers.
     *
     * @param lastReload what came of the last reload
     */
    static String of(Balancer balancer, Reloader.Outcome lastReload) {
        long servers = 0;
        long drained = 0;
        long connections = 0;
        long services = 0;
        for (ServiceSnapshot service : balancer.director().services()) {
            services++;
            for (ServerSnapshot server : service.servers()) {
                servers++;
                drained += server.draining() ? 1 : 0;
                connections += server.active();
            }
        }
        StringBuilder text = new StringBuilder(balancer.isDraining() ? "stopping: " : "serving: ");
        text.append(Count.of(services, "service")).append(", ").append(Count.of(servers, "server"));
        if (drained > 0) {
            text.append(" (").append(drained).append(" drained)");
        }
        text.append(", ").append(Count.of(connections, "active connection"));
        text.append(health(balancer.health()));
        if (lastReload == Reloader.Outcome.REFUSED) {
            text.append("; the last reload was refused, see the log");
        }
        return text.toString();
    }

    private static String health(@Nullable HealthMonitorSnapshot health) {
        if (health == null) {
            return "";
        }
        long down = 0;
        long without = 0;
        for (ServiceHealth service : health.services()) {
            without += service.up() ? 0 : 1;
            for (ServerHealth server : service.servers()) {
                down += server.up() ? 0 : 1;
            }
        }
        return (down == 0 ? "; every checked server is up" : "; " + Count.of(down, "checked server") + " down")
                + (without == 0 ? "" : ", " + Count.of(without, "service") + " without quorum");
    }
}
