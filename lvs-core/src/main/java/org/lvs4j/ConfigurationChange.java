package org.lvs4j;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.lvs4j.net.Endpoint;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.Sysctl;
import org.lvs4j.service.VirtualService;

/**
 * One change of a director's configuration, with the state before it, so that it can be reported and
 * taken back. Immutable.
 *
 * <p>{@link DirectorConfiguration#changesTo} computes such changes, {@link Director#apply(List)} makes them, and a
 * {@link ConfigurationListener} sees those that have been made.
 */
public sealed interface ConfigurationChange {
    /**
     * The change that takes this one back. A removed server comes back at the head of its list, a removed service at
     * the end of the table: there is no other place to add one.
     */
    ConfigurationChange inverse();

    /**
     * The changes that take a list of changes back: the inverse of each, last change first.
     *
     * @param changes changes in the order in which they were made
     * @return unmodifiable
     */
    static List<ConfigurationChange> inverseOf(List<? extends ConfigurationChange> changes) {
        List<ConfigurationChange> inverses =
                new ArrayList<>(requireNonNull(changes, "changes").size());
        for (ConfigurationChange change : Lists.copyOf(changes, "changes")) {
            inverses.add(change.inverse());
        }
        Collections.reverse(inverses);
        return Collections.unmodifiableList(inverses);
    }

    /**
     * Adds a service with its servers.
     *
     * @param service the service
     * @param servers its servers in the order in which they are added, so that the last one heads
     *     the list; unmodifiable
     */
    record ServiceAdded(VirtualService service, List<RealServer> servers) implements ConfigurationChange {
        /** Takes a copy of the list. */
        public ServiceAdded {
            requireNonNull(service, "service");
            servers = Lists.copyOf(servers, "servers");
        }

        @Override
        public ServiceRemoved inverse() {
            return new ServiceRemoved(service, servers);
        }
    }

    /**
     * Changes attributes of a service. Its key and its servers stay.
     *
     * @param before the service before the change
     * @param after the service after the change, with the same key; may be equal to {@code before}
     */
    record ServiceEdited(VirtualService before, VirtualService after) implements ConfigurationChange {
        /**
         * Checks the keys.
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
     * Removes a service with its servers.
     *
     * @param service the service before the change
     * @param servers its servers in the order in which they had been added; unmodifiable
     */
    record ServiceRemoved(VirtualService service, List<RealServer> servers) implements ConfigurationChange {
        /** Takes a copy of the list. */
        public ServiceRemoved {
            requireNonNull(service, "service");
            servers = Lists.copyOf(servers, "servers");
        }

        /** The key of the removed service. */
        public ServiceKey key() {
            return service.key();
        }

        @Override
        public ServiceAdded inverse() {
            return new ServiceAdded(service, servers);
        }
    }

    /**
     * Adds a server to a service.
     *
     * @param service the service's key
     * @param server the server
     */
    record ServerAdded(ServiceKey service, RealServer server) implements ConfigurationChange {
        /** Checks that nothing is null. */
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
     * Changes attributes of a server. Its endpoint stays.
     *
     * @param service the service's key
     * @param before the server before the change
     * @param after the server after the change, with the same endpoint; may be equal to {@code before}
     */
    record ServerEdited(ServiceKey service, RealServer before, RealServer after) implements ConfigurationChange {
        /**
         * Checks the endpoints.
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
     * Removes a server from a service.
     *
     * @param service the service's key
     * @param server the server before the change
     */
    record ServerRemoved(ServiceKey service, RealServer server) implements ConfigurationChange {
        /** Checks that nothing is null. */
        public ServerRemoved {
            requireNonNull(service, "service");
            requireNonNull(server, "server");
        }

        /** The endpoint of the removed server. */
        public Endpoint endpoint() {
            return server.endpoint();
        }

        @Override
        public ServerAdded inverse() {
            return new ServerAdded(service, server);
        }
    }

    /**
     * Changes the idle timeouts.
     *
     * @param before the timeouts before the change
     * @param after the timeouts after the change; a zero leaves a timeout unchanged
     */
    record TimeoutsChanged(TimeoutSettings before, TimeoutSettings after) implements ConfigurationChange {
        /** Checks that nothing is null. */
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
     * Changes a setting.
     *
     * @param sysctl the setting
     * @param before its value before the change
     * @param after its value after the change
     */
    record SysctlChanged(Sysctl sysctl, int before, int after) implements ConfigurationChange {
        /**
         * Checks the values.
         *
         * @throws IllegalArgumentException if one is out of the setting's range
         */
        public SysctlChanged {
            requireNonNull(sysctl, "sysctl").requireInRange(before);
            sysctl.requireInRange(after);
        }

        @Override
        public SysctlChanged inverse() {
            return new SysctlChanged(sysctl, after, before);
        }
    }

    private static void requireSame(Object before, Object after) {
        if (!before.equals(after)) {
            throw new IllegalArgumentException("before and after differ in what names them: " + before + ", " + after);
        }
    }
}
