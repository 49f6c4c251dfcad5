package org.lvs4j;

import static java.util.Objects.requireNonNull;

import java.util.List;
import org.lvs4j.net.Endpoint;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.Sysctl;
import org.lvs4j.service.VirtualService;

/**
 * One change of a director's configuration, with what was there before, so that it can be reported and taken back. Immutable.
 * The difference of two configurations is a list of such changes, and listeners are told of each that is made.
 */
public sealed interface ConfigurationChange {
    /** The change that takes this one back. */
    ConfigurationChange inverse();

    /**
     * A service was added.
     *
     * @param service the service
     * @param servers its servers in the order in which they are added; unmodifiable
     */
    record ServiceAdded(VirtualService service, List<RealServer> servers) implements ConfigurationChange {
        /** Takes a copy of the list. */
        public ServiceAdded {
            requireNonNull(service, "service");
            servers = List.copyOf(requireNonNull(servers, "servers"));
        }

        @Override
        public ServiceRemoved inverse() {
            return new ServiceRemoved(service, servers);
        }
    }

    /**
     * Something about a service has changed, but neither its key nor its servers.
     *
     * @param before what it was
     * @param after what it is now, with the same key
     */
    record ServiceEdited(VirtualService before, VirtualService after) implements ConfigurationChange {
        /**
         * Checks that both are the same service.
         *
         * @throws IllegalArgumentException if their keys differ
         */
        public ServiceEdited {
            requireNonNull(before, "before");
            requireNonNull(after, "after");
            requireSame(before.key(), after.key());
        }

        @Override
        public ServiceEdited inverse() {
            return new ServiceEdited(after, before);
        }
    }

    /**
     * A service was removed with its servers.
     *
     * @param service what it was
     * @param servers its servers in the order in which they had been added; unmodifiable
     */
    record ServiceRemoved(VirtualService service, List<RealServer> servers) implements ConfigurationChange {
        /** Takes a copy of the list. */
        public ServiceRemoved {
            requireNonNull(service, "service");
            servers = List.copyOf(requireNonNull(servers, "servers"));
        }

        @Override
        public ServiceAdded inverse() {
            return new ServiceAdded(service, servers);
        }
    }

    /**
     * A server was added to a service.
     *
     * @param service the service's key
     * @param server the server
     */
    record ServerAdded(ServiceKey service, RealServer server) implements ConfigurationChange {
        /** Checks that nothing is missing. */
        public ServerAdded {
            requireNonNull(service, "service");
            requireNonNull(server, "server");
        }

        @Override
        public ServerRemoved inverse() {
            return new ServerRemoved(service, server);
        }
    }

    /**
     * Something about a server has changed, but not its endpoint.
     *
     * @param service the service's key
     * @param before what the server was
     * @param after what it is now, with the same endpoint
     */
    record ServerEdited(ServiceKey service, RealServer before, RealServer after) implements ConfigurationChange {
        /**
         * Checks that both are the same server.
         *
         * @throws IllegalArgumentException if their endpoints differ
         */
        public ServerEdited {
            requireNonNull(service, "service");
            requireNonNull(before, "before");
            requireNonNull(after, "after");
            requireSame(before.endpoint(), after.endpoint());
        }

        @Override
        public ServerEdited inverse() {
            return new ServerEdited(service, after, before);
        }
    }

    /**
     * A server was removed from a service.
     *
     * @param service the service's key
     * @param server what the server was
     */
    record ServerRemoved(ServiceKey service, RealServer server) implements ConfigurationChange {
        /** Checks that nothing is missing. */
        public ServerRemoved {
            requireNonNull(service, "service");
            requireNonNull(server, "server");
        }

        /** The endpoint of the server that was removed. */
        public Endpoint endpoint() {
            return server.endpoint();
        }

        @Override
        public ServerAdded inverse() {
            return new ServerAdded(service, server);
        }
    }

    /**
     * The idle timeouts have changed.
     *
     * @param before what they were
     * @param after what they are now
     */
    record TimeoutsChanged(TimeoutSettings before, TimeoutSettings after) implements ConfigurationChange {
        /** Checks that nothing is missing. */
        public TimeoutsChanged {
            requireNonNull(before, "before");
            requireNonNull(after, "after");
        }

        @Override
        public TimeoutsChanged inverse() {
            return new TimeoutsChanged(after, before);
        }
    }

    /**
     * A setting has changed.
     *
     * @param sysctl which one
     * @param before its value before
     * @param after its value now
     */
    record SysctlChanged(Sysctl sysctl, int before, int after) implements ConfigurationChange {
        /**
         * Checks the new value.
         *
         * @throws IllegalArgumentException if it is out of the setting's range
         */
        public SysctlChanged {
            requireNonNull(sysctl, "sysctl").requireInRange(after);
        }

        @Override
        public SysctlChanged inverse() {
            return new SysctlChanged(sysctl, after, before);
        }
    }

    private static void requireSame(Object before, Object after) {
        if (!before.equals(after)) {
            throw new IllegalArgumentException(after + " is another one than " + before);
        }
    }
}
