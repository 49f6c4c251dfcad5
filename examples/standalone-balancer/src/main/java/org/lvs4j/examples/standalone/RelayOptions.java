package org.lvs4j.examples.standalone;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.lvs4j.Director;
import org.lvs4j.config.RuleCommand;
import org.lvs4j.config.RuleException;
import org.lvs4j.config.Rules;
import org.lvs4j.netty.Relay;
import org.lvs4j.netty.Transport;
import org.lvs4j.service.ServiceKey;
import picocli.CommandLine.Option;

/** The options of {@code lvsd run} about sockets. The relay has the defaults of options that are missing. */
final class RelayOptions {
    @Option(
            names = "--transport",
            paramLabel = "NAME",
            description =
                    "The I/O interface: auto, epoll, kqueue, io_uring or nio (default: auto, the first available of"
                            + " epoll, kqueue and nio).")
    private Transport transport = Transport.AUTO;

    @Option(names = "--acceptors", paramLabel = "N", description = "Listening sockets for each address (default: 1).")
    private @Nullable Integer acceptors;

    @Option(
            names = "--threads",
            paramLabel = "N",
            description = "Threads that relay (default: one for each processor), or forward packets (default: 1).")
    private @Nullable Integer threads;

    @Option(
            names = "--connect-timeout",
            paramLabel = "TIME",
            description = "How long a server may take to accept a connection (default: 5s).")
    private @Nullable Duration connectTimeout;

    @Option(
            names = "--retries",
            paramLabel = "N",
            description = "Other servers to try when one does not accept (default: 2).")
    private @Nullable Integer retries;

    @Option(
            names = "--idle-timeout",
            paramLabel = "TIME",
            description =
                    "How long a TCP connection may be idle; 0s for no limit (default: that of lvsadm --set, initially"
                            + " 15m).")
    private @Nullable Duration idleTimeout;

    @Option(
            names = "--max-connections",
            paramLabel = "N",
            description = "The most TCP connections at a time; further ones are reset (default: 100000).")
    private @Nullable Integer maxConnections;

    @Option(
            names = "--udp-flows",
            paramLabel = "N",
            description =
                    "The most UDP flows at a time, one for each client address and port; datagrams that need another"
                            + " one are dropped (default: 16384; fewer on io_uring with a heap below 9 GB).")
    private @Nullable Integer udpFlows;

    @Option(
            names = "--listen",
            paramLabel = "PROTO:ADDRESS:PORT[@MARK]",
            description = "An additional address to listen on, for services at port 0 or of a firewall mark. May be"
                    + " repeated.")
    private List<ListenAddress> listen = new ArrayList<>();

    /**
     * Refuses services that no client can reach: those at port 0 or of a firewall mark without an address to listen on.
     *
     * @throws RulesInvalidException with an error for each of them
     */
    void requireReachable(Rules rules) throws RulesInvalidException {
        List<RuleException> errors = new ArrayList<>();
        List<RuleCommand> commands = rules.commands();
        for (int i = 0; i < commands.size() && errors.size() < Rules.MAX_ERRORS; i++) {
            String problem = unreachable(commands.get(i));
            if (problem != null) {
                errors.add(rules.error(i, problem, "an address to listen on for each such service"));
            }
        }
        RulesInvalidException.throwIfAny(errors);
    }

    /** The reason why no client can reach a service that a command adds, or null if clients can. */
    @Nullable
    String unreachable(RuleCommand command) {
        if (!(command instanceof RuleCommand.AddService add)) {
            return null;
        }
        ServiceKey key = add.service().key();
        if (key instanceof ServiceKey.Mark mark) {
            boolean found = listen.stream()
                    .anyMatch(at ->
                            at.mark() == mark.mark() && at.endpoint().address().family() == mark.family());
            return found
                    ? null
                    : key + " has no address: start lvsd with --listen tcp:ADDRESS:PORT@"
                            + Integer.toUnsignedString(mark.mark());
        }
        ServiceKey.Address address = (ServiceKey.Address) key;
        boolean found = address.endpoint().port() != 0
                || listen.stream()
                        .anyMatch(at -> at.protocol() == address.protocol()
                                && at.endpoint()
                                        .address()
                                        .equals(address.endpoint().address()));
        return found
                ? null
                : key + " is for every port: start lvsd with --listen "
                        + address.protocol().toString().toLowerCase(Locale.ROOT) + ":ADDRESS:PORT for each of them";
    }

    /**
     * Refuses services of a firewall mark that no packet gets.
     *
     * @throws RulesInvalidException with an error for each of them
     */
    void requireMarked(Rules rules) throws RulesInvalidException {
        List<RuleException> errors = new ArrayList<>();
        List<RuleCommand> commands = rules.commands();
        for (int i = 0; i < commands.size() && errors.size() < Rules.MAX_ERRORS; i++) {
            String problem = unmarked(commands.get(i));
            if (problem != null) {
                errors.add(rules.error(i, problem, "an address whose packets get the mark"));
            }
        }
        RulesInvalidException.throwIfAny(errors);
    }

    /** The reason why no packet can reach a service that a command adds, or null if packets can. */
    @Nullable
    String unmarked(RuleCommand command) {
        return command instanceof RuleCommand.AddService add && add.service().key() instanceof ServiceKey.Mark
                ? unreachable(command)
                : null;
    }

    /**
     * Refuses options that have no meaning for the packet plane.
     *
     * @throws IllegalArgumentException naming them
     */
    void requireNoneWithTun() {
        boolean relayed = transport != Transport.AUTO
                || acceptors != null
                || connectTimeout != null
                || retries != null
                || idleTimeout != null
                || maxConnections != null
                || udpFlows != null;
        if (relayed) {
            throw new IllegalArgumentException(
                    "--transport, --acceptors, --connect-timeout, --retries, --idle-timeout, --max-connections and"
                            + " --udp-flows are options of the relay: omit them with --tun");
        }
        for (ListenAddress address : listen) {
            if (address.mark() == 0) {
                throw new IllegalArgumentException(
                        "--listen " + address + ": with --tun, --listen sets the firewall mark of packets; add @MARK");
            }
        }
    }

    @Nullable
    Integer threads() {
        return threads;
    }

    List<ListenAddress> listen() {
        return listen;
    }

    Relay start(Director director) {
        Relay.Builder builder = Relay.builder(director).transport(transport);
        if (acceptors != null) {
            builder.acceptors(acceptors);
        }
        if (threads != null) {
            builder.threads(threads);
        }
        if (connectTimeout != null) {
            builder.connectTimeout(connectTimeout);
        }
        if (retries != null) {
            builder.retries(retries);
        }
        if (idleTimeout != null) {
            builder.idleTimeout(idleTimeout);
        }
        if (maxConnections != null) {
            builder.maxConnections(maxConnections);
        }
        if (udpFlows != null) {
            builder.udpFlows(udpFlows);
        }
        for (ListenAddress address : listen) {
            builder.listen(address.protocol(), address.endpoint(), address.mark());
        }
        return builder.start();
    }
}
