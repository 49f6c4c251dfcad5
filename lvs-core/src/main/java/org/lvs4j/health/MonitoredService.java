package org.lvs4j.health;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.lvs4j.net.Endpoint;
import org.lvs4j.service.Forwarding;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

/**
 * One or more virtual services with the same real servers, which are checked once for all of them. Immutable. It is a
 * {@code virtual_server} block of keepalived, which has several services if it names a group.
 */
public final class MonitoredService {
    private final @Nullable String group;
    private final List<VirtualService> services;
    private final List<MonitoredServer> servers;
    private final Quorum quorum;
    private final @Nullable SorryServer sorryServer;
    private final boolean alpha;
    private final boolean omega;
    private final boolean haSuspend;
    private final @Nullable PassiveCheck passiveCheck;
    private final @Nullable ReleaseOnFailure releaseOnFailure;

    private MonitoredService(Builder builder) {
        group = builder.group;
        services = List.copyOf(builder.services);
        servers = List.copyOf(builder.servers);
        quorum = builder.quorum;
        sorryServer = builder.sorryServer;
        alpha = builder.alpha;
        omega = builder.omega;
        haSuspend = builder.haSuspend;
        passiveCheck = builder.passiveCheck;
        releaseOnFailure = builder.releaseOnFailure;
    }

    /** A builder for a virtual service. */
    public static Builder builder(VirtualService service) {
        return new Builder(null, List.of(requireNonNull(service, "service")));
    }

    /**
     * A builder for the services of a group.
     *
     * @param group its name
     * @param services its services, at least one
     */
    public static Builder builder(String group, List<VirtualService> services) {
        return new Builder(requireNonNull(group, "group"), List.copyOf(requireNonNull(services, "services")));
    }

    /** The name of the group that lists its addresses; null for a service of its own. */
    public @Nullable String group() {
        return group;
    }

    /** Its virtual services; at least one, unmodifiable. */
    public List<VirtualService> services() {
        return services;
    }

    /** Its servers in their configured order; unmodifiable. */
    public List<MonitoredServer> servers() {
        return servers;
    }

    /** The weight that must be up. */
    public Quorum quorum() {
        return quorum;
    }

    /** The server for the time without quorum; null for none. */
    public @Nullable SorryServer sorryServer() {
        return sorryServer;
    }

    /** Whether servers with checks are down until they have passed ({@code alpha}). */
    public boolean alpha() {
        return alpha;
    }

    /** Whether the programs for servers and quorum that go down are run when the monitor stops ({@code omega}). */
    public boolean omega() {
        return omega;
    }

    /** Whether its servers are probed only while this host has its addresses ({@code ha_suspend}). */
    public boolean haSuspend() {
        return haSuspend;
    }

    /** Ours: how failed connections of clients take servers out of service; null if they do not. */
    public @Nullable PassiveCheck passiveCheck() {
        return passiveCheck;
    }

    /** Ours: what releases the clients of a server that fails; null if nothing does. */
    public @Nullable ReleaseOnFailure releaseOnFailure() {
        return releaseOnFailure;
    }

    /**
     * A server as it is configured for one of the services: only masquerading can change the port, so that every other
     * method takes the port of the service, and port 0 for a firewall mark. Those
     * of a named service are as they are.
     */
    public static RealServer serverOf(ServiceKey service, RealServer server) {
        requireNonNull(server, "server");
        if (requireNonNull(service, "service") instanceof ServiceKey.Named) {
            return server;
        }
        int servicePort = portOf(service);
        boolean keepsPort = server.forwarding().method() == Forwarding.Method.MASQUERADE
                && server.endpoint().port() != 0;
        if (keepsPort || server.endpoint().port() == servicePort) {
            return server;
        }
        return new RealServer(
                server.endpoint().withPort(servicePort),
                server.weight(),
                server.forwarding(),
                server.upperThreshold(),
                server.lowerThreshold());
    }

    private static int portOf(ServiceKey service) {
        return service instanceof ServiceKey.Address address
                ? address.endpoint().port()
                : 0;
    }

    /** A builder with the values of this service. */
    public Builder toBuilder() {
        Builder builder = new Builder(group, services);
        builder.servers.addAll(servers);
        builder.quorum = quorum;
        builder.sorryServer = sorryServer;
        builder.alpha = alpha;
        builder.omega = omega;
        builder.haSuspend = haSuspend;
        builder.passiveCheck = passiveCheck;
        builder.releaseOnFailure = releaseOnFailure;
        return builder;
    }

    /** The name of the group or the key of the service, for messages. */
    @Override
    public String toString() {
        return group == null ? services.get(0).key().toString() : "group " + group;
    }

    /** Builds a monitored service. Not thread-safe. */
    public static final class Builder {
        private final @Nullable String group;
        private final List<VirtualService> services;
        private final List<MonitoredServer> servers = new ArrayList<>();
        private Quorum quorum = Quorum.DEFAULT;
        private @Nullable SorryServer sorryServer;
        private boolean alpha;
        private boolean omega;
        private boolean haSuspend;
        private @Nullable PassiveCheck passiveCheck;
        private @Nullable ReleaseOnFailure releaseOnFailure;

        private Builder(@Nullable String group, List<VirtualService> services) {
            this.group = group;
            this.services = services;
        }

        /** Adds a server after those that were added before. */
        public Builder server(MonitoredServer server) {
            servers.add(requireNonNull(server, "server"));
            return this;
        }

        /** The weight that must be up. {@link Quorum#DEFAULT} by default. */
        public Builder quorum(Quorum quorum) {
            this.quorum = requireNonNull(quorum, "quorum");
            return this;
        }

        /** The server for the time without quorum. None by default. */
        public Builder sorryServer(@Nullable SorryServer sorryServer) {
            this.sorryServer = sorryServer;
            return this;
        }

        /** Whether servers with checks are down until they have passed. False by default. */
        public Builder alpha(boolean alpha) {
            this.alpha = alpha;
            return this;
        }

        /** Whether the programs for servers and quorum that go down are run at the stop. False by default. */
        public Builder omega(boolean omega) {
            this.omega = omega;
            return this;
        }

        /** Whether its servers are probed only while this host has its addresses. False by default. */
        public Builder haSuspend(boolean haSuspend) {
            this.haSuspend = haSuspend;
            return this;
        }

        /** Ours: how failed connections of clients take servers out of service. Null, the default, if they do not. */
        public Builder passiveCheck(@Nullable PassiveCheck passiveCheck) {
            this.passiveCheck = passiveCheck;
            return this;
        }

        /** Ours: releases the clients of a server that fails. Null, the default, if nothing does. */
        public Builder releaseOnFailure(@Nullable ReleaseOnFailure releaseOnFailure) {
            this.releaseOnFailure = releaseOnFailure;
            return this;
        }

        /**
         * Builds the service.
         *
         * @throws IllegalArgumentException if there is no virtual service, or two servers are the same server of a
         *     service, see {@link #serverOf}
         */
        public MonitoredService build() {
            if (services.isEmpty()) {
                throw new IllegalArgumentException("group " + group + " has no virtual service");
            }
            // The servers of two services are the same if their ports are.
            Set<Object> compared = new HashSet<>();
            for (VirtualService service : services) {
                Object like =
                        service.key() instanceof ServiceKey.Named ? ServiceKey.Named.class : portOf(service.key());
                if (!compared.add(like)) {
                    continue;
                }
                Set<Endpoint> endpoints = new HashSet<>();
                for (MonitoredServer each : servers) {
                    Endpoint endpoint = serverOf(service.key(), each.server()).endpoint();
                    if (!endpoints.add(endpoint)) {
                        throw new IllegalArgumentException(
                                service.key() + ": the server " + endpoint + " is given twice");
                    }
                }
            }
            return new MonitoredService(this);
        }
    }
}
