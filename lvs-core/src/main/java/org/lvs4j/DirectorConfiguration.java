package org.lvs4j;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.lvs4j.DirectorException.Reason;
import org.lvs4j.net.Endpoint;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.Sysctl;
import org.lvs4j.service.VirtualService;

/**
 * The whole configuration of a director as a value: timeouts, settings, and services with their servers. Immutable.
 * {@link Director#configuration()} returns a director's configuration, and
 * {@link Director#apply(DirectorConfiguration)} replaces it.
 *
 * <p>Two configurations have a {@linkplain #changesTo difference}, the smallest list of changes from one to the
 * other. The order of services and servers is that of their addition. The difference ignores it: services and servers
 * keep their positions.
 *
 * <pre>{@code
 * DirectorConfiguration before = director.configuration();
 * DirectorConfiguration wanted = before.toBuilder()
 *         .editService(before.service(web).service().toBuilder().scheduler("wrr").build())
 *         .setServers(web, List.of(RealServer.of("192.168.1.1:8080"), RealServer.of("192.168.1.2:8080")))
 *         .build();
 * List<ConfigurationChange> made = director.apply(before.changesTo(wanted));
 * }</pre>
 */
public final class DirectorConfiguration {
    private final TimeoutSettings timeouts;
    private final Map<Sysctl, Integer> sysctls;
    private final Map<ServiceKey, Service> services;

    private DirectorConfiguration(
            TimeoutSettings timeouts, Map<Sysctl, Integer> sysctls, Map<ServiceKey, Service> services) {
        this.timeouts = timeouts;
        this.sysctls = Collections.unmodifiableMap(sysctls);
        this.services = Collections.unmodifiableMap(services);
    }

    /**
     * A service with its servers. Immutable.
     *
     * @param service the service
     * @param servers its servers in the order of their addition, so that the last one heads the list that
     *     IPVS shows; unmodifiable
     */
    public record Service(VirtualService service, List<RealServer> servers) {
        /**
         * Takes a copy of the list.
         *
         * @throws DirectorException if two servers have one endpoint
         */
        public Service {
            requireNonNull(service, "service");
            servers = List.copyOf(distinct(service.key(), servers).values());
        }

        /** The key of the service. */
        public ServiceKey key() {
            return service.key();
        }

        /** The server at an endpoint, or null if there is none. Costs time in proportion to the number of servers. */
        public @Nullable RealServer server(Endpoint endpoint) {
            requireNonNull(endpoint, "endpoint");
            for (RealServer server : servers) {
                if (server.endpoint().equals(endpoint)) {
                    return server;
                }
            }
            return null;
        }

        /** As {@link DirectorConfiguration#changesTo}, for one service. */
        List<ConfigurationChange> changesTo(Service target) {
            List<ConfigurationChange> changes = new ArrayList<>();
            List<ConfigurationChange> removals = new ArrayList<>();
            compare(target, changes, removals);
            changes.addAll(removals);
            return changes;
        }

        private void compare(Service target, List<ConfigurationChange> changes, List<ConfigurationChange> removals) {
            if (!service.equals(target.service)) {
                changes.add(new ConfigurationChange.ServiceEdited(service, target.service));
            }
            if (servers.equals(target.servers)) {
                return;
            }
            Map<Endpoint, RealServer> leaving = byEndpoint(servers);
            for (RealServer server : target.servers) {
                RealServer old = leaving.remove(server.endpoint());
                if (old == null) {
                    changes.add(new ConfigurationChange.ServerAdded(key(), server));
                } else if (!old.equals(server)) {
                    changes.add(new ConfigurationChange.ServerEdited(key(), old, server));
                }
            }
            // Newest first: taking the removals back, last one first, gives the list its order again.
            List<RealServer> oldestFirst = new ArrayList<>(leaving.values());
            for (int i = oldestFirst.size() - 1; i >= 0; i--) {
                removals.add(new ConfigurationChange.ServerRemoved(key(), oldestFirst.get(i)));
            }
        }
    }

    /** A builder that starts without services, with the timeouts and settings of IPVS. */
    public static Builder builder() {
        return new Builder();
    }

    /** A builder that starts from this configuration. Costs time in proportion to the number of services. */
    public Builder toBuilder() {
        Builder builder = new Builder();
        builder.timeouts = timeouts;
        builder.sysctls.putAll(sysctls);
        builder.services.putAll(services);
        return builder;
    }

    /** The idle timeouts; none is zero. */
    public TimeoutSettings timeouts() {
        return timeouts;
    }

    /** The values of all settings; unmodifiable. */
    public Map<Sysctl, Integer> sysctls() {
        return sysctls;
    }

    /** All services in the order of their addition; unmodifiable. */
    public Collection<Service> services() {
        return services.values();
    }

    /** One service, or null if there is none of that key. */
    public @Nullable Service service(ServiceKey key) {
        return services.get(requireNonNull(key, "key"));
    }

    /**
     * The smallest list of changes from this configuration to another one. Removals come last, so that a service whose
     * servers are all replaced is never without one. Costs time in proportion to both configurations.
     *
     * @return the changes in the order in which to make them; empty if only the order differs; unmodifiable
     */
    public List<ConfigurationChange> changesTo(DirectorConfiguration wanted) {
        requireNonNull(wanted, "wanted");
        List<ConfigurationChange> changes = new ArrayList<>();
        if (!timeouts.equals(wanted.timeouts)) {
            changes.add(new ConfigurationChange.TimeoutsChanged(timeouts, wanted.timeouts));
        }
        wanted.sysctls.forEach((sysctl, value) -> {
            int before = requireNonNull(sysctls.get(sysctl));
            if (before != value) {
                changes.add(new ConfigurationChange.SysctlChanged(sysctl, before, value));
            }
        });
        List<ConfigurationChange> removals = new ArrayList<>();
        for (Service target : wanted.services.values()) {
            Service running = services.get(target.key());
            if (running == null) {
                changes.add(new ConfigurationChange.ServiceAdded(target.service(), target.servers()));
            } else if (running != target) {
                running.compare(target, changes, removals);
            }
        }
        for (Service running : services.values()) {
            if (!wanted.services.containsKey(running.key())) {
                removals.add(new ConfigurationChange.ServiceRemoved(running.service(), running.servers()));
            }
        }
        changes.addAll(removals);
        return Collections.unmodifiableList(changes);
    }

    private static Map<Endpoint, RealServer> byEndpoint(Collection<RealServer> servers) {
        Map<Endpoint, RealServer> map = new LinkedHashMap<>();
        servers.forEach(server -> map.put(server.endpoint(), server));
        return map;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof DirectorConfiguration that
                && timeouts.equals(that.timeouts)
                && sysctls.equals(that.sysctls)
                && List.copyOf(services.values()).equals(List.copyOf(that.services.values()));
    }

    @Override
    public int hashCode() {
        return Objects.hash(timeouts, sysctls, services);
    }

    /** The number of services and servers, for messages. */
    @Override
    public String toString() {
        int servers = services.values().stream()
                .mapToInt(service -> service.servers().size())
                .sum();
        return services.size()
                + (services.size() == 1 ? " service with " : " services with ")
                + servers
                + (servers == 1 ? " server" : " servers");
    }

    /**
     * Builds a configuration step by step; not thread-safe. Each step depends on those before it, so a step that
     * contradicts them is refused at once and changes nothing: a caller that continues finds every other error as well.
     * The director checks that schedulers and persistence engines exist when the configuration is applied.
     */
    public static final class Builder {
        private final Map<Sysctl, Integer> sysctls = new EnumMap<>(Sysctl.class);
        private final Map<ServiceKey, Service> services = new LinkedHashMap<>();

        // The servers of each service from its first change on: adding a server does not copy the list.
        private final Map<ServiceKey, Map<Endpoint, RealServer>> changed = new LinkedHashMap<>();
        private TimeoutSettings timeouts = TimeoutSettings.DEFAULTS;

        private Builder() {
            for (Sysctl sysctl : Sysctl.values()) {
                sysctls.put(sysctl, sysctl.defaultValue());
            }
        }

        /** Sets the idle timeouts; a zero leaves a timeout unchanged. */
        public Builder timeouts(TimeoutSettings settings) {
            timeouts = requireNonNull(settings, "settings").orElse(timeouts);
            return this;
        }

        /**
         * Sets the value of a setting.
         *
         * @throws IllegalArgumentException if the value is out of range
         */
        public Builder sysctl(Sysctl sysctl, int value) {
            sysctls.put(requireNonNull(sysctl, "sysctl"), sysctl.requireInRange(value));
            return this;
        }

        /** A service as configured so far, or null if there is none of that key. */
        public @Nullable VirtualService service(ServiceKey key) {
            Service service = services.get(requireNonNull(key, "key"));
            return service == null ? null : service.service();
        }

        /** A server as configured so far, or null if there is no such service or server. */
        public @Nullable RealServer server(ServiceKey key, Endpoint endpoint) {
            requireNonNull(endpoint, "endpoint");
            return services.containsKey(requireNonNull(key, "key"))
                    ? servers(key).get(endpoint)
                    : null;
        }

        /**
         * Adds a service.
         *
         * @param servers its servers in the order of their addition
         * @throws DirectorException if there is a service with its key, or two of the servers have the same endpoint
         */
        public Builder addService(VirtualService service, RealServer... servers) {
            ServiceKey key = requireNonNull(service, "service").key();
            Map<Endpoint, RealServer> distinct = distinct(key, Arrays.asList(requireNonNull(servers, "servers")));
            if (services.containsKey(key)) {
                throw new DirectorException(Reason.SERVICE_EXISTS, "service already exists: " + key);
            }
            add(new Service(service, List.copyOf(distinct.values())));
            return this;
        }

        /** Adds a service whose key the builder does not have yet. */
        void add(Service service) {
            services.put(service.key(), service);
        }

        /**
         * Replaces the attributes of a service; its key and its servers stay.
         *
         * @throws DirectorException if there is no such service
         */
        public Builder editService(VirtualService service) {
            Service before = require(requireNonNull(service, "service").key());
            services.put(service.key(), new Service(service, before.servers()));
            return this;
        }

        /**
         * Removes a service and its servers.
         *
         * @throws DirectorException if there is no such service
         */
        public Builder removeService(ServiceKey key) {
            require(requireNonNull(key, "key"));
            services.remove(key);
            changed.remove(key);
            return this;
        }

        /** Removes every service. */
        public Builder clear() {
            services.clear();
            changed.clear();
            return this;
        }

        /**
         * Adds a server to a service.
         *
         * @throws DirectorException if there is no such service, or the server is in it already
         */
        public Builder addServer(ServiceKey key, RealServer server) {
            requireNonNull(server, "server");
            require(requireNonNull(key, "key"));
            if (servers(key).putIfAbsent(server.endpoint(), server) != null) {
                throw new DirectorException(
                        Reason.SERVER_EXISTS, "server already exists: " + server.endpoint() + " in " + key);
            }
            return this;
        }

        /**
         * Replaces the attributes of a server; its endpoint and its position stay.
         *
         * @throws DirectorException if there is no such service or server
         */
        public Builder editServer(ServiceKey key, RealServer server) {
            requireNonNull(server, "server");
            require(requireNonNull(key, "key"));
            if (servers(key).replace(server.endpoint(), server) == null) {
                throw noSuchServer(key, server.endpoint());
            }
            return this;
        }

        /**
         * Removes a server from a service.
         *
         * @throws DirectorException if there is no such service or server
         */
        public Builder removeServer(ServiceKey key, Endpoint endpoint) {
            requireNonNull(endpoint, "endpoint");
            require(requireNonNull(key, "key"));
            if (servers(key).remove(endpoint) == null) {
                throw noSuchServer(key, endpoint);
            }
            return this;
        }

        /**
         * Replaces all servers of a service.
         *
         * @param servers the servers in the order of their addition
         * @throws DirectorException if there is no such service, or two servers have the same endpoint
         */
        public Builder setServers(ServiceKey key, Collection<RealServer> servers) {
            requireNonNull(servers, "servers");
            require(requireNonNull(key, "key"));
            changed.put(key, distinct(key, servers));
            return this;
        }

        private static DirectorException noSuchServer(ServiceKey key, Endpoint endpoint) {
            return new DirectorException(Reason.NO_SUCH_SERVER, "no such server: " + endpoint + " in " + key);
        }

        private Service require(ServiceKey key) {
            Service service = services.get(key);
            if (service == null) {
                throw new DirectorException(Reason.NO_SUCH_SERVICE, "no such service: " + key);
            }
            return service;
        }

        private Map<Endpoint, RealServer> servers(ServiceKey key) {
            return changed.computeIfAbsent(
                    key, unchanged -> byEndpoint(require(unchanged).servers()));
        }

        /** Builds the configuration. Later steps of this builder do not change it. */
        public DirectorConfiguration build() {
            Map<ServiceKey, Service> all = new LinkedHashMap<>(services);
            changed.forEach((key, servers) -> all.computeIfPresent(
                    key, (same, service) -> new Service(service.service(), List.copyOf(servers.values()))));
            return new DirectorConfiguration(timeouts, new EnumMap<>(sysctls), all);
        }
    }

    /** The servers by endpoint, in their order. */
    static Map<Endpoint, RealServer> distinct(ServiceKey key, Collection<RealServer> servers) {
        Map<Endpoint, RealServer> map = new LinkedHashMap<>();
        for (RealServer server : requireNonNull(servers, "servers")) {
            if (map.putIfAbsent(requireNonNull(server, "servers contains null").endpoint(), server) != null) {
                throw new DirectorException(
                        Reason.SERVER_EXISTS, "server is listed twice: " + server.endpoint() + " in " + key);
            }
        }
        return map;
    }
}
