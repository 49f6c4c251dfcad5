package org.lvs4j.examples.standalone;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.lvs4j.Director;
import org.lvs4j.ServiceSnapshot;
import org.lvs4j.config.RuleCommand;
import org.lvs4j.config.RuleException;
import org.lvs4j.config.Rules;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.IpAddress;
import org.lvs4j.net.Protocol;
import org.lvs4j.netty.ConnectionRecord;
import org.lvs4j.netty.Relay;
import org.lvs4j.netty.Transport;
import org.lvs4j.service.Persistence;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;
import picocli.CommandLine.Option;

/** The options of {@code lvsd run} about sockets. The relay has the defaults of options that are missing. */
final class RelayOptions {
    /** The longest time that the relay waits for a server to accept, or for a client's first bytes. */
    private static final Duration LONGEST_CONNECT = Duration.ofHours(1);

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
            names = "--identify-timeout",
            paramLabel = "TIME",
            description =
                    "How long a TCP client of a service with a persistence engine may take to send what the engine"
                            + " needs (default: 5s).")
    private @Nullable Duration identifyTimeout;

    @Option(
            names = "--drain-idle",
            paramLabel = "TIME",
            description =
                    "How long nothing may move on a TCP connection without an unanswered request before it counts as"
                            + " idle, and is closed early, while its server or lvsd is drained; 0s for never (default: 1s).")
    private @Nullable Duration drainIdle;

    @Option(
            names = "--retry-unanswered",
            paramLabel = "BYTES",
            description =
                    "If a server ends a TCP connection before its first byte, ask another one with what the client"
                            + " has sent, up to so many bytes; only for services whose requests may be repeated (default: 0,"
                            + " do not).")
    private @Nullable Integer retryUnanswered;

    @Option(
            names = "--max-connections",
            paramLabel = "N",
            description =
                    "The most TCP connections at a time; further ones are reset (default: by the size of the heap,"
                            + " up to 100000).")
    private @Nullable Integer maxConnections;

    @Option(
            names = "--udp-flows",
            paramLabel = "N",
            description =
                    "The most UDP flows at a time, one for each client address and port; datagrams that need another"
                            + " one are dropped (default: by the size of the heap, up to 16384).")
    private @Nullable Integer udpFlows;

    @Option(
            names = "--listen",
            paramLabel = "PROTO:ADDRESS:PORT[@MARK]",
            description = "An additional address to listen on, for services at port 0 or of a firewall mark. May be"
                    + " repeated.")
    private List<ListenAddress> listen = new ArrayList<>();

    private final List<Integer> adopted = new ArrayList<>();
    private @Nullable Consumer<? super ConnectionRecord> connectionLog;

    /**
     * Refuses rules that a plane with these options cannot serve.
     *
     * @param tun whether the plane forwards packets
     * @throws RulesInvalidException with every error
     */
    void requireServed(Rules rules, boolean tun) throws RulesInvalidException {
        List<RuleException> errors = new ArrayList<>();
        List<RuleCommand> commands = rules.commands();
        for (int i = 0; i < commands.size() && errors.size() < Rules.MAX_ERRORS; i++) {
            Unserved problem = unserved(commands.get(i), tun);
            if (problem != null) {
                errors.add(rules.error(i, problem.problem(), problem.expected()));
            }
        }
        RulesInvalidException.throwIfAny(errors);
    }

    /**
     * The reason why a plane with these options cannot execute a command, or null if it can.
     *
     * @param tun whether the plane forwards packets
     */
    @Nullable
    Unserved unserved(RuleCommand command, boolean tun) {
        VirtualService added = command instanceof RuleCommand.AddService add ? add.service() : null;
        if (tun) {
            return added == null ? null : unmarked(added);
        }
        String problem = RulesFile.notRelayable(command);
        if (problem != null) {
            return new Unserved(problem, "-m with TCP or UDP");
        }
        return added == null ? null : unreachable(added.key());
    }

    /**
     * The reason why a plane with these options cannot serve a service, or null if it can.
     *
     * @param tun whether the plane forwards packets
     */
    @Nullable
    Unserved unserved(VirtualService service, boolean tun) {
        if (tun) {
            return unmarked(service);
        }
        String problem = RulesFile.notRelayable(service.key());
        return problem == null ? unreachable(service.key()) : new Unserved(problem, "TCP or UDP, or lvsd run --tun");
    }

    /** The reason why no client can reach a service, or null if clients can. */
    private @Nullable Unserved unreachable(ServiceKey key) {
        if (key instanceof ServiceKey.Mark mark) {
            boolean found = listen.stream()
                    .anyMatch(at ->
                            at.mark() == mark.mark() && at.endpoint().address().family() == mark.family());
            return found
                    ? null
                    : new Unserved(
                            "no address to listen at for " + key,
                            "--listen tcp:ADDRESS:PORT@" + Integer.toUnsignedString(mark.mark())
                                    + " among the options of lvsd");
        }
        ServiceKey.Address address = (ServiceKey.Address) key;
        boolean found = address.endpoint().port() != 0 || listen.stream().anyMatch(at -> serves(at, address));
        return found
                ? null
                : new Unserved(
                        key + " is for every port, of which lvsd listens at none",
                        "--listen " + address.protocol().toString().toLowerCase(Locale.ROOT)
                                + ":ADDRESS:PORT for each of them among the options of lvsd");
    }

    /** Whether an address to listen on is one of those that a service at port 0 stands for. */
    private static boolean serves(ListenAddress at, ServiceKey.Address service) {
        IpAddress address = at.endpoint().address();
        return at.protocol() == service.protocol()
                && address.family() == service.family()
                && (address.isUnspecified() || address.equals(service.endpoint().address()));
    }

    /**
     * The addresses that the relay would listen at for a command, as far as this host does not have them now. They are
     * no errors of the rules, but without them the relay does not start.
     */
    List<String> missingAddresses(Rules rules) {
        Set<IpAddress> known = new HashSet<>();
        List<String> missing = new ArrayList<>();
        for (ListenAddress at : listen) {
            IpAddress address = at.endpoint().address();
            if (known.add(address) && HostAddresses.lacks(address)) {
                missing.add("--listen " + at + ": " + address + " is not an address of this host");
            }
        }
        List<RuleCommand> commands = rules.commands();
        for (int i = 0; i < commands.size() && missing.size() < Rules.MAX_ERRORS; i++) {
            if (commands.get(i) instanceof RuleCommand.AddService add
                    && add.service().key() instanceof ServiceKey.Address service
                    && service.endpoint().port() != 0
                    && known.add(service.endpoint().address())
                    && HostAddresses.lacks(service.endpoint().address())) {
                missing.add(rules.error(
                                i,
                                service.endpoint().address() + " is not an address of this host",
                                "an address of one of its interfaces, before run")
                        .getMessage());
            }
        }
        return missing;
    }

    /** The reason why no packet can reach a service, or null if packets can. */
    private @Nullable Unserved unmarked(VirtualService service) {
        Persistence persistence = service.persistence();
        if (persistence != null
                && persistence.engine() != null
                && service.key() instanceof ServiceKey.Address address
                && address.protocol() == Protocol.TCP) {
            return new Unserved(
                    "the packet plane chooses a server by the first packet, which has no data for --pe over TCP",
                    "lvsd without --tun");
        }
        return service.key() instanceof ServiceKey.Mark ? unreachable(service.key()) : null;
    }

    /**
     * Refuses options that the relay does not take: values out of range, and addresses to listen on that exclude each
     * other.
     *
     * @throws IllegalArgumentException naming the option
     */
    void requireRelayable() {
        NumberRange.require("--threads", threads);
        NumberRange.require("--acceptors", acceptors);
        NumberRange.require("--retries", retries);
        NumberRange.require("--max-connections", maxConnections);
        NumberRange.require("--udp-flows", udpFlows);
        require("--connect-timeout", connectTimeout);
        require("--identify-timeout", identifyTimeout);
        if (drainIdle != null && !drainIdle.isZero()) {
            require("--drain-idle", drainIdle);
        }
        NumberRange.require("--retry-unanswered", retryUnanswered);
        Map<Map.Entry<Protocol, Endpoint>, ListenAddress> known = new HashMap<>();
        for (ListenAddress at : listen) {
            if (at.endpoint().address().isIpv4Mapped()) {
                throw new IllegalArgumentException("--listen " + at
                        + ": no client of IPv6 can reach an IPv4-mapped address; use the IPv4 address");
            }
            ListenAddress other = known.putIfAbsent(Map.entry(at.protocol(), at.endpoint()), at);
            if (other != null && other.mark() != at.mark()) {
                throw new IllegalArgumentException(
                        "--listen " + at + ": the same address is given as " + other + "; an address has one mark");
            }
        }
    }

    private static void require(String option, @Nullable Duration value) {
        if (value != null && (value.isZero() || value.compareTo(LONGEST_CONNECT) > 0)) {
            throw new IllegalArgumentException(option + " " + DurationConverter.print(value) + " is outside 1ms.."
                    + LONGEST_CONNECT.toHours() + "h");
        }
    }

    /**
     * What the relay would not start without, and this host does not have now, as far as it is known without binding an
     * address. It is no error of the options.
     */
    @Nullable
    String missingTransport() {
        return transport.available()
                ? null
                : "--transport " + transport.name().toLowerCase(Locale.ROOT) + " is not available on this host";
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
                || identifyTimeout != null
                || drainIdle != null
                || retryUnanswered != null
                || maxConnections != null
                || udpFlows != null;
        if (relayed) {
            throw new IllegalArgumentException(
                    "--transport, --acceptors, --connect-timeout, --retries, --idle-timeout, --identify-timeout,"
                            + " --drain-idle, --retry-unanswered, --max-connections and --udp-flows are options of the relay: omit them with --tun");
        }
        for (ListenAddress address : listen) {
            if (address.mark() == 0) {
                throw new IllegalArgumentException(
                        "--listen " + address + ": with --tun, --listen sets the firewall mark of packets; add @MARK");
            }
        }
    }

    /**
     * Refuses a transport that cannot use the listening sockets of another process.
     *
     * @param cause the option or variable that asks for it
     * @throws IllegalArgumentException with the reason
     */
    void requireAdopting(String cause) {
        boolean epoll = transport == Transport.AUTO || transport == Transport.EPOLL;
        if (!epoll) {
            throw new IllegalArgumentException(cause + ": --transport "
                    + transport.name().toLowerCase(Locale.ROOT)
                    + " cannot use the listening sockets of another process, only epoll can");
        } else if (!Transport.EPOLL.available()) {
            throw new IllegalArgumentException(
                    cause + ": only the transport epoll can use the listening sockets of another process, and it is"
                            + " not available here");
        }
    }

    private int maxConnections() {
        return maxConnections == null ? Ceilings.ofThisProcess().connections() : maxConnections;
    }

    private int udpFlows() {
        return udpFlows == null ? Ceilings.ofThisProcess().udpFlows(transport == Transport.IO_URING) : udpFlows;
    }

    /** What it means that fewer entries than connections and flows are possible; null if they are not fewer. */
    @Nullable
    String shortage(int entries) {
        long all = (long) maxConnections() + udpFlows();
        return entries >= all
                ? null
                : "--max-entries " + entries + " is below --max-connections " + maxConnections() + " plus --udp-flows "
                        + udpFlows() + ": with so many entries in use, further connections and flows are refused";
    }

    void adopt(List<Integer> descriptors) {
        adopted.addAll(descriptors);
    }

    void log(Consumer<? super ConnectionRecord> receiver) {
        connectionLog = receiver;
    }

    @Nullable
    Integer threads() {
        return threads;
    }

    List<ListenAddress> listen() {
        return listen;
    }

    /**
     * Starts the relay.
     *
     * @throws org.lvs4j.netty.RelayException naming each service that cannot be listened for
     */
    Plane start(Director director) {
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
        if (identifyTimeout != null) {
            builder.identifyTimeout(identifyTimeout);
        }
        if (drainIdle != null) {
            builder.drainIdle(drainIdle);
        }
        if (retryUnanswered != null) {
            builder.retryUnanswered(retryUnanswered);
        }
        if (idleTimeout != null) {
            builder.idleTimeout(idleTimeout);
        }
        builder.maxConnections(maxConnections());
        builder.udpFlows(udpFlows());
        for (ListenAddress address : listen) {
            builder.listen(address.protocol(), address.endpoint(), address.mark());
        }
        adopted.forEach(builder::adopt);
        if (connectionLog != null) {
            builder.connectionLog(connectionLog);
        }
        Relay relay = builder.start();
        return Plane.of(relay, announcement(relay, director));
    }

    private String announcement(Relay relay, Director director) {
        Set<String> lines = new LinkedHashSet<>();
        for (ListenAddress at : listen) {
            lines.add("listening at " + at);
        }
        for (ServiceSnapshot service : director.services()) {
            if (service.service().key() instanceof ServiceKey.Address key
                    && listen.stream().noneMatch(at -> serves(at, key))) {
                lines.add("listening at " + key.protocol() + " " + Endpoint.of(relay.address(key)));
            }
        }
        return lines.stream().map(line -> line + "\n").collect(Collectors.joining());
    }
}
