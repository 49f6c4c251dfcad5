package org.lvs4j;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.lvs4j.internal.connection.Timeouts;
import org.lvs4j.net.ConnectionState;
import org.lvs4j.net.Endpoint;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.Sysctl;
import org.lvs4j.service.VirtualService;

/**
 * Every change of a director's configuration: one at a time, all of it or nothing, and then told to the listeners. Changes take
 * this object's lock; packets never do.
 */
final class ConfigurationEditor {
    private final ServiceRegistry services;
    private final Timeouts timeouts;
    private final Settings settings;
    private final Defence defence;
    private final Housekeeping housekeeping;
    private final List<ConfigurationListener> listeners = new CopyOnWriteArrayList<>();

    ConfigurationEditor(
            ServiceRegistry services,
            Timeouts timeouts,
            Settings settings,
            Defence defence,
            Housekeeping housekeeping) {
        this.services = services;
        this.timeouts = timeouts;
        this.settings = settings;
        this.defence = defence;
        this.housekeeping = housekeeping;
    }

    void addListener(ConfigurationListener listener) {
        listeners.add(listener);
    }

    void removeListener(ConfigurationListener listener) {
        listeners.remove(listener);
    }

    // ---- as a whole

    synchronized DirectorConfiguration configuration() {
        DirectorConfiguration.Builder builder = DirectorConfiguration.builder().timeouts(timeouts());
        settings.all().forEach(builder::sysctl);
        for (ServiceState service : services.table().all()) {
            builder.addService(service.configuration());
        }
        return builder.build();
    }

    synchronized List<ConfigurationChange> apply(DirectorConfiguration wanted) {
        return apply(configuration().changesTo(wanted));
    }

    /** Makes all changes, or none: if one is refused, those before it are taken back. */
    synchronized List<ConfigurationChange> apply(List<ConfigurationChange> changes) {
        List<ConfigurationChange> made = new ArrayList<>(changes.size());
        try {
            for (ConfigurationChange change : changes) {
                made.add(make(change));
            }
        } catch (DirectorException e) {
            for (int i = made.size() - 1; i >= 0; i--) {
                make(made.get(i).inverse());
            }
            throw e;
        }
        made.forEach(this::tell);
        return List.copyOf(made);
    }

    // ---- one by one

    synchronized void addService(VirtualService service, List<RealServer> servers) {
        tell(make(new ConfigurationChange.ServiceAdded(service, servers)));
    }

    synchronized void editService(VirtualService service) {
        tell(new ConfigurationChange.ServiceEdited(services.editService(service), service));
    }

    synchronized void removeService(ServiceKey key) {
        tell(remove(key));
    }

    synchronized void clear() {
        for (ServiceState service : services.table().all()) {
            removeService(service.key());
        }
    }

    synchronized void addServer(ServiceKey key, RealServer server) {
        tell(make(new ConfigurationChange.ServerAdded(key, server)));
    }

    synchronized void editServer(ServiceKey key, RealServer server) {
        tell(new ConfigurationChange.ServerEdited(key, services.editServer(key, server), server));
    }

    synchronized void removeServer(ServiceKey key, Endpoint server) {
        tell(remove(key, server));
    }

    synchronized List<ConfigurationChange> setServers(ServiceKey key, Collection<RealServer> servers) {
        DirectorConfiguration.Service running = services.require(key).configuration();
        Map<Endpoint, RealServer> wanted = DirectorConfiguration.distinct(key, servers);
        return apply(
                running.changesTo(new DirectorConfiguration.Service(running.service(), List.copyOf(wanted.values()))));
    }

    TimeoutSettings timeouts() {
        return new TimeoutSettings(
                timeouts.seconds(ConnectionState.ESTABLISHED),
                timeouts.seconds(ConnectionState.FIN_WAIT),
                timeouts.seconds(ConnectionState.UDP));
    }

    synchronized void setTimeouts(TimeoutSettings wanted) {
        TimeoutSettings before = timeouts();
        tell(make(new ConfigurationChange.TimeoutsChanged(before, wanted.orElse(before))));
    }

    synchronized void setSysctl(Sysctl sysctl, int value) {
        tell(make(new ConfigurationChange.SysctlChanged(sysctl, settings.get(sysctl), value)));
    }

    // ---- making and telling

    /** Makes a change; returns it with what really was there before. */
    private ConfigurationChange make(ConfigurationChange change) {
        if (change instanceof ConfigurationChange.ServiceAdded added) {
            services.addService(added.service(), added.servers());
        } else if (change instanceof ConfigurationChange.ServiceEdited edited) {
            return new ConfigurationChange.ServiceEdited(services.editService(edited.after()), edited.after());
        } else if (change instanceof ConfigurationChange.ServiceRemoved removed) {
            return remove(removed.service().key());
        } else if (change instanceof ConfigurationChange.ServerAdded added) {
            services.addServer(added.service(), added.server());
        } else if (change instanceof ConfigurationChange.ServerEdited edited) {
            RealServer before = services.editServer(edited.service(), edited.after());
            return new ConfigurationChange.ServerEdited(edited.service(), before, edited.after());
        } else if (change instanceof ConfigurationChange.ServerRemoved removed) {
            return remove(removed.service(), removed.endpoint());
        } else if (change instanceof ConfigurationChange.TimeoutsChanged changed) {
            TimeoutSettings after = changed.after();
            timeouts.set(after.tcp(), after.tcpFin(), after.udp());
        } else if (change instanceof ConfigurationChange.SysctlChanged changed) {
            settings.set(changed.sysctl(), changed.after());
            defence.update();
        }
        return change;
    }

    private ConfigurationChange remove(ServiceKey key) {
        DirectorConfiguration.Service before = services.removeService(key);
        housekeeping.serversRemoved();
        return new ConfigurationChange.ServiceRemoved(before.service(), before.servers());
    }

    private ConfigurationChange remove(ServiceKey key, Endpoint server) {
        RealServer before = services.removeServer(key, server);
        housekeeping.serversRemoved();
        return new ConfigurationChange.ServerRemoved(key, before);
    }

    private void tell(ConfigurationChange change) {
        for (ConfigurationListener listener : listeners) {
            try {
                listener.configurationChanged(change);
            } catch (RuntimeException e) {
                Thread thread = Thread.currentThread();
                thread.getUncaughtExceptionHandler().uncaughtException(thread, e);
            }
        }
    }
}
