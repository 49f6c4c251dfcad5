package org.lvs4j.config;

import static java.util.Objects.requireNonNull;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.lvs4j.ConfigurationChange;
import org.lvs4j.Director;
import org.lvs4j.TimeoutSettings;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.IpAddress;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

/** One command of {@code ipvsadm} with all its options. Immutable. */
public sealed interface RuleCommand {

    /**
     * The command line without the leading word {@code ipvsadm}, with ports as numbers. Parsing the text of a parsed
     * command gives an equal command again.
     */
    default String print() {
        return new RulePrinter(ServiceNames.NUMERIC).print(this);
    }

    /** The key of the service that this command names, or null if it names none. */
    default @Nullable ServiceKey key() {
        return null;
    }

    /**
     * Executes this command. A service or a server that it edits keeps every attribute that rules cannot express. The
     * cost depends on the command, not on the size of the configuration.
     *
     * @return the changes that were made, in order; empty for {@code -Z}; unmodifiable
     * @throws RuleException if the director refuses the command, which then has changed nothing; or if this command
     *     does not change a configuration ({@code -L -S -R -h -v}) or needs a synchronisation daemon
     */
    default List<ConfigurationChange> applyTo(Director director) throws RuleException {
        return PlacedCommand.of(this, "command line", 0).applyTo(requireNonNull(director, "director"));
    }

    /**
     * {@code -A}: adds a service.
     *
     * @param service the service
     */
    record AddService(VirtualService service) implements RuleCommand {
        /** Checks that nothing is null. */
        public AddService {
            requireNonNull(service, "service");
        }

        @Override
        public ServiceKey key() {
            return service.key();
        }
    }

    /**
     * {@code -E}: replaces the attributes of a service, but not its servers. Attributes that the command line leaves
     * out get their defaults.
     *
     * @param service the service after the change
     */
    record EditService(VirtualService service) implements RuleCommand {
        /** Checks that nothing is null. */
        public EditService {
            requireNonNull(service, "service");
        }

        @Override
        public ServiceKey key() {
            return service.key();
        }
    }

    /**
     * {@code -D}: removes a service and its servers.
     *
     * @param key the service
     */
    record DeleteService(ServiceKey key) implements RuleCommand {
        /** Checks that nothing is null. */
        public DeleteService {
            requireNonNull(key, "key");
        }
    }

    /**
     * {@code -a}: adds a server to a service.
     *
     * @param key the service
     * @param server the server
     */
    record AddServer(ServiceKey key, RealServer server) implements RuleCommand {
        /** Checks that nothing is null. */
        public AddServer {
            requireNonNull(key, "key");
            requireNonNull(server, "server");
        }
    }

    /**
     * {@code -e}: replaces the attributes of a server. Attributes that the command line leaves out get their defaults:
     * weight 1, direct routing, no thresholds.
     *
     * @param key the service
     * @param server the server after the change
     */
    record EditServer(ServiceKey key, RealServer server) implements RuleCommand {
        /** Checks that nothing is null. */
        public EditServer {
            requireNonNull(key, "key");
            requireNonNull(server, "server");
        }
    }

    /**
     * {@code -d}: removes a server from a service.
     *
     * @param key the service
     * @param server the endpoint of the server
     */
    record DeleteServer(ServiceKey key, Endpoint server) implements RuleCommand {
        /** Checks that nothing is null. */
        public DeleteServer {
            requireNonNull(key, "key");
            requireNonNull(server, "server");
        }
    }

    /** {@code -C}: removes all services. */
    record Clear() implements RuleCommand {}

    /**
     * {@code --set}: changes the idle timeouts.
     *
     * @param settings in seconds; 0 leaves a timeout unchanged
     */
    record SetTimeouts(TimeoutSettings settings) implements RuleCommand {
        /** Checks that nothing is null. */
        public SetTimeouts {
            requireNonNull(settings, "settings");
        }
    }

    /**
     * {@code -S}: prints the configuration as rules.
     *
     * @param numeric whether to print ports as numbers only; addresses are always numbers
     */
    record Save(boolean numeric) implements RuleCommand {}

    /** {@code -R}: executes rules from standard input. */
    record Restore() implements RuleCommand {}

    /**
     * {@code -Z}: resets counters.
     *
     * @param key the service, or null for all services
     */
    record Zero(@Nullable ServiceKey key) implements RuleCommand {}

    /**
     * {@code -L}: lists services and servers.
     *
     * @param only the one service to list, or null for all services
     * @param columns the columns to print
     * @param sorted whether to sort by address; otherwise in the order of the table
     * @param exact whether to print large figures to the last digit
     * @param numeric whether to print ports as numbers only; addresses are always numbers
     */
    record ListServices(@Nullable ServiceKey only, Columns columns, boolean sorted, boolean exact, boolean numeric)
            implements RuleCommand {
        /** The listing of {@code ipvsadm} without arguments. */
        public static final ListServices DEFAULT = new ListServices(null, Columns.WEIGHTS, true, false, false);

        /** Checks that nothing is null. */
        public ListServices {
            requireNonNull(columns, "columns");
        }
    }

    /**
     * {@code -L -c}: lists connections.
     *
     * @param engineData whether to print the persistence engine and its data for each template
     *     ({@code --persistent-conn})
     * @param numeric whether to print ports as numbers only; addresses are always numbers
     */
    record ListConnections(boolean engineData, boolean numeric) implements RuleCommand {}

    /** {@code -L --timeout}: lists the idle timeouts. */
    record ListTimeouts() implements RuleCommand {}

    /** {@code -L --daemon}: lists the synchronisation daemons. */
    record ListDaemons() implements RuleCommand {}

    /**
     * {@code --start-daemon}: starts a synchronisation daemon.
     *
     * @param role the daemon
     * @param networkInterface the interface of its multicasts, or null for the default
     * @param syncId 0..255
     * @param maxLength the longest message in bytes, or 0 for the default
     * @param group its multicast group, or null for the default
     * @param port its UDP port, or 0 for the default
     * @param ttl the time to live of its multicasts, or 0 for the default
     */
    record StartDaemon(
            DaemonRole role,
            @Nullable String networkInterface,
            int syncId,
            int maxLength,
            @Nullable IpAddress group,
            int port,
            int ttl)
            implements RuleCommand {
        /** Checks that nothing is null. */
        public StartDaemon {
            requireNonNull(role, "role");
        }
    }

    /**
     * {@code --stop-daemon}: stops a synchronisation daemon.
     *
     * @param role the daemon
     */
    record StopDaemon(DaemonRole role) implements RuleCommand {
        /** Checks that nothing is null. */
        public StopDaemon {
            requireNonNull(role, "role");
        }
    }

    /** {@code -h}: prints the usage. */
    record Help() implements RuleCommand {}

    /** {@code -v}: prints the version. */
    record Version() implements RuleCommand {}

    /** The columns of a listing of services. */
    enum Columns {
        /** Forwarding method, weight and connections. */
        WEIGHTS,
        /** Counters ({@code --stats}). */
        STATS,
        /** Averages ({@code --rate}). */
        RATE,
        /** Thresholds ({@code --thresholds}). */
        THRESHOLDS,
        /** Persistence templates ({@code --persistent-conn}). */
        PERSISTENT,
        /** Encapsulation of tunnels ({@code --tun-info}). */
        TUNNELS
    }

    /** The two synchronisation daemons. */
    enum DaemonRole {
        /** Sends the connections of this director. */
        MASTER,
        /** Receives the connections of a master. */
        BACKUP
    }
}
