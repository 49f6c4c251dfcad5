package org.lvs4j;

import static java.util.Objects.requireNonNull;

import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.lvs4j.internal.connection.ConnectionCursor;
import org.lvs4j.internal.connection.ConnectionTable;
import org.lvs4j.internal.connection.SctpStates;
import org.lvs4j.internal.connection.ServerState;
import org.lvs4j.net.AddressFamily;
import org.lvs4j.net.Flow;
import org.lvs4j.net.Protocol;
import org.lvs4j.net.SctpChunk;
import org.lvs4j.net.TcpFlags;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.Sysctl;

/**
 * Decides about single packets: which connection a packet belongs to, which real server a new connection gets, and how
 * the connection's state follows. The order of every test is that of IPVS in Linux 6.1. {@code PacketPlane} is built on
 * it; an application with another kind of packet path uses it directly.
 *
 * <p>Assumptions: the {@link Flow} of a call is changed by no other thread meanwhile. Guarantees: thread-safe; flows
 * and payloads are read during the call and never kept. A packet of a known connection costs no allocation, and neither
 * does the first packet of a connection without persistence. Progress: lock-free, except that the first packet of a
 * persistent client may wait for another thread that changes the same bin of a map.
 *
 * <p>Each decision about a packet depends on the present time. A caller that makes several calls for one packet reads
 * the time once, with {@link Director#advance()}, and passes it to the methods that take it.
 *
 * <pre>{@code
 * FlowDispatcher flows = director.flows();
 * long decision = flows.dispatch(flow, TcpFlags.SYN, 60);
 * if (Decision.verdict(decision) == Verdict.FORWARD) {
 *     RealServer server = flows.server(Decision.serverId(decision));
 *     // ... send the packet to server.endpoint().address(), port Decision.port(decision)
 * }
 * }</pre>
 */
public final class FlowDispatcher {
    private static final int FTP_DATA_PORT = 20;

    private final ServiceRegistry services;
    private final Settings settings;
    private final ConnectionTable connections;
    private final ConnectionPlacer placer;
    private final ConnectionReuse reuse;
    private final Defence defence;
    private final Housekeeping housekeeping;

    FlowDispatcher(
            ServiceRegistry services,
            Settings settings,
            ConnectionTable connections,
            ConnectionPlacer placer,
            ConnectionReuse reuse,
            Defence defence,
            Housekeeping housekeeping) {
        this.services = services;
        this.settings = settings;
        this.connections = connections;
        this.placer = placer;
        this.reuse = reuse;
        this.defence = defence;
        this.housekeeping = housekeeping;
    }

    // ---- packets of clients

    /**
     * Decides about a packet from a client: finds its connection or makes one, follows its state and counts it.
     *
     * @param flow the packet's source, destination and firewall mark
     * @param flagsOrChunk of a TCP segment the bits of {@link TcpFlags}; of an SCTP packet the type of its first
     *     chunk, {@link SctpChunk}, or {@code ABORT} if that follows a {@code COOKIE_ECHO} or {@code COOKIE_ACK};
     *     ignored for UDP
     * @param bytes the length of the packet in bytes, for the counters; not negative, which is not checked on this path
     * @return a {@link Decision}
     */
    public long dispatch(Flow flow, int flagsOrChunk, int bytes) {
        return dispatch(flow, flagsOrChunk, bytes, null, housekeeping.advance());
    }

    /**
     * Decides about a packet from a client, as {@link #dispatch(Flow, int, int)} does.
     *
     * @param payload what follows the transport header, from position to limit, for services with a persistence engine;
     *     neither moved nor kept
     * @return a {@link Decision}
     */
    public long dispatch(Flow flow, int flagsOrChunk, int bytes, ByteBuffer payload) {
        return dispatch(flow, flagsOrChunk, bytes, requireNonNull(payload, "payload"), housekeeping.advance());
    }

    /**
     * Decides about a packet from a client, as {@link #dispatch(Flow, int, int, ByteBuffer)} does.
     *
     * @param payload as there; null counts as empty
     * @param nowNanos the present time, as {@link Director#advance()} returned it
     * @return a {@link Decision}
     */
    public long dispatch(Flow flow, int flagsOrChunk, int bytes, @Nullable ByteBuffer payload, long nowNanos) {
        if (!serves(requireNonNull(flow, "flow").family())) {
            return Decision.of(Verdict.PASS);
        }
        int event = eventOf(flow, flagsOrChunk);
        long decision = follow(flow, event, bytes, nowNanos);
        return decision != Decision.NONE ? decision : start(flow, event, bytes, payload, nowNanos);
    }

    /**
     * Decides about a packet from a client if it belongs to a known connection; never opens one. For callers that make
     * other tests before a packet may open a connection.
     *
     * @param flow as for {@link #dispatch(Flow, int, int)}, as the other parameters are
     * @param nowNanos the present time, as {@link Director#advance()} returned it
     * @return a {@link Decision}; {@link Decision#NONE} if the packet belongs to no connection or ends an old one, and
     *     so may open a new one
     */
    public long dispatchKnown(Flow flow, int flagsOrChunk, int bytes, long nowNanos) {
        return serves(requireNonNull(flow, "flow").family())
                ? follow(flow, eventOf(flow, flagsOrChunk), bytes, nowNanos)
                : Decision.NONE;
    }

    /**
     * Fetches the memory of a flow's connection, for callers that have a batch of packets: prefetch all, then dispatch
     * all, and the packets wait for memory together instead of one after another. Decides, counts and changes nothing.
     *
     * @param flow as for {@link #dispatch(Flow, int, int)}
     */
    public void prefetch(Flow flow) {
        connections.prefetch(requireNonNull(flow, "flow"));
    }

    /**
     * Finds the server of a client's connection, for instance for an ICMP error about one of its packets. Counts
     * nothing and restarts no timeout.
     *
     * @param flow the client's endpoint as source, the virtual endpoint as destination
     * @return a {@link Decision}, {@link Decision#NONE} if there is no such connection
     */
    public long related(Flow flow) {
        ConnectionCursor found = serves(requireNonNull(flow, "flow").family()) ? connections.find(flow) : null;
        ServerState server = found == null ? null : found.server();
        return found == null || server == null
                ? Decision.NONE
                : Decision.forward(server.id(), found.serverPort(server), found.direct());
    }

    // ---- packets of servers

    /**
     * Follows a packet from a real server to a client and counts it.
     *
     * @param reply the packet's source and destination. The source is the server's endpoint if the server is
     *     masqueraded, and the virtual endpoint if it answers clients itself
     * @param flagsOrChunk as for {@link #dispatch(Flow, int, int)}, as is the next
     * @return whether the packet belongs to a connection, and so leaves with the virtual endpoint as its source
     */
    public boolean dispatchReply(Flow reply, int flagsOrChunk, int bytes) {
        return dispatchReply(reply, flagsOrChunk, bytes, null, housekeeping.advance());
    }

    /**
     * Follows a packet from a real server to a client and counts it, as {@link #dispatchReply(Flow, int, int)} does.
     *
     * @param forward filled, if there is a connection, with the client as source and the virtual endpoint as
     *     destination; or null
     * @param nowNanos the present time, as {@link Director#advance()} returned it
     * @return whether the packet belongs to a connection
     */
    public boolean dispatchReply(Flow reply, int flagsOrChunk, int bytes, @Nullable Flow forward, long nowNanos) {
        if (!serves(requireNonNull(reply, "reply").family())) {
            return false;
        }
        int event = eventOf(reply, flagsOrChunk);
        ConnectionCursor found = connections.cursor();
        while (found.findByServer(reply)) {
            ServerState server = found.server();
            if (server != null && found.follow(server, false, event, defence.secureTcp(), nowNanos)) {
                count(server, found, false, bytes);
                if (forward != null) {
                    found.fill(forward);
                }
                return true;
            }
        }
        return false;
    }

    /**
     * Finds the connection of a server's packet. Counts nothing and restarts no timeout.
     *
     * @param reply as for {@link #dispatchReply(Flow, int, int)}
     * @param forward filled as by {@link #dispatchReply(Flow, int, int, Flow, long)}
     * @return whether there is such a connection
     */
    public boolean relatedReply(Flow reply, Flow forward) {
        requireNonNull(forward, "forward");
        ConnectionCursor found = connections.cursor();
        if (!serves(requireNonNull(reply, "reply").family()) || !found.findByServer(reply)) {
            return false;
        }
        found.fill(forward);
        return true;
    }

    // ---- servers and services

    /**
     * The server of a {@link Decision} as it is configured now.
     *
     * @param serverId as {@link Decision#serverId} gave it
     * @return the server, or null if it has been removed and nothing refers to it any more
     */
    public @Nullable RealServer server(int serverId) {
        ServerState state = services.server(serverId);
        return state == null ? null : state.config();
    }

    /**
     * Whether the director has a service of an address family. Without one, every packet of the family passes:
     * connections of the family stay, but no packet finds them, as in the kernel.
     */
    public boolean serves(AddressFamily family) {
        return services.table().serves(requireNonNull(family, "family"));
    }

    // ---- known connections

    private long follow(Flow flow, int event, int bytes, long nowNanos) {
        long followed = connections.follow(flow, event, bytes, nowNanos);
        return followed >= 0 ? Decision.forward(followed) : followByRules(flow, event, bytes, nowNanos);
    }

    /** The general case: a packet that may change the connection's state. */
    private long followByRules(Flow flow, int event, int bytes, long nowNanos) {
        ConnectionCursor found;
        // Repeats if another thread has changed the connection meanwhile.
        while ((found = connections.find(flow)) != null) {
            ServerState server = found.server();
            if (server == null) {
                continue;
            }
            boolean reused = startsConnection(flow.protocol(), event) && reuse.replaces(found, server);
            if (reused || !server.present()) {
                if (!reused && !settings.on(Sysctl.EXPIRE_NODEST_CONN)) {
                    return Decision.of(Verdict.DROP);
                }
                if (found.expireNow(nowNanos)) {
                    return Decision.NONE;
                }
            } else if (found.follow(server, true, event, defence.secureTcp(), nowNanos)) {
                count(server, found, true, bytes);
                return Decision.forward(server.id(), found.serverPort(server), found.direct());
            }
        }
        return Decision.NONE;
    }

    // ---- new connections

    private long start(Flow flow, int event, int bytes, @Nullable ByteBuffer payload, long nowNanos) {
        ServiceState service =
                mayStart(flow.protocol(), event) ? services.table().find(flow) : null;
        if (service == null || flow.sourcePort() == FTP_DATA_PORT) {
            return Decision.of(Verdict.PASS);
        }
        long decision = placer.place(service, flow, event, bytes, payload, null, nowNanos);
        // NONE means that another packet of the flow has opened a connection meanwhile, to which this packet belongs.
        return decision != Decision.NONE ? decision : dispatchAgain(flow, event, bytes, payload, nowNanos);
    }

    private long dispatchAgain(Flow flow, int event, int bytes, @Nullable ByteBuffer payload, long nowNanos) {
        long decision = follow(flow, event, bytes, nowNanos);
        return decision != Decision.NONE ? decision : start(flow, event, bytes, payload, nowNanos);
    }

    // ---- which packets open connections

    private static int eventOf(Flow flow, int flagsOrChunk) {
        return flow.protocol() == Protocol.SCTP ? SctpStates.eventOf(flagsOrChunk) : flagsOrChunk;
    }

    private static boolean startsConnection(Protocol protocol, int event) {
        return switch (protocol) {
            case TCP -> (event & TcpFlags.SYN) != 0;
            case UDP -> false;
            case SCTP -> event == SctpStates.INIT;
        };
    }

    private boolean mayStart(Protocol protocol, int event) {
        return switch (protocol) {
            case TCP -> (event & TcpFlags.RST) == 0 && ((event & TcpFlags.SYN) != 0 || settings.on(Sysctl.SLOPPY_TCP));
            case UDP -> true;
            case SCTP -> event == SctpStates.INIT || event != SctpStates.ABORT && settings.on(Sysctl.SLOPPY_SCTP);
        };
    }

    // ---- counting

    static void count(ServerState server, ConnectionCursor cursor, boolean in, long bytes) {
        if (server.present()) {
            if (in) {
                server.counters().in(cursor.stripe(), 1, bytes);
            } else {
                server.counters().out(cursor.stripe(), 1, bytes);
            }
        }
        // The stripe may pass to another thread as soon as the cursor is unreachable.
        Reference.reachabilityFence(cursor);
    }
}
