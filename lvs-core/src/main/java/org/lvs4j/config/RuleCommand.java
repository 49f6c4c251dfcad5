package org.lvs4j.config;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;
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
     * The command line without the leading word {@code ipvsadm}. For a command that {@link RuleParser} made, reading it
     * again gives an equal command.
     */
    default String print() {
        return RulePrinter.print(this);
    }

    /**
     * Has a director do this.
     *
     * @throws RuleException if the director refuses it, and then has changed nothing; or if this command does not
     *     change a configuration ({@code -L -S -R -h -v}) or needs a synchronisation daemon
     */
    default void applyTo(Director director) throws RuleException {
        PlacedCommand.of(this, "command line", 0).applyTo(requireNonNull(director, "director"));
    }

    /**
     * {@code -A}: adds a service.
     *
     * @param service the service
     */
    record AddService(VirtualService service) implements RuleCommand {}

    /**
     * {@code -E}: changes everything about a service but its servers.
     *
     * @param service the service as it shall be
     */
    record EditService(VirtualService service) implements RuleCommand {}

    /**
     * {@code -D}: removes a service and its servers.
     *
     * @param key which
     */
    record DeleteService(ServiceKey key) implements RuleCommand {}

    /**
     * {@code -a}: adds a server to a service.
     *
     * @param key the service
     * @param server the server
     */
    record AddServer(ServiceKey key, RealServer server) implements RuleCommand {}

    /**
     * {@code -e}: changes everything about a server. What the command does not say becomes the default: weight 1, direct
     * routing, no thresholds.
     *
     * @param key the service
     * @param server the server as it shall be
     */
    record EditServer(ServiceKey key, RealServer server) implements RuleCommand {}

    /**
     * {@code -d}: removes a server from a service.
     *
     * @param key the service
     * @param server which
     */
    record DeleteServer(ServiceKey key, Endpoint server) implements RuleCommand {}

    /** {@code -C}: removes all services. */
    record Clear() implements RuleCommand {}

    /**
     * {@code --set}: changes the idle timeouts.
     *
     * @param settings in seconds; 0 leaves one as it is
     */
    record SetTimeouts(TimeoutSettings settings) implements RuleCommand {}

    /**
     * {@code -S}: prints the configuration as rules.
     *
     * @param numeric whether addresses and ports are wanted as numbers
     */
    record Save(boolean numeric) implements RuleCommand {}

    /** {@code -R}: reads rules from the standard input. */
    record Restore() implements RuleCommand {}

    /**
     * {@code -Z}: zeroes counters.
     *
     * @param key of which service, or null for all of them
     */
    record Zero(@Nullable ServiceKey key) implements RuleCommand {}

    /**
     * {@code -L}: lists services and servers.
     *
     * @param only the one service to list, or null for all of them
     * @param columns what to tell about them
     * @param sorted whether to sort them, rather than show the scheduling order
     * @param exact whether large figures are wanted to the last digit
     * @param numeric whether addresses and ports are wanted as numbers
     */
    record ListServices(@Nullable ServiceKey only, Columns columns, boolean sorted, boolean exact, boolean numeric)
            implements RuleCommand {
        /** What {@code ipvsadm} without an argument lists. */
        public static final ListServices DEFAULT = new ListServices(null, Columns.WEIGHTS, true, false, false);
    }

    /**
     * {@code -L -c}: lists connections.
     *
     * @param engineData whether to tell by which engine and data templates are found ({@code --persistent-conn})
     * @param numeric whether addresses and ports are wanted as numbers
     */
    record ListConnections(boolean engineData, boolean numeric) implements RuleCommand {}

    /** {@code -L --timeout}: lists the idle timeouts. */
    record ListTimeouts() implements RuleCommand {}

    /** {@code -L --daemon}: lists the synchronisation daemons. */
    record ListDaemons() implements RuleCommand {}

    /**
     * {@code --start-daemon}: starts a synchronisation daemon.
     *
     * @param role which one
     * @param networkInterface of its multicasts, or null for the default
     * @param syncId 0..255
     * @param maxLength of a message in bytes, or 0 for the default
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
            implements RuleCommand {}

    /**
     * {@code --stop-daemon}: stops a synchronisation daemon.
     *
     * @param role which one
     */
    record StopDaemon(DaemonRole role) implements RuleCommand {}

    /** {@code -h}: explains the command line. */
    record Help() implements RuleCommand {}

    /** {@code -v}: tells the version. */
    record Version() implements RuleCommand {}

    /** What a listing of services tells. */
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
        /** How tunnels encapsulate ({@code --tun-info}). */
        TUNNELS
    }

    /** The two synchronisation daemons. */
    enum DaemonRole {
        /** Tells others about its connections. */
        MASTER,
        /** Listens to a master. */
        BACKUP
    }
}
