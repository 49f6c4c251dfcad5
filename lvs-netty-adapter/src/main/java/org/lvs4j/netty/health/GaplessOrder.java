package org.lvs4j.netty.health;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.lvs4j.ConfigurationChange;
import org.lvs4j.ConfigurationChange.ServerAdded;
import org.lvs4j.ConfigurationChange.ServerEdited;
import org.lvs4j.ConfigurationChange.ServerRemoved;
import org.lvs4j.ConfigurationChange.ServiceAdded;
import org.lvs4j.ConfigurationChange.ServiceRemoved;
import org.lvs4j.net.Endpoint;
import org.lvs4j.service.ServiceKey;

/**
 * Puts those changes of servers last that take capacity away. The director decides clients between two changes of a list:
 * if the last server left before the sorry server came, or the other way round, a client in between would be refused.
 *
 * <p>Changes of the same server, and those of a server and of the presence of its service, keep their order.
 */
final class GaplessOrder {
    private final List<ConfigurationChange> ordered = new ArrayList<>();
    private final Map<ServiceKey, Postponed> postponed = new LinkedHashMap<>();

    /** The changes of a service that wait for others. */
    private record Postponed(List<ConfigurationChange> changes, Set<Endpoint> servers) {}

    private GaplessOrder() {}

    static List<ConfigurationChange> of(List<ConfigurationChange> changes) {
        if (changes.size() < 2) {
            return changes;
        }
        GaplessOrder order = new GaplessOrder();
        changes.forEach(order::add);
        order.postponed.values().forEach(each -> order.ordered.addAll(each.changes()));
        return order.ordered;
    }

    private void add(ConfigurationChange change) {
        if (change instanceof ServerRemoved removed) {
            postpone(removed.service(), removed.endpoint(), change);
        } else if (change instanceof ServerEdited edited && edited.after().weight() == 0) {
            postpone(edited.service(), edited.after().endpoint(), change);
        } else {
            if (change instanceof ServerEdited edited) {
                release(edited.service(), edited.after().endpoint());
            } else if (change instanceof ServerAdded added) {
                release(added.service(), added.server().endpoint());
            } else if (change instanceof ServiceAdded added) {
                release(added.service().key());
            } else if (change instanceof ServiceRemoved removed) {
                release(removed.key());
            }
            ordered.add(change);
        }
    }

    private void postpone(ServiceKey service, Endpoint server, ConfigurationChange change) {
        Postponed waiting =
                postponed.computeIfAbsent(service, key -> new Postponed(new ArrayList<>(), new HashSet<>()));
        waiting.changes().add(change);
        waiting.servers().add(server);
    }

    private void release(ServiceKey service, Endpoint server) {
        Postponed waiting = postponed.get(service);
        if (waiting != null && waiting.servers().contains(server)) {
            release(service);
        }
    }

    private void release(ServiceKey service) {
        Postponed waiting = postponed.remove(service);
        if (waiting != null) {
            ordered.addAll(waiting.changes());
        }
    }
}
