package org.lvs4j;

import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.lvs4j.connection.ConnectionCursor;
import org.lvs4j.connection.ConnectionTable;
import org.lvs4j.connection.HeldConnection;
import org.lvs4j.connection.SctpStates;
import org.lvs4j.connection.ServerState;
import org.lvs4j.connection.TcpStates;
import org.lvs4j.net.AddressFamily;
import org.lvs4j.net.Flow;
import org.lvs4j.net.Protocol;
import org.lvs4j.persistence.Template;
import org.lvs4j.persistence.engine.PersistenceEngine;
import org.lvs4j.service.Forwarding;
import org.lvs4j.service.Persistence;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.Sysctl;
import org.lvs4j.stats.Stripes;

/**
 * The way of a packet or a new connection through the director: table, service, persistence, scheduler, table. The order
 * of every test is that of IPVS.
 */
final class Dispatch {
    private static final ByteBuffer NO_PAYLOAD = ByteBuffer.allocate(0).asReadOnlyBuffer();
    private static final int FTP_DATA_PORT = 20;

    private final Configuration configuration;
    private final Settings settings;
    private final ConnectionTable connections;
    private final Placement placement;
    private final Defence defence;
    private final LongAdder refused = new LongAdder();

    Dispatch(
            Configuration configuration,
            Settings settings,
            ConnectionTable connections,
            Placement placement,
            Defence defence) {
        this.configuration = configuration;
        this.settings = settings;
        this.connections = connections;
        this.placement = placement;
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
        boolean onePacket = Placement.isOnePacket(service, flow);
        while (true) {
            Persistence persistence = service.config().persistence();
            Template template = placement.template(service, persistence, flow, identity, triedIds, nowNanos);
            ServerState server = placement.server(service, persistence, template, flow, triedIds);
            if (server == null) {
                return new Connection(
                        director, service.key(), Placement.noServer(service, flow), null, flow.mark(), null);
            }
            int port = placement.port(service, persistence != null, server, flow);
            HeldConnection held = connections.hold(flow.protocol(), flow, !onePacket, server, port, template, nowNanos);
            if (held != null) {
                server.counters().connection(Stripes.SHARED);
                return new Connection(director, service.key(), Verdict.FORWARD, held, flow.mark(), triedIds, onePacket);
            }
            // Otherwise the server is gone, and another choice will see that.
            if (!onePacket && isFull()) {
                return new Connection(director, service.key(), Verdict.DROP, null, flow.mark(), null);
            }
        }
    }

    Connection openUnlisted(Director director, ServiceState service, int @Nullable [] triedIds, long nowNanos) {
        while (true) {
            ServerState server = placement.pick(service, new Flow(), triedIds);
            if (server == null) {
                return new Connection(director, service.key(), Verdict.REJECT, null, 0, null);
            }
            Protocol protocol = Protocol.TCP;
            int port = server.config().endpoint().port();
            if (service.key() instanceof ServiceKey.Address address) {
                protocol = address.protocol();
                port = port != 0 ? port : address.endpoint().port();
            }
            HeldConnection held = connections.hold(protocol, null, false, server, port, null, nowNanos);
            if (held != null) {
                server.counters().connection(Stripes.SHARED);
                return new Connection(director, service.key(), Verdict.FORWARD, held, 0, triedIds);
            }
        }
    }

    // ---- the packet plane

    long packet(Flow flow, int signal, int bytes, @Nullable ByteBuffer payload, long nowNanos) {
        if (!serves(flow.family())) {
            return Decision.of(Verdict.PASS);
        }
        long decision = known(flow, signal, bytes, nowNanos);
        return decision != Decision.NONE ? decision : first(flow, signal, bytes, payload, nowNanos);
    }

    /** Has the memory of a flow's connection fetched. */
    void announce(Flow flow) {
        connections.touch(flow);
    }

    /** Decides about a packet of a client by its connection alone; {@link Decision#NONE} if it has none that goes on. */
    long established(Flow flow, int signal, int bytes, long nowNanos) {
        return serves(flow.family()) ? known(flow, signal, bytes, nowNanos) : Decision.NONE;
    }

    private long known(Flow flow, int signal, int bytes, long nowNanos) {
        long followed = connections.follow(flow, signal, bytes, nowNanos);
        return followed >= 0 ? Decision.forward(followed) : knownOnSearch(flow, signal, bytes, nowNanos);
    }

    /** A packet that is not simply one more. */
    private long knownOnSearch(Flow flow, int signal, int bytes, long nowNanos) {
        ConnectionCursor found;
        // Again whenever another thread has changed the connection in between.
        while ((found = connections.find(flow)) != null) {
            ServerState server = found.server();
            if (server == null) {
                continue;
            }
            boolean reused = startsConnection(flow.protocol(), signal) && isReused(found, server);
            if (reused || !server.present()) {
                if (!reused && !settings.on(Sysctl.EXPIRE_NODEST_CONN)) {
                    return Decision.of(Verdict.DROP);
                }
                if (found.expireNow(nowNanos)) {
                    return Decision.NONE;
                }
            } else if (found.follow(server, true, signal, defence.secureTcp(), nowNanos)) {
                count(server, found, true, bytes);
                return Decision.forward(server.id(), found.serverPort(server), found.direct());
            }
        }
        return Decision.NONE;
    }

    /** A packet without a connection. */
    private long first(Flow flow, int signal, int bytes, @Nullable ByteBuffer payload, long nowNanos) {
        ServiceState service =
                mayStart(flow.protocol(), signal) ? configuration.table().find(flow) : null;
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
        while (true) {
            Persistence persistence = service.config().persistence();
            Template template = placement.template(service, persistence, flow, identity, null, nowNanos);
            ServerState server = placement.server(service, persistence, template, flow, null);
            if (server == null) {
                return Decision.of(Placement.noServer(service, flow));
            }
            int port = placement.port(service, persistence != null, server, flow);
            ConnectionCursor cursor = connections.cursor();
            ConnectionCursor.Insertion insertion = Placement.isOnePacket(service, flow)
                    ? passOne(server, template)
                    : cursor.insert(flow, server, port, template, signal, defence.secureTcp(), nowNanos);
            switch (insertion) {
                case DONE -> {
                    server.counters().connection(cursor.stripe());
                    count(server, cursor, true, bytes);
                    return Decision.forward(
                            server.id(), port, server.config().forwarding().method() != Forwarding.Method.MASQUERADE);
                }
                case KNOWN -> {
                    return packet(flow, signal, bytes, payload, nowNanos);
                }
                case NO_PLACE -> {
                    refused.increment();
                    return Decision.of(Verdict.DROP);
                }
                case NO_SERVER -> {
                    // Another choice will see that it has gone.
                }
            }
        }
    }

    /** Lets a datagram pass that leaves no connection. */
    private static ConnectionCursor.Insertion passOne(ServerState server, @Nullable Template template) {
        boolean passed = server.pass();
        if (template != null) {
            if (passed) {
                template.countIn();
            }
            template.uncontrol();
        }
        return passed ? ConnectionCursor.Insertion.DONE : ConnectionCursor.Insertion.NO_SERVER;
    }

    /**
     * Follows a packet of a server, and says whose it is.
     *
     * @param forward is filled with client and virtual endpoint of the connection, if there is one; or null
     * @return whether there is one
     */
    boolean reply(Flow reply, int signal, int bytes, long nowNanos, @Nullable Flow forward) {
        if (!serves(reply.family())) {
            return false;
        }
        ConnectionCursor found = connections.cursor();
        while (found.findByServer(reply)) {
            ServerState server = found.server();
            if (server != null && found.follow(server, false, signal, defence.secureTcp(), nowNanos)) {
                count(server, found, false, bytes);
                if (forward != null) {
                    found.fill(forward);
                }
                return true;
            }
        }
        return false;
    }

    /** The server of the connection of a client, or {@link Decision#NONE}. Nothing is counted and no timer moves. */
    long related(Flow flow) {
        ConnectionCursor found = serves(flow.family()) ? connections.find(flow) : null;
        ServerState server = found == null ? null : found.server();
        return found == null || server == null
                ? Decision.NONE
                : Decision.forward(server.id(), found.serverPort(server), found.direct());
    }

    /** Whether a server's packet would belong to a connection, and to which. Nothing is counted and no timer moves. */
    boolean relatedReply(Flow reply, Flow forward) {
        ConnectionCursor found = connections.cursor();
        if (!serves(reply.family()) || !found.findByServer(reply)) {
            return false;
        }
        found.fill(forward);
        return true;
    }

    /** A server by its number, or null if it has been forgotten. */
    @Nullable
    ServerState server(int id) {
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

    // ---- rules

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
            case SCTP -> signal == SctpStates.INIT || signal != SctpStates.ABORT && settings.on(Sysctl.SLOPPY_SCTP);
        };
    }

    /** Whether a packet that starts a connection finds an old one in its place that gives way. */
    private boolean isReused(ConnectionCursor connection, ServerState server) {
        if (settings.on(Sysctl.EXPIRE_NODEST_CONN) && server.config().weight() == 0) {
            return true;
        }
        int mode = settings.get(Sysctl.CONN_REUSE_MODE);
        if (mode == 0 || connection.controlled()) {
            return false;
        }
        return switch (connection.state()) {
            case TIME_WAIT, CLOSE, SCTP_CLOSED -> true;
            case FIN_WAIT -> (mode & 2) != 0 && connection.noOutput();
            default -> false;
        };
    }

    // ---- both planes

    /** Counts a packet for its server, and thereby for the service and the director, of which the server is a part. */
    void count(ServerState server, boolean in, long bytes) {
        count(server, Stripes.SHARED, in, bytes);
    }

    private static void count(ServerState server, ConnectionCursor cursor, boolean in, long bytes) {
        count(server, cursor.stripe(), in, bytes);
        // The stripe is another thread's as soon as the cursor is gone.
        Reference.reachabilityFence(cursor);
    }

    private static void count(ServerState server, int stripe, boolean in, long bytes) {
        if (!server.present()) {
            return;
        }
        if (in) {
            server.counters().in(stripe, 1, bytes);
        } else {
            server.counters().out(stripe, 1, bytes);
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

    @Nullable
    Explanation explain(Flow flow) {
        ServiceState service = configuration.table().find(flow);
        return service == null ? null : placement.explain(service, flow);
    }
}
