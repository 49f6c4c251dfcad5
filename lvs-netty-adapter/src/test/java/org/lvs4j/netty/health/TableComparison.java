package org.lvs4j.netty.health;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.lvs4j.DirectorConfiguration;
import org.lvs4j.health.MonitoredService;
import org.lvs4j.health.ServerHealth;
import org.lvs4j.health.ServiceHealth;
import org.lvs4j.health.SorryServer;
import org.lvs4j.net.Endpoint;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

/**
 * Compares the table of a director that nothing but a monitor changes with what the monitor says of its servers. The
 * rules are written here once more, from the documentation.
 */
final class TableComparison {
    private final List<String> differences = new ArrayList<>();

    private TableComparison() {}

    /** One sentence for each difference; empty if there is none. */
    static List<String> differences(HealthMonitorSnapshot idea, DirectorConfiguration table) {
        TableComparison comparison = new TableComparison();
        Set<ServiceKey> keys = new HashSet<>();
        for (ServiceHealth service : idea.services()) {
            comparison.checkState(service);
            for (VirtualService each : service.service().services()) {
                keys.add(each.key());
                comparison.compare(service, each, table.service(each.key()));
            }
        }
        for (DirectorConfiguration.Service present : table.services()) {
            if (!keys.contains(present.key())) {
                comparison.differences.add(present.key() + " is in the table only");
            }
        }
        return comparison.differences;
    }

    /** Whether the states of checks, servers and quorum fit together. */
    private void checkState(ServiceHealth service) {
        long weight = 0;
        for (ServerHealth server : service.servers()) {
            boolean up = !server.ejected() && server.checks().stream().allMatch(check -> check.up());
            if (up != server.up()) {
                differences.add(service.name() + " " + server + ": up is wrong");
            }
            weight += server.up() ? server.weight() : 0;
        }
        int quorum = service.service().quorum().weight();
        int hysteresis = service.service().quorum().hysteresis();
        boolean right = service.up() ? weight > 0 && weight >= quorum - hysteresis : weight < quorum + hysteresis;
        if (weight != service.weight() || !right) {
            differences.add(service.name() + ": up " + service.up() + " with weight " + service.weight() + ", sum "
                    + weight + ", quorum " + quorum + " and hysteresis " + hysteresis);
        }
        if (service.sorryServerInUse() != (!service.up() && service.service().sorryServer() != null)) {
            differences.add(service.name() + ": sorry server in use " + service.sorryServerInUse());
        }
    }

    private void compare(ServiceHealth health, VirtualService service, DirectorConfiguration.Service present) {
        if (present == null || !present.service().equals(service)) {
            differences.add(service + " is wrong in the table: " + present);
            return;
        }
        Map<Endpoint, RealServer> wanted = wanted(health, service.key());
        Map<Endpoint, RealServer> found = new HashMap<>();
        present.servers().forEach(server -> found.put(server.endpoint(), server));
        if (!found.equals(wanted)) {
            differences.add(service.key() + ": the table has " + found.values() + " and not " + wanted.values());
        }
    }

    private Map<Endpoint, RealServer> wanted(ServiceHealth health, ServiceKey key) {
        Map<Endpoint, RealServer> wanted = new HashMap<>();
        for (ServerHealth server : health.servers()) {
            boolean serving = server.up() && !health.sorryServerInUse();
            boolean there = serving || server.server().inhibitOnFailure();
            if (there) {
                put(wanted, key, server.server().server().withWeight(serving ? server.weight() : 0));
            }
            if (there != server.inTable()) {
                differences.add(health.name() + ": inTable of " + server + " is wrong");
            }
        }
        SorryServer sorry = health.service().sorryServer();
        if (sorry != null && (health.sorryServerInUse() || sorry.inhibit())) {
            put(wanted, key, sorry.server().withWeight(health.sorryServerInUse() ? 1 : 0));
        }
        return wanted;
    }

    private static void put(Map<Endpoint, RealServer> wanted, ServiceKey key, RealServer server) {
        RealServer there = MonitoredService.serverOf(key, server);
        wanted.put(there.endpoint(), there);
    }
}
