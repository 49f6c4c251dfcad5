package org.lvs4j.netty.health;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
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
import org.lvs4j.health.Check;
import org.lvs4j.health.MonitoredServer;
import org.lvs4j.health.MonitoredService;
import org.lvs4j.health.PassiveCheck;
import org.lvs4j.health.ReleaseOnFailure;
import org.lvs4j.net.Endpoint;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

/**
 * The services of a director whose checks are defined in code. Their list of servers is the application's: what it adds,
 * changes and removes is followed, while the monitor takes servers out and puts them back.
 *
 * <p>Belongs to the monitor's event loop: all fields are plain.
 */
final class AdoptedServices {
    private final Map<ServiceKey, Template> templates;
    private final Map<ServiceKey, Adopted> present = new LinkedHashMap<>();

    /** A service that is on the director, with its servers as the application wants them, in the order of additions. */
    private static final class Adopted {
        VirtualService service;
        final Map<Endpoint, RealServer> servers = new LinkedHashMap<>();

        Adopted(VirtualService service) {
            this.service = service;
        }
    }

    /**
     * What is defined for a service in code. Immutable.
     *
     * @param checks make the checks of a server
     */
    record Template(
            List<Function<? super RealServer, ? extends Check>> checks,
            @Nullable PassiveCheck passiveCheck,
            @Nullable ReleaseOnFailure releaseOnFailure) {
        static final Template EMPTY = new Template(List.of(), null, null);

        Template with(Function<? super RealServer, ? extends Check> check) {
            List<Function<? super RealServer, ? extends Check>> more = new ArrayList<>(checks);
            more.add(check);
            return new Template(List.copyOf(more), passiveCheck, releaseOnFailure);
        }

        Template with(PassiveCheck passive) {
            return new Template(checks, passive, releaseOnFailure);
        }

        Template with(ReleaseOnFailure release) {
            return new Template(checks, passiveCheck, release);
        }
    }

    AdoptedServices(Map<ServiceKey, Template> templates) {
        this.templates = templates;
    }

    /** Whether a service is one of these, on the director or not. */
    boolean contains(ServiceKey key) {
        return templates.containsKey(key);
    }

    /** Takes over what is on the director now. */
    void take(DirectorConfiguration configuration) {
        for (ServiceKey key : templates.keySet()) {
            DirectorConfiguration.Service service = configuration.service(key);
            if (service != null) {
                add(service.service(), service.servers());
            }
        }
    }

    private void add(VirtualService service, List<RealServer> servers) {
        Adopted adopted = new Adopted(service);
        servers.forEach(server -> adopted.servers.put(server.endpoint(), server));
        present.put(service.key(), adopted);
    }

    /** Follows a change that the application has made. Returns whether it concerns these services. */
    boolean follow(ConfigurationChange change) {
        if (change instanceof ServiceAdded added && contains(added.service().key())) {
            add(added.service(), added.servers());
            return true;
        }
        if (change instanceof ServiceRemoved removed) {
            return present.remove(removed.key()) != null;
        }
        if (change instanceof ServiceEdited edited) {
            Adopted adopted = present.get(edited.after().key());
            if (adopted != null) {
                adopted.service = edited.after();
            }
            return adopted != null;
        }
        if (change instanceof ServerAdded added) {
            return put(added.service(), added.server());
        }
        if (change instanceof ServerEdited edited) {
            return put(edited.service(), edited.after());
        }
        if (change instanceof ServerRemoved removed) {
            Adopted adopted = present.get(removed.service());
            return adopted != null && adopted.servers.remove(removed.endpoint()) != null;
        }
        return false;
    }

    private boolean put(ServiceKey key, RealServer server) {
        Adopted adopted = present.get(key);
        return adopted != null && !server.equals(adopted.servers.put(server.endpoint(), server));
    }

    /** The servers of a service as the application wants them; none if it is not on the director. */
    List<RealServer> servers(ServiceKey key) {
        Adopted adopted = present.get(key);
        return adopted == null ? List.of() : List.copyOf(adopted.servers.values());
    }

    /** Replaces the servers of a service. Returns whether it is on the director. */
    boolean setServers(ServiceKey key, List<RealServer> servers) {
        Adopted adopted = present.get(key);
        if (adopted == null) {
            return false;
        }
        adopted.servers.clear();
        servers.forEach(server -> adopted.servers.put(server.endpoint(), server));
        return true;
    }

    /** The services as they are to be monitored. */
    List<MonitoredService> services() {
        List<MonitoredService> services = new ArrayList<>();
        present.forEach((key, adopted) -> services.add(monitored(key, adopted)));
        return services;
    }

    /** A service as it is to be monitored; null if it is not on the director. */
    @Nullable
    MonitoredService service(ServiceKey key) {
        Adopted adopted = present.get(key);
        return adopted == null ? null : monitored(key, adopted);
    }

    private MonitoredService monitored(ServiceKey key, Adopted adopted) {
        Template template = templates.getOrDefault(key, Template.EMPTY);
        MonitoredService.Builder builder = MonitoredService.builder(adopted.service)
                .passiveCheck(template.passiveCheck())
                .releaseOnFailure(template.releaseOnFailure());
        for (RealServer server : adopted.servers.values()) {
            List<Check> checks = new ArrayList<>();
            for (Function<? super RealServer, ? extends Check> check : template.checks()) {
                checks.add(requireNonNull(
                        check.apply(server), () -> key + ": the function makes no check for " + server.endpoint()));
            }
            builder.server(new MonitoredServer(server, checks, false, null, null));
        }
        return builder.build();
    }

    /** The changes that give the director back every server that the monitor has taken out or changed. */
    List<ConfigurationChange> givenBack(Director director) {
        List<ConfigurationChange> changes = new ArrayList<>();
        present.forEach((key, adopted) -> {
            if (director.configuration(key) != null) {
                adopted.servers.values().forEach(server -> changes.add(new ServerAdded(key, server)));
            }
        });
        return changes;
    }
}
