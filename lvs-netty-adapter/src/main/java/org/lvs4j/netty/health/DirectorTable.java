package org.lvs4j.netty.health;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;
import org.lvs4j.ConfigurationChange;
import org.lvs4j.ConfigurationChange.ServerAdded;
import org.lvs4j.ConfigurationChange.ServerEdited;
import org.lvs4j.ConfigurationChange.ServerRemoved;
import org.lvs4j.ConfigurationChange.ServiceAdded;
import org.lvs4j.ConfigurationChange.ServiceEdited;
import org.lvs4j.ConfigurationChange.ServiceRemoved;
import org.lvs4j.Director;
import org.lvs4j.DirectorConfiguration;
import org.lvs4j.DirectorException;
import org.lvs4j.Drain;
import org.lvs4j.net.Endpoint;
import org.lvs4j.netty.internal.LimitedLog;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;
import org.slf4j.Logger;
import org.slf4j.event.Level;

/**
 * Makes the changes that the engine asks for, as lists that the director accepts as a whole. What an administrator has
 * changed meanwhile is respected: a service or server that is to be added and exists stays, and one that is to be removed
 * and is missing stays away. A server that is drained and fails stays with weight 0, since a drain ends with the removal
 * of its server. If the director refuses a list, its changes are made one by one.
 *
 * <p>Belongs to the monitor's event loop; {@link #isApplying} is for listeners of the director.
 */
final class DirectorTable {
    private final Director director;
    private final MonitorCounters counters;
    private final Logger logger;
    private final LimitedLog refusals;
    private final BiPredicate<ServiceKey, Endpoint> monitored;
    /** The drained servers that were to be removed and have stayed. */
    private final Map<ServiceKey, Set<Endpoint>> kept = new LinkedHashMap<>();

    private final List<ConfigurationChange> wanted = new ArrayList<>();
    // Written and read by the thread that changes the director.
    private @Nullable Thread applying;

    /**
     * Nothing is planned yet.
     *
     * @param monitored whether a server is one of the configuration, up or down
     * @param refusals gets the changes that the director refuses
     */
    DirectorTable(
            Director director,
            BiPredicate<ServiceKey, Endpoint> monitored,
            MonitorCounters counters,
            LimitedLog refusals,
            Logger logger) {
        this.director = director;
        this.monitored = monitored;
        this.counters = counters;
        this.refusals = refusals;
        this.logger = logger;
    }

    /** Whether the calling thread makes a change for this object right now. */
    boolean isApplying() {
        return applying == Thread.currentThread();
    }

    /** Plans a change. The states before it that the change contains do not matter. */
    void plan(ConfigurationChange change) {
        wanted.add(change);
    }

    /** Plans what makes a service as wanted, whatever an administrator has changed. */
    void restore(DirectorConfiguration.Service service) {
        ServiceKey key = service.key();
        DirectorConfiguration.Service present = director.configuration(key);
        if (present == null) {
            wanted.add(new ServiceAdded(service.service(), service.servers()));
            return;
        }
        if (!present.service().equals(service.service())) {
            wanted.add(new ServiceEdited(present.service(), service.service()));
        }
        if (present.servers().equals(service.servers())) {
            return;
        }
        Map<Endpoint, RealServer> left = new LinkedHashMap<>();
        present.servers().forEach(server -> left.put(server.endpoint(), server));
        for (RealServer server : service.servers()) {
            RealServer before = left.remove(server.endpoint());
            if (!server.equals(before)) {
                wanted.add(before == null ? new ServerAdded(key, server) : new ServerEdited(key, before, server));
            }
        }
        left.values().forEach(server -> wanted.add(new ServerRemoved(key, server)));
    }

    /** Makes the planned changes; if there is no memory, they stay planned. */
    void apply() {
        removeForgotten();
        if (wanted.isEmpty()) {
            return;
        }
        boolean again = false;
        applying = Thread.currentThread();
        try {
            if (wanted.size() == 1 && appliedAtOnce(wanted.get(0))) {
                return;
            }
            List<ConfigurationChange> possible = GaplessOrder.of(new View().possible(wanted));
            if (!possible.isEmpty() && !applied(possible)) {
                for (ConfigurationChange change : wanted) {
                    applyAlone(change);
                }
            }
        } catch (OutOfMemoryError e) {
            // Those that were made already are left out then.
            again = true;
            throw e;
        } finally {
            applying = null;
            if (!again) {
                wanted.clear();
            }
        }
    }

    /** Plans the removal of kept servers that are not monitored any more. */
    private void removeForgotten() {
        kept.forEach((key, endpoints) -> endpoints.removeIf(endpoint -> {
            boolean gone = !monitored.test(key, endpoint);
            if (gone) {
                wanted.add(new ServerRemoved(key, RealServer.of(endpoint)));
            }
            return gone;
        }));
        kept.values().removeIf(Set::isEmpty);
    }

    /**
     * Makes a change of one server without a look at all servers of its service: thousands of them may fail one after
     * another. Returns false if the table is not as expected.
     */
    private boolean appliedAtOnce(ConfigurationChange change) {
        boolean expected = change instanceof ServerAdded
                || change instanceof ServerRemoved && director.drains().isEmpty();
        return expected && applied(List.of(change));
    }

    private boolean applied(List<ConfigurationChange> changes) {
        try {
            counters.changes.add(director.apply(changes).size());
            return true;
        } catch (DirectorException e) {
            logger.debug("the changes are made one by one: {}", e.getMessage());
            return false;
        }
    }

    private void applyAlone(ConfigurationChange change) {
        try {
            counters.changes.add(
                    director.apply(new View().possible(List.of(change))).size());
        } catch (DirectorException e) {
            counters.changesRefused.increment();
            refusals.log(
                    Level.WARN, "changes refused", "the director refuses a change: " + change + ": " + e.getMessage());
        }
    }

    /** The part of the director's table that a list of changes refers to, as the list goes on. */
    private final class View {
        private final Map<ServiceKey, Map<Endpoint, RealServer>> services = new LinkedHashMap<>();
        private @Nullable List<Drain> drains;

        List<ConfigurationChange> possible(List<ConfigurationChange> planned) {
            List<ConfigurationChange> changes = new ArrayList<>();
            for (ConfigurationChange change : planned) {
                ConfigurationChange nearest = nearest(change);
                if (nearest != null) {
                    changes.add(nearest);
                }
            }
            return changes;
        }

        private @Nullable Map<Endpoint, RealServer> servers(ServiceKey key) {
            if (!services.containsKey(key)) {
                DirectorConfiguration.Service service = director.configuration(key);
                Map<Endpoint, RealServer> servers = null;
                if (service != null) {
                    servers = new LinkedHashMap<>();
                    for (RealServer server : service.servers()) {
                        servers.put(server.endpoint(), server);
                    }
                }
                services.put(key, servers);
            }
            return services.get(key);
        }

        private @Nullable ConfigurationChange nearest(ConfigurationChange change) {
            if (change instanceof ServiceAdded added) {
                VirtualService service = added.service();
                if (servers(service.key()) == null) {
                    services.put(service.key(), new LinkedHashMap<>());
                    return change;
                }
                DirectorConfiguration.Service present = director.configuration(service.key());
                return present == null || present.service().equals(service)
                        ? null
                        : new ServiceEdited(service, service);
            }
            if (change instanceof ServiceEdited edited) {
                return servers(edited.after().key()) == null ? null : change;
            }
            if (change instanceof ServiceRemoved removed) {
                return servers(removed.key()) == null || services.put(removed.key(), null) == null ? null : change;
            }
            if (change instanceof ServerAdded added) {
                return put(added.service(), added.server());
            }
            if (change instanceof ServerEdited edited) {
                return put(edited.service(), edited.after());
            }
            if (change instanceof ServerRemoved removed) {
                if (isDrained(removed.service(), removed.endpoint())
                        && monitored.test(removed.service(), removed.endpoint())) {
                    return quiesce(removed.service(), removed.endpoint());
                }
                Map<Endpoint, RealServer> servers = servers(removed.service());
                return servers == null || servers.remove(removed.endpoint()) == null ? null : change;
            }
            return change;
        }

        private boolean isDrained(ServiceKey key, Endpoint server) {
            List<Drain> known = drains;
            if (known == null) {
                known = director.drains();
                drains = known;
            }
            return known.stream()
                    .anyMatch(each ->
                            each.server().equals(server) && each.service().equals(key));
        }

        private @Nullable ConfigurationChange quiesce(ServiceKey key, Endpoint endpoint) {
            Map<Endpoint, RealServer> servers = servers(key);
            RealServer present = servers == null ? null : servers.get(endpoint);
            if (present == null) {
                return null;
            }
            kept.computeIfAbsent(key, of -> new LinkedHashSet<>()).add(endpoint);
            return put(key, present.withWeight(0));
        }

        private @Nullable ConfigurationChange put(ServiceKey key, RealServer server) {
            Map<Endpoint, RealServer> servers = servers(key);
            if (servers == null) {
                return null;
            }
            RealServer present = servers.put(server.endpoint(), server);
            if (present == null) {
                return new ServerAdded(key, server);
            }
            return present.equals(server) ? null : new ServerEdited(key, server, server);
        }
    }
}
