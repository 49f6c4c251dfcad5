package org.lvs4j;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.lvs4j.connection.ConnectionEntry;
import org.lvs4j.connection.ConnectionState;
import org.lvs4j.connection.ConnectionTable;
import org.lvs4j.connection.SctpStates;
import org.lvs4j.connection.ServerState;
import org.lvs4j.connection.TcpStates;
import org.lvs4j.net.AddressFamily;
import org.lvs4j.net.Flow;
import org.lvs4j.net.Protocol;
import org.lvs4j.persistence.engine.PersistenceEngine;
import org.lvs4j.persistence.Template;
import org.lvs4j.persistence.Templates;
import org.lvs4j.scheduler.Scheduler;
import org.lvs4j.service.Persistence;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.Sysctl;

/**
 * The way of a packet or a new connection through the director: table, service, persistence, scheduler, table. The order
 * of every test is that of IPVS.
 */
final class Dispatch {
    private static final ByteBuffer NO_PAYLOAD = ByteBuffer.allocate(0).asReadOnlyBuffer();
    private static final int FTP_PORT = 21;
    private static final int FTP_DATA_PORT = 20;

    private final Configuration configuration;
    private final Settings settings;
    private final ConnectionTable connections;
    private final Templates templates;
    private final Defence defence;
    private final LongAdder refused = new LongAdder();

    Dispatch(
            Configuration configuration,
            Settings settings,
            ConnectionTable connections,
            Templates templates,
            Defence defence) {
        this.configuration = configuration;
        this.settings = settings;
        this.connections = connections;
        this.templates = templates;
        this.defence = defence;
    }

    // ---- the socket plane

    Connection open(
            Director director,
            Flow flow,
            @Nullable ByteBuffer payload,
            @Nullable String knownIdentity,
            int @Nullable [] triedIds,
            long nowNanos) {
        ServiceState service = configuration.table().find(flow);
        if (service == null) {
            return new Connection(director, null, Verdict.PASS, null, flow.mark(), null);
        }
        if (defence.dropsPacket() || isFull()) {
            return new Connection(director, service.key(), Verdict.DROP, null, flow.mark(), null);
        }
        String identity = null;
        PersistenceEngine engine = service.engine();
        if (engine != null) {
            identity = knownIdentity != null
                    ? knownIdentity
                    : engine.identify(flow, payload == null ? NO_PAYLOAD : payload);
            if (identity == null) {
                return new Connection(director, service.key(), Verdict.DROP, null, flow.mark(), null);
            }
        }
        ConnectionEntry entry = place(service, flow, identity, triedIds, true, nowNanos);
        if (entry == null) {
            return new Connection(director, service.key(), noServer(service, flow), null, flow.mark(), null);
        }
        begin(entry, nowNanos);
        return new Connection(
                director,
                service.key(),
                Verdict.FORWARD,
                entry,
                flow.mark(),
                triedIds,
                isOnePacket(service, flow));
    }

    Connection openUnlisted(Director director, ServiceState service, int @Nullable [] triedIds, long nowNanos) {
        ServerState server = pick(service, new Flow(), triedIds);
        if (server == null) {
            return new Connection(director, service.key(), Verdict.REJECT, null, 0, null);
        }
        Protocol protocol = Protocol.TCP;
        int port = server.config().endpoint().port();
        if (service.key() instanceof ServiceKey.Address address) {
            protocol = address.protocol();
            port = port != 0 ? port : address.endpoint().port();
        }
        ConnectionEntry entry = connections.insertUnlisted(protocol, null, null, server, port);
        server.statistics().counters().connection();
        begin(entry, nowNanos);
        return new Connection(director, service.key(), Verdict.FORWARD, entry, 0, triedIds);
    }

    private void begin(ConnectionEntry entry, long nowNanos) {
        entry.enter(
                entry.protocol() == Protocol.TCP
                        ? ConnectionState.SYN_RECV
                        : ConnectionState.initial(entry.protocol()),
                connections.timeouts());
        connections.arm(entry, nowNanos);
    }

    // ---- the packet plane

    long packet(Flow flow, int signal, int bytes, @Nullable ByteBuffer payload, long nowNanos) {
        if (!configuration.table().serves(flow.family())) {
            return Decision.of(Verdict.PASS);
        }
        long decision = established(flow, signal, bytes, nowNanos);
        return decision != Decision.NONE ? decision : first(flow, signal, bytes, payload, nowNanos);
    }

    /** Decides about a packet of a client by its connection alone; {@link Decision#NONE} if it has none that goes on. */
    long established(Flow flow, int signal, int bytes, long nowNanos) {
        if (!configuration.table().serves(flow.family())) {
            return Decision.NONE;
        }
        ConnectionEntry entry = connections.find(flow);
        if (entry != null && startsConnection(flow.protocol(), signal) && isReused(entry)) {
            connections.expireNow(entry, nowNanos);
            entry = null;
        }
        if (entry != null && !entry.server().present()) {
            if (!settings.on(Sysctl.EXPIRE_NODEST_CONN)) {
                return Decision.of(Verdict.DROP);
            }
            connections.expireNow(entry, nowNanos);
            entry = null;
        }
        if (entry == null) {
            return Decision.NONE;
        }
        follow(entry, true, signal, bytes);
        connections.touch(entry, nowNanos);
        return Decision.forward(entry.server().id(), entry.serverPort());
    }

    /** A packet without a connection. */
    private long first(Flow flow, int signal, int bytes, @Nullable ByteBuffer payload, long nowNanos) {
        ServiceState service = mayStart(flow.protocol(), signal) ? configuration.table().find(flow) : null;
        if (service == null || flow.clientPort() == FTP_DATA_PORT) {
            return Decision.of(Verdict.PASS);
        }
        if (defence.dropsPacket() || isFull()) {
            return Decision.of(Verdict.DROP);
        }
        String identity = null;
        PersistenceEngine engine = service.engine();
        if (engine != null) {
            identity = engine.identify(flow, payload == null ? NO_PAYLOAD : payload);
            if (identity == null) {
                return Decision.of(Verdict.DROP);
            }
        }
        ConnectionEntry entry = place(service, flow, identity, null, false, nowNanos);
        if (entry == null) {
            return Decision.of(noServer(service, flow));
        }
        follow(entry, true, signal, bytes);
        long decision = Decision.forward(entry.server().id(), entry.serverPort());
        if (isOnePacket(service, flow)) {
            if (entry.controller() != null) {
                entry.controller().countIn();
            }
            connections.remove(entry);
        } else {
            connections.arm(entry, nowNanos);
        }
        return decision;
    }

    boolean reply(Flow reply, int signal, int bytes, long nowNanos) {
        return reply(reply, signal, bytes, nowNanos, null);
    }

    /** Follows a packet of a server, and says whose it is: client and virtual endpoint are filled into {@code forward}. */
    boolean reply(Flow reply, int signal, int bytes, long nowNanos, @Nullable Flow forward) {
        ConnectionEntry entry =
                configuration.table().serves(reply.family()) ? connections.findByServer(reply) : null;
        if (entry == null) {
            return false;
        }
        follow(entry, false, signal, bytes);
        if (entry.protocol() == Protocol.UDP && entry.controller() != null) {
            entry.controller().assure();
        }
        connections.touch(entry, nowNanos);
        if (forward != null) {
            entry.describe(forward);
        }
        return true;
    }

    /** The server of the connection of a client, or {@link Decision#NONE}. Nothing is counted and no timer moves. */
    long related(Flow flow) {
        ConnectionEntry entry = configuration.table().serves(flow.family()) ? connections.find(flow) : null;
        return entry == null ? Decision.NONE : Decision.forward(entry.server().id(), entry.serverPort());
    }

    /** Whether a server's packet would belong to a connection, and to which. Nothing is counted and no timer moves. */
    boolean relatedReply(Flow reply, Flow forward) {
        ConnectionEntry entry =
                configuration.table().serves(reply.family()) ? connections.findByServer(reply) : null;
        if (entry == null) {
            return false;
        }
        entry.describe(forward);
        return true;
    }

    /** A server by its number, or null if it has been forgotten. */
    @Nullable ServerState server(int id) {
        return configuration.server(id);
    }

    /** Whether there is a service of a family, so that packets of it are the director's business. */
    boolean serves(AddressFamily family) {
        return configuration.table().serves(family);
    }

    /** The value of a setting. */
    int sysctl(Sysctl sysctl) {
        return settings.get(sysctl);
    }

    private void follow(ConnectionEntry entry, boolean fromClient, int signal, int bytes) {
        count(entry.server(), fromClient, bytes);
        if (fromClient) {
            entry.countIn();
        }
        entry.follow(entry.protocol(), fromClient, signal, defence.secureTcp(), connections.timeouts());
    }

    private static boolean startsConnection(Protocol protocol, int signal) {
        return switch (protocol) {
            case TCP -> (signal & TcpStates.SYN) != 0;
            case UDP -> false;
            case SCTP -> signal == SctpStates.INIT;
        };
    }

    private boolean mayStart(Protocol protocol, int signal) {
        return switch (protocol) {
            case TCP ->
                (signal & TcpStates.RST) == 0 && ((signal & TcpStates.SYN) != 0 || settings.on(Sysctl.SLOPPY_TCP));
            case UDP -> true;
            case SCTP ->
                signal == SctpStates.INIT || signal != SctpStates.ABORT && settings.on(Sysctl.SLOPPY_SCTP);
        };
    }

    /** Whether a packet that starts a connection finds an old one in its place that gives way. */
    private boolean isReused(ConnectionEntry entry) {
        if (settings.on(Sysctl.EXPIRE_NODEST_CONN) && entry.server().config().weight() == 0) {
            return true;
        }
        int mode = settings.get(Sysctl.CONN_REUSE_MODE);
        if (mode == 0 || entry.controller() != null) {
            return false;
        }
        return switch (entry.state()) {
            case TIME_WAIT, CLOSE, SCTP_CLOSED -> true;
            case FIN_WAIT -> (mode & 2) != 0 && entry.noOutput();
            default -> false;
        };
    }

    // ---- both

    /** Counts a packet for its server, and thereby for the service and the director, of which the server is a part. */
    void count(ServerState server, boolean in, long bytes) {
        if (!server.present()) {
            return;
        }
        if (in) {
            server.statistics().counters().in(1, bytes);
        } else {
            server.statistics().counters().out(1, bytes);
        }
    }

    private boolean isFull() {
        if (!connections.full()) {
            return false;
        }
        refused.increment();
        return true;
    }

    long connectionsRefused() {
        return refused.sum();
    }

    private static boolean isOnePacket(ServiceState service, Flow flow) {
        return service.config().onePacket() && flow.protocol() == Protocol.UDP;
    }

    /** Binds a new connection to a server, or returns null if there is none for it. */
    private @Nullable ConnectionEntry place(
            ServiceState service,
            Flow flow,
            @Nullable String identity,
            int @Nullable [] triedIds,
            boolean held,
            long nowNanos) {
        Persistence persistence = service.config().persistence();
        if (persistence == null) {
            ServerState server = isServicePort(service, flow) ? pick(service, flow, triedIds) : null;
            return server == null ? null : bind(service, flow, null, server, scheduledPort(server, flow), held);
        }
        boolean quiescentExpires = settings.on(Sysctl.EXPIRE_QUIESCENT_TEMPLATE);
        ServiceKey key = service.key();
        Template template =
                templates.find(key, persistence, flow, identity, quiescentExpires, triedIds, nowNanos);
        if (template == null) {
            ServerState server = pick(service, flow, triedIds);
            if (server == null) {
                return null;
            }
            template = templates.add(key, persistence, flow, identity, server, isOnePacket(service, flow), nowNanos);
        }
        ServerState server = template.server();
        return bind(service, flow, template, server, persistentPort(key, server, flow), held);
    }

    private ConnectionEntry bind(
            ServiceState service,
            Flow flow,
            @Nullable Template template,
            ServerState server,
            int port,
            boolean held) {
        // Only a holder may want to know later whose datagram it was.
        ConnectionEntry entry = isOnePacket(service, flow)
                ? connections.insertUnlisted(flow.protocol(), held ? flow : null, template, server, port)
                : connections.insert(flow, template, server, port, held);
        server.statistics().counters().connection();
        return entry;
    }

    private @Nullable ServerState pick(ServiceState service, Flow flow, int @Nullable [] triedIds) {
        // Pairs with the volatile write in ServiceState.publish: list and scheduler belong together.
        ServiceState.View view = service.view();
        Scheduler scheduler = view.scheduler();
        if (scheduler == null) {
            return null;
        }
        ServerPool pool = triedIds == null ? view.servers() : view.servers().excluding(triedIds);
        int index = scheduler.pick(pool, flow);
        return index == Scheduler.NONE ? null : view.servers().state(index);
    }

    @Nullable Explanation explain(Flow flow) {
        ServiceState service = configuration.table().find(flow);
        if (service == null) {
            return null;
        }
        ServiceState.View view = service.view();
        Scheduler scheduler = view.scheduler();
        ServerPool pool = view.servers();
        List<Explanation.Candidate> candidates = new ArrayList<>(pool.size());
        for (int i = 0; i < pool.size(); i++) {
            candidates.add(new Explanation.Candidate(
                    pool.server(i),
                    pool.weight(i),
                    pool.active(i),
                    pool.inactive(i),
                    pool.overloaded(i),
                    scheduler == null ? Double.NaN : scheduler.cost(pool, i, flow)));
        }
        boolean scheduled = service.config().persistence() != null || isServicePort(service, flow);
        int chosen = scheduler == null || !scheduled ? Scheduler.NONE : scheduler.peek(pool, flow);
        return new Explanation(service.key(), service.config().scheduler(), candidates, chosen);
    }

    /** Without persistence only the service's own port is scheduled: an FTP service is found for others too. */
    private static boolean isServicePort(ServiceState service, Flow flow) {
        return !(service.key() instanceof ServiceKey.Address address)
                || flow.virtualPort() == address.endpoint().port();
    }

    private static Verdict noServer(ServiceState service, Flow flow) {
        boolean ftpData = service.key() instanceof ServiceKey.Address address
                && address.endpoint().port() == FTP_PORT
                && flow.virtualPort() != FTP_PORT;
        return ftpData ? Verdict.PASS : Verdict.REJECT;
    }

    private static int scheduledPort(ServerState server, Flow flow) {
        int port = server.config().endpoint().port();
        return port != 0 ? port : flow.virtualPort();
    }

    /** With persistence only the service's own port is mapped; any other stays as the client asked. */
    private static int persistentPort(ServiceKey key, ServerState server, Flow flow) {
        boolean own = key instanceof ServiceKey.Address address && address.endpoint().port() == flow.virtualPort();
        int port = server.config().endpoint().port();
        return own && port != 0 ? port : flow.virtualPort();
    }
}
