package org.lvs4j.config;

import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.lvs4j.Director;
import org.lvs4j.DirectorException.Reason;
import org.lvs4j.TimeoutSettings;
import org.lvs4j.net.Endpoint;
import org.lvs4j.service.Persistence;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

/** What rules come to when they are done in order from nothing. Not thread-safe. */
final class WantedConfiguration {
    private static final String EXPECTED = "one of -A -E -D -a -e -d -C --set";

    private final Map<ServiceKey, VirtualService> services = new LinkedHashMap<>();
    private final Map<ServiceKey, Map<Endpoint, RealServer>> servers = new LinkedHashMap<>();
    private final Director director;
    private TimeoutSettings timeouts = new TimeoutSettings(0, 0, 0);

    private WantedConfiguration(Director director) {
        this.director = director;
    }

    /** Does all rules in order, with the schedulers and engines of a director. */
    static WantedConfiguration of(Rules rules, Director director) throws RuleException {
        WantedConfiguration wanted = new WantedConfiguration(director);
        for (PlacedCommand placed : rules.placed()) {
            placed.requireChange();
            wanted.take(placed);
        }
        return wanted;
    }

    private void take(PlacedCommand placed) throws RuleException {
        RuleCommand command = placed.command();
        if (command instanceof RuleCommand.AddService add) {
            require(!services.containsKey(add.service().key()), Reason.SERVICE_EXISTS, placed);
            put(add.service(), placed);
            servers.put(add.service().key(), new LinkedHashMap<>());
        } else if (command instanceof RuleCommand.EditService edit) {
            require(services.containsKey(edit.service().key()), Reason.NO_SUCH_SERVICE, placed);
            put(edit.service(), placed);
        } else if (command instanceof RuleCommand.DeleteService delete) {
            require(services.remove(delete.key()) != null, Reason.NO_SUCH_SERVICE, placed);
            servers.remove(delete.key());
        } else if (command instanceof RuleCommand.AddServer add) {
            RealServer old = of(add.key(), placed).putIfAbsent(add.server().endpoint(), add.server());
            require(old == null, Reason.SERVER_EXISTS, placed);
        } else if (command instanceof RuleCommand.EditServer edit) {
            RealServer old = of(edit.key(), placed).replace(edit.server().endpoint(), edit.server());
            require(old != null, Reason.NO_SUCH_SERVER, placed);
        } else if (command instanceof RuleCommand.DeleteServer delete) {
            RealServer old = of(delete.key(), placed).remove(delete.server());
            require(old != null, Reason.NO_SUCH_SERVER, placed);
        } else if (command instanceof RuleCommand.Clear) {
            services.clear();
            servers.clear();
        } else if (command instanceof RuleCommand.SetTimeouts set) {
            timeouts = merged(set.settings(), timeouts);
        } else {
            throw placed.whole().misused("command does not describe a configuration", EXPECTED);
        }
    }

    private void put(VirtualService service, PlacedCommand placed) throws RuleException {
        require(director.schedulers().contains(service.scheduler()), Reason.NO_SUCH_SCHEDULER, placed);
        Persistence persistence = service.persistence();
        String engine = persistence == null ? null : persistence.engine();
        require(engine == null || director.persistenceEngines().contains(engine), Reason.NO_SUCH_ENGINE, placed);
        services.put(service.key(), service);
    }

    private Map<Endpoint, RealServer> of(ServiceKey key, PlacedCommand placed) throws RuleException {
        Map<Endpoint, RealServer> found = servers.get(key);
        require(found != null, Reason.NO_SUCH_SERVICE, placed);
        return found == null ? Map.of() : found;
    }

    private void require(boolean condition, Reason otherwise, PlacedCommand placed) throws RuleException {
        if (!condition) {
            throw placed.refusal(otherwise, "", director);
        }
    }

    private static TimeoutSettings merged(TimeoutSettings newer, TimeoutSettings older) {
        return new TimeoutSettings(
                newer.tcp() == 0 ? older.tcp() : newer.tcp(),
                newer.tcpFin() == 0 ? older.tcpFin() : newer.tcpFin(),
                newer.udp() == 0 ? older.udp() : newer.udp());
    }

    /** The keys of all services, in the order of their addition. */
    Set<ServiceKey> keys() {
        return Collections.unmodifiableSet(services.keySet());
    }

    /** A service that is there. */
    VirtualService service(ServiceKey key) {
        VirtualService service = services.get(key);
        if (service == null) {
            throw new IllegalArgumentException("no such service: " + key);
        }
        return service;
    }

    /** The servers of a service in the order of their addition. */
    Collection<RealServer> servers(ServiceKey key) {
        return servers.getOrDefault(key, Map.of()).values();
    }

    boolean hasServer(ServiceKey key, Endpoint endpoint) {
        return servers.getOrDefault(key, Map.of()).containsKey(endpoint);
    }

    /** The timeouts that come out over those that run. */
    TimeoutSettings timeouts(TimeoutSettings running) {
        return merged(timeouts, running);
    }
}
