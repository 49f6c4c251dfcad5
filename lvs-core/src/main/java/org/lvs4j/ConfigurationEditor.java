package org.lvs4j;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.lvs4j.internal.connection.ServerState;
import org.lvs4j.internal.connection.Timeouts;
import org.lvs4j.net.ConnectionState;
import org.lvs4j.net.Endpoint;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.Sysctl;
import org.lvs4j.service.VirtualService;

/**
 * Makes every change of a director's configuration and reports it to the listeners.
 *
 * <p>Assumptions: nothing else changes services, timeouts or settings, except that slow start raises weights and memory
 * pressure switches settings between their modes 1 and 2. Guarantees: a list of changes is made whole or not at all,
 * even if a scheduler throws an exception; listeners see all changes in the order in which they were made. Progress:
 * blocking; packets never take this object's lock.
 */
final class ConfigurationEditor {
    private final ServiceRegistry services;
    private final Timeouts timeouts;
    private final Settings settings;
    private final Defence defence;
    private final Housekeeping housekeeping;
    private final Drains drains;

    // Guarded by this object's lock, as are the next two fields. The list is replaced as a whole.
    private List<Registration> listeners = List.of();
    private final Deque<Report> reports = new ArrayDeque<>();
    private boolean reporting;

    ConfigurationEditor(
            ServiceRegistry services,
            Timeouts timeouts,
            Settings settings,
            Defence defence,
            Housekeeping housekeeping,
            Drains drains) {
        this.services = services;
        this.timeouts = timeouts;
        this.settings = settings;
        this.defence = defence;
        this.housekeeping = housekeeping;
        this.drains = drains;
    }

    /** Adds a listener; returns the configuration that the first change it sees applies to. */
    synchronized DirectorConfiguration addListener(ConfigurationListener listener) {
        List<Registration> more = new ArrayList<>(listeners);
        more.add(new Registration(listener));
        listeners = List.copyOf(more);
        return configuration();
    }

    synchronized void removeListener(ConfigurationListener listener) {
        List<Registration> fewer = new ArrayList<>(listeners);
        for (Registration registration : listeners) {
            if (registration.listener == listener) {
                registration.active = false;
                fewer.remove(registration);
                break;
            }
        }
        listeners = List.copyOf(fewer);
    }

    // ---- reading

    synchronized DirectorConfiguration configuration() {
        DirectorConfiguration.Builder builder = DirectorConfiguration.builder().timeouts(timeouts());
        settings.all().forEach(builder::sysctl);
        for (ServiceState service : services.table().all()) {
            builder.add(service.configuration());
        }
        return builder.build();
    }

    synchronized DirectorConfiguration.@Nullable Service configuration(ServiceKey key) {
        ServiceState service = services.table().get(key);
        return service == null ? null : service.configuration();
    }

    TimeoutSettings timeouts() {
        return new TimeoutSettings(
                timeouts.seconds(ConnectionState.ESTABLISHED),
                timeouts.seconds(ConnectionState.FIN_WAIT),
                timeouts.seconds(ConnectionState.UDP));
    }

    // ---- changing

    synchronized List<ConfigurationChange> apply(DirectorConfiguration wanted) {
        return apply(configuration().changesTo(wanted));
    }

    /** Makes a service what an edit makes of it. */
    synchronized <E extends Exception> List<ConfigurationChange> change(ServiceKey key, ServiceEdit<E> edit) throws E {
        DirectorConfiguration.Service before = configuration(key);
        DirectorConfiguration.Service after = edit.edit(before);
        if (after != null && !after.key().equals(key)) {
            throw new IllegalArgumentException("the edit of " + key + " returned " + after.key());
        }
        if (before == null) {
            return after == null
                    ? List.of()
                    : apply(List.of(new ConfigurationChange.ServiceAdded(after.service(), after.servers())));
        }
        return apply(
                after == null
                        ? List.of(new ConfigurationChange.ServiceRemoved(before.service(), before.servers()))
                        : before.changesTo(after));
    }

    /** Makes all changes or none; returns them with the state that was there before each of them. */
    synchronized List<ConfigurationChange> apply(List<? extends ConfigurationChange> changes) {
        List<ConfigurationChange> made = new ArrayList<>(changes.size());
        TimeoutSettings oldTimeouts = timeouts();
        Map<Sysctl, Integer> oldSysctls = new EnumMap<>(Sysctl.class);
        boolean done = false;
        services.begin();
        try {
            while (made.size() < changes.size()) {
                List<? extends ConfigurationChange> rest = changes.subList(made.size(), changes.size());
                List<RealServer> added = additions(rest);
                if (added.size() > 1 && rest.get(0) instanceof ConfigurationChange.ServerAdded first) {
                    services.addServers(first.service(), added);
                    made.addAll(rest.subList(0, added.size()));
                } else {
                    made.add(make(rest.get(0), oldSysctls));
                }
            }
            services.commit();
            done = true;
        } finally {
            if (!done) {
                services.rollBack();
                set(oldTimeouts);
                oldSysctls.forEach(settings::set);
                if (!oldSysctls.isEmpty()) {
                    defence.update();
                }
            }
        }
        if (made.stream().anyMatch(ConfigurationEditor::removesServers)) {
            housekeeping.serversRemoved();
        }
        report(made);
        return List.copyOf(made);
    }

    /** The servers that the first changes of a list add to one service. */
    private static List<RealServer> additions(List<? extends ConfigurationChange> changes) {
        List<RealServer> servers = new ArrayList<>();
        ServiceKey key = null;
        for (ConfigurationChange change : changes) {
            if (!(change instanceof ConfigurationChange.ServerAdded added)
                    || key != null && !key.equals(added.service())) {
                break;
            }
            key = added.service();
            servers.add(added.server());
        }
        return servers;
    }

    synchronized void addService(VirtualService service, List<RealServer> servers) {
        apply(List.of(new ConfigurationChange.ServiceAdded(service, servers)));
    }

    synchronized void editService(VirtualService service) {
        apply(List.of(new ConfigurationChange.ServiceEdited(service, service)));
    }

    synchronized void removeService(ServiceKey key) {
        apply(List.of(removal(services.require(key))));
    }

    synchronized void clear() {
        apply(services.table().all().stream().map(ConfigurationEditor::removal).toList());
    }

    synchronized void addServer(ServiceKey key, RealServer server) {
        apply(List.of(new ConfigurationChange.ServerAdded(key, server)));
    }

    synchronized void editServer(ServiceKey key, RealServer server) {
        apply(List.of(new ConfigurationChange.ServerEdited(key, server, server)));
    }

    synchronized void removeServer(ServiceKey key, Endpoint endpoint) {
        apply(List.of(new ConfigurationChange.ServerRemoved(key, services.requireServer(key, endpoint))));
    }

    synchronized List<ConfigurationChange> setServers(ServiceKey key, Collection<RealServer> servers) {
        DirectorConfiguration.Service running = services.require(key).configuration();
        Map<Endpoint, RealServer> wanted = DirectorConfiguration.distinct(key, servers);
        return apply(
                running.changesTo(new DirectorConfiguration.Service(running.service(), List.copyOf(wanted.values()))));
    }

    synchronized void setTimeouts(TimeoutSettings wanted) {
        apply(List.of(new ConfigurationChange.TimeoutsChanged(timeouts(), wanted)));
    }

    synchronized void setSysctl(Sysctl sysctl, int value) {
        apply(List.of(new ConfigurationChange.SysctlChanged(sysctl, settings.get(sysctl), value)));
    }

    // ---- draining, which is no change of the configuration, but must not come between the changes of a list

    synchronized Drain drain(ServiceKey key, Endpoint server, DrainOptions options) {
        return drains.start(this, Map.of(services.requireState(key, server), key), options)
                .get(0);
    }

    /** Drains the server in all services that contain it; port 0 stands for all ports. */
    synchronized List<Drain> drain(Endpoint server, DrainOptions options) {
        Map<ServerState, ServiceKey> found = new LinkedHashMap<>();
        for (ServiceState service : services.table().all()) {
            ServerPool pool = service.view().servers();
            for (int i = 0; i < pool.size(); i++) {
                Endpoint endpoint = pool.state(i).config().endpoint();
                if (endpoint.equals(server)
                        || server.port() == 0 && endpoint.address().equals(server.address())) {
                    found.put(pool.state(i), service.key());
                }
            }
        }
        if (found.isEmpty()) {
            throw new DirectorException(
                    DirectorException.Reason.NO_SUCH_SERVER,
                    "no service has a server " + (server.port() == 0 ? server.address() : server));
        }
        return drains.start(this, found, options);
    }

    synchronized boolean abort(Drain drain) {
        return drains.abort(drain);
    }

    /** Restores a state; no change is made meanwhile. */
    synchronized StateRestoration restore(DirectorState state, StateRestorer restorer) {
        state.visit(restorer);
        return restorer.finish(this, drains);
    }

    private static ConfigurationChange.ServiceRemoved removal(ServiceState service) {
        DirectorConfiguration.Service before = service.configuration();
        return new ConfigurationChange.ServiceRemoved(before.service(), before.servers());
    }

    private static boolean removesServers(ConfigurationChange change) {
        return change instanceof ConfigurationChange.ServiceRemoved
                || change instanceof ConfigurationChange.ServerRemoved;
    }

    // ---- one change

    /** Makes a change; returns it with the state that was there before. */
    private ConfigurationChange make(ConfigurationChange change, Map<Sysctl, Integer> oldSysctls) {
        if (change instanceof ConfigurationChange.ServiceAdded added) {
            services.addService(added.service(), added.servers());
            return added;
        } else if (change instanceof ConfigurationChange.ServiceEdited edited) {
            return new ConfigurationChange.ServiceEdited(services.editService(edited.after()), edited.after());
        } else if (change instanceof ConfigurationChange.ServiceRemoved removed) {
            DirectorConfiguration.Service before = services.removeService(removed.key());
            return new ConfigurationChange.ServiceRemoved(before.service(), before.servers());
        } else if (change instanceof ConfigurationChange.ServerAdded added) {
            services.addServers(added.service(), List.of(added.server()));
            return added;
        } else if (change instanceof ConfigurationChange.ServerEdited edited) {
            RealServer before = services.editServer(edited.service(), edited.after());
            return new ConfigurationChange.ServerEdited(edited.service(), before, edited.after());
        } else if (change instanceof ConfigurationChange.ServerRemoved removed) {
            RealServer before = services.removeServer(removed.service(), removed.endpoint());
            return new ConfigurationChange.ServerRemoved(removed.service(), before);
        } else if (change instanceof ConfigurationChange.TimeoutsChanged changed) {
            TimeoutSettings before = timeouts();
            set(changed.after());
            return new ConfigurationChange.TimeoutsChanged(before, timeouts());
        } else if (change instanceof ConfigurationChange.SysctlChanged changed) {
            int before = settings.get(changed.sysctl());
            oldSysctls.putIfAbsent(changed.sysctl(), before);
            settings.set(changed.sysctl(), changed.after());
            defence.update();
            return new ConfigurationChange.SysctlChanged(changed.sysctl(), before, changed.after());
        }
        throw new AssertionError(change);
    }

    private void set(TimeoutSettings wanted) {
        timeouts.set(wanted.tcp(), wanted.tcpFin(), wanted.udp());
    }

    // ---- reporting

    /** One addition of a listener. Compared by identity, so that no code of the listener runs. */
    private static final class Registration {
        final ConfigurationListener listener;
        boolean active = true;

        Registration(ConfigurationListener listener) {
            this.listener = listener;
        }
    }

    /** A change that has been made and the listeners of that moment. */
    private record Report(ConfigurationChange change, List<Registration> listeners) {}

    /**
     * Reports changes. A listener that changes the director re-enters this method on the same thread: its changes wait
     * in the queue until all listeners have seen the earlier ones.
     */
    private void report(List<ConfigurationChange> made) {
        for (ConfigurationChange change : made) {
            reports.add(new Report(change, listeners));
        }
        if (reporting) {
            return;
        }
        reporting = true;
        try {
            for (Report next = reports.poll(); next != null; next = reports.poll()) {
                for (Registration registration : next.listeners()) {
                    if (registration.active) {
                        report(next.change(), registration.listener);
                    }
                }
            }
        } finally {
            reporting = false;
        }
    }

    private static void report(ConfigurationChange change, ConfigurationListener listener) {
        try {
            listener.configurationChanged(change);
        } catch (Throwable e) {
            // The change has been made, so the caller must not get an exception.
            Failures.report(e);
        }
    }
}
