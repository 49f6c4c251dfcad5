package org.lvs4j.internal.connection;

import org.jspecify.annotations.Nullable;
import org.lvs4j.internal.concurrent.Stripes;
import org.lvs4j.net.AddressFamily;
import org.lvs4j.net.ConnectionState;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.Flow;
import org.lvs4j.net.IpAddress;
import org.lvs4j.net.Protocol;
import org.lvs4j.service.Forwarding;
import org.lvs4j.service.RealServer;

/**
 * A place in the {@link ConnectionTable}: asks for a connection, tells what it was like when it was found, and changes it. This
 * is what stands for a connection while a packet of it is dealt with; the connection itself is a few words in flat memory.
 *
 * <p>Assumptions: used by one thread, the one that {@linkplain ConnectionTable#cursor() got it}, for one connection at a time.
 * Guarantees: what it tells is of one moment. What changes a connection succeeds only if it still is as the cursor found it, and
 * then moves the server's counts, so that they follow the state exactly; otherwise nothing has happened, and the caller
 * looks again. Progress: every method is lock-free, and allocates nothing but the values for listings; for what replies of
 * masqueraded servers may cost beyond that see {@link Replies}.
 */
public final class ConnectionCursor {
    private static final long LOW = 0xFFFF_FFFFL;
    private static final Protocol[] PROTOCOLS = Protocol.values();

    private final ConnectionTable table;
    private final FlowLookup probe;
    private final int stripe;
    private final ReplyKey replyKey = new ReplyKey();
    private AddressFamily family;

    /** Takes a stripe of its own to count in, if stripes are given and one is free. */
    ConnectionCursor(ConnectionTable table, AddressFamily family, FlowLookup probe, @Nullable Stripes stripes) {
        this.table = table;
        this.family = family;
        this.probe = probe;
        stripe = stripes == null ? Stripes.SHARED : stripes.take(this);
    }

    /** Where to count what passes; the cursor must be reachable until that is done. */
    public int stripe() {
        return stripe;
    }

    // ---- looking up

    /** Goes to the connection of a packet from its client. Returns whether there is one. */
    boolean find(Flow flow) {
        ask(flow);
        return flows().find(probe);
    }

    private void ask(Flow flow) {
        ask(
                flow.family(),
                flow.protocol().number(),
                flow.sourceHigh(),
                flow.sourceLow(),
                flow.sourcePort(),
                flow.destinationHigh(),
                flow.destinationLow(),
                flow.destinationPort());
    }

    /**
     * Goes to the connection of a packet from its server. Returns whether there is one.
     *
     * <p>One that is not masqueraded answers as the virtual endpoint itself, if its answers pass by here at all.
     *
     * @param reply the server's endpoint as client, the client's as virtual endpoint
     */
    public boolean findByServer(Flow reply) {
        Replies replies = table.replies();
        int protocol = reply.protocol().number();
        if (findBy(replies.routes(anyClient(reply, protocol, reply.sourcePort())), reply, protocol)
                || replies.portsKept() && findBy(replies.routes(anyClient(reply, protocol, 0)), reply, protocol)) {
            return true;
        }
        Replies.Route way = replies.indexed(replyKey.refill(
                protocol,
                reply.family(),
                reply.sourceHigh(),
                reply.sourceLow(),
                reply.sourcePort(),
                reply.destinationHigh(),
                reply.destinationLow(),
                reply.destinationPort()));
        if (way != null && findBy(way, reply, protocol)) {
            return true;
        }
        askForward(reply, protocol, reply.sourceHigh(), reply.sourceLow(), reply.sourcePort());
        return flows().find(probe) && FlowRecord.has(probe.meta, FlowRecord.DIRECT);
    }

    private ReplyKey anyClient(Flow reply, int protocol, int serverPort) {
        return replyKey.anyClient(protocol, reply.family(), reply.sourceHigh(), reply.sourceLow(), serverPort);
    }

    private boolean findBy(Replies.Route @Nullable [] routes, Flow reply, int protocol) {
        if (routes != null) {
            for (Replies.Route route : routes) {
                if (findBy(route, reply, protocol)) {
                    return true;
                }
            }
        }
        return false;
    }

    private boolean findBy(Replies.Route route, Flow reply, int protocol) {
        int port = route.virtualPort() == Replies.PORT_OF_SERVER ? reply.sourcePort() : route.virtualPort();
        askForward(reply, protocol, route.virtualHigh(), route.virtualLow(), port);
        return flows().find(probe) && isMasqueradedAt(reply);
    }

    private boolean isMasqueradedAt(Flow reply) {
        ServerState server = server();
        if (server == null || FlowRecord.has(probe.meta, FlowRecord.DIRECT)) {
            return false;
        }
        IpAddress address = server.config().endpoint().address();
        return address.low() == reply.sourceLow()
                && address.high() == reply.sourceHigh()
                && serverPort(server) == reply.sourcePort();
    }

    /** Asks for the connection of a reply's client with a virtual endpoint. */
    private void askForward(Flow reply, int protocol, long virtualHigh, long virtualLow, int virtualPort) {
        ask(
                reply.family(),
                protocol,
                reply.destinationHigh(),
                reply.destinationLow(),
                reply.destinationPort(),
                virtualHigh,
                virtualLow,
                virtualPort);
    }

    private void ask(
            AddressFamily newFamily,
            int protocol,
            long clientHigh,
            long clientLow,
            int clientPort,
            long virtualHigh,
            long virtualLow,
            int virtualPort) {
        // To store a reference costs more than to compare it.
        if (family != newFamily) {
            family = newFamily;
        }
        long identity = FlowRecord.identity(clientPort, virtualPort, protocol);
        if (newFamily == AddressFamily.IPV4) {
            probe.fill(FlowRecord.addresses(clientLow, virtualLow), identity);
        } else {
            probe.fill(clientHigh, clientLow, virtualHigh, virtualLow, identity);
        }
    }

    /** Goes to what has become of the connection, or to its successor under the same ends. Returns whether there is one. */
    public boolean findAgain() {
        return flows().find(probe);
    }

    private FlowTable flows() {
        return table.flows(family);
    }

    // ---- what was found

    /** The server it is bound to, or null if the connection ended long ago, and the server has been forgotten since. */
    public @Nullable ServerState server() {
        return table.servers().get(FlowRecord.server(probe.identity));
    }

    /** The port at its server. */
    public int serverPort(ServerState server) {
        return FlowRecord.has(probe.meta, FlowRecord.PORT_KEPT)
                ? FlowRecord.virtualPort(probe.identity)
                : server.port();
    }

    /** The state. */
    public ConnectionState state() {
        return ConnectionRules.state(probe.meta);
    }

    /** Whether no packet of the server has been seen although the state tables would want to. */
    public boolean noOutput() {
        return FlowRecord.has(probe.meta, FlowRecord.NO_OUTPUT);
    }

    /** Whether its server answered the client itself when it was made; otherwise it was masqueraded. */
    public boolean direct() {
        return FlowRecord.has(probe.meta, FlowRecord.DIRECT);
    }

    /** Whether a template placed it. */
    public boolean controlled() {
        return probe.controller != 0;
    }

    /** The template that placed it, or null. */
    public @Nullable TemplateHandle controller() {
        return table.controllers().get(probe.controller);
    }

    /** Packets from the client so far; counted up to 15. */
    public int inPackets() {
        return FlowRecord.packets(probe.meta);
    }

    /** How long it lasts if it stays idle; not negative. */
    public long remainingNanos(long nowNanos) {
        return Math.max(0, table.ticks().nanosUntil(FlowRecord.deadline(probe.meta), nowNanos));
    }

    /** How long it has been idle, to a tick. */
    public long idleNanos(long nowNanos) {
        return table.timeouts().nanos(state()) - table.ticks().nanosUntil(FlowRecord.deadline(probe.meta), nowNanos);
    }

    /** The protocol. */
    public Protocol protocol() {
        int number = FlowRecord.protocol(probe.identity);
        for (Protocol protocol : PROTOCOLS) {
            if (protocol.number() == number) {
                return protocol;
            }
        }
        throw new IllegalStateException("no protocol has the number " + number);
    }

    /** Fills a flow with client and virtual endpoint. */
    public void fill(Flow flow) {
        int clientPort = FlowRecord.clientPort(probe.identity);
        int virtualPort = FlowRecord.virtualPort(probe.identity);
        if (family == AddressFamily.IPV4) {
            flow.set(protocol(), family, 0, probe.first >>> 32, clientPort, 0, probe.first & LOW, virtualPort);
        } else {
            flow.set(protocol(), family, probe.first, probe.second, clientPort, probe.third, probe.fourth, virtualPort);
        }
    }

    /** The server's address with the port of this connection, as a value (allocates). */
    public Endpoint destination(ServerState server) {
        return server.config().endpoint().withPort(serverPort(server));
    }

    // ---- changing it

    /**
     * Follows a packet through the state machine of its protocol, counts it if it is the client's, and puts off the end.
     *
     * @param server its server
     * @param signal the flags of a TCP segment or the event of an SCTP packet; ignored for UDP
     * @param defence whether the TCP table of {@code secure_tcp} rules
     * @return whether it was still as found
     */
    public boolean follow(ServerState server, boolean fromClient, int signal, boolean defence, long nowNanos) {
        // Looked up before the change, whose success proves that the number meant this template all the time.
        TemplateHandle controller = probe.controller == 0 ? null : controller();
        int protocol = FlowRecord.protocol(probe.identity);
        long before = probe.meta;
        long after = ConnectionRules.follow(before, protocol, fromClient, signal, defence);
        after = FlowRecord.withDeadline(after, table.deadline(after, nowNanos));
        if (!flows().change(probe, after)) {
            return false;
        }
        if (FlowRecord.state(after) != FlowRecord.state(before)) {
            move(server, before, after);
        }
        if (controller != null && ConnectionRules.confirms(after, protocol, fromClient)) {
            controller.confirm();
        }
        return true;
    }

    private static void move(ServerState server, long before, long after) {
        boolean active = ConnectionRules.active(after);
        if (active != ConnectionRules.active(before)) {
            server.move(active);
        }
    }

    /**
     * Lets it end at the next tick; packets no longer find it, but it stays counted until then.
     *
     * @return whether it was still as found
     */
    public boolean expireNow(long nowNanos) {
        long before = probe.meta;
        long after = FlowRecord.withDeadline(before, table.ticks().notBefore(nowNanos + 1));
        if (!flows().change(probe, after & ~FlowRecord.INDEXED | FlowRecord.UNLISTED)) {
            return false;
        }
        table.unlisted(probe, before, family);
        return true;
    }

    /** Ends it. Returns whether it was still as found. */
    public boolean remove() {
        if (!flows().remove(probe)) {
            return false;
        }
        table.ended(probe, family);
        return true;
    }

    // ---- a new one

    /** What has become of a new connection. */
    public enum Insertion {
        /** It is in the table and counted on its server. */
        DONE,
        /** Another thread has been faster with the same client and virtual endpoint: look that one up. */
        KNOWN,
        /** The server has been forgotten meanwhile: choose again. */
        NO_SERVER,
        /** There is no place for it, which hardly ever happens. */
        NO_PLACE
    }

    /**
     * Binds a new connection to a server and makes it known, its first packet counted and followed.
     *
     * <p>The caller has {@linkplain ConnectionTable#reserve reserved} its place, and keeps the reservation if nothing comes of it.
     *
     * @param flow who talks to whom
     * @param serverPort the server's port, or else the virtual one
     * @param controller the template that places it, already counting it, or null; counts it no more if nothing comes of it
     */
    public Insertion insert(
            Flow flow,
            ServerState server,
            int serverPort,
            @Nullable TemplateHandle controller,
            int signal,
            boolean defence,
            long nowNanos) {
        RealServer config = server.config();
        boolean direct = config.forwarding().method() != Forwarding.Method.MASQUERADE;
        boolean portKept = serverPort != config.endpoint().port();
        int protocol = flow.protocol().number();
        long fields = ConnectionRules.initial(flow.protocol(), direct, portKept);
        fields = ConnectionRules.follow(fields, protocol, true, signal, defence);
        boolean active = ConnectionRules.active(fields);
        fields = FlowRecord.withDeadline(fields, table.deadline(fields, nowNanos));
        if (!server.bind(active)) {
            abandon(controller);
            return Insertion.NO_SERVER;
        }
        if (!direct && !learnRoute(flow, config.endpoint(), server.id(), portKept)) {
            fields |= FlowRecord.INDEXED;
        }
        ask(flow);
        probe.identity = probe.identity & FlowRecord.KEY_MASK | server.id();
        int number = controller == null ? 0 : controller.number();
        if (!flows().insert(probe, number, fields)) {
            server.release(active);
            abandon(controller);
            return probe.generation == 0 ? Insertion.NO_PLACE : Insertion.KNOWN;
        }
        if (FlowRecord.has(fields, FlowRecord.INDEXED)) {
            enter(flow, config.endpoint(), serverPort, server.id());
            // It may have ended before it was entered, and then nobody else would take it out.
            table.leaveReplies(probe, fields, family, server);
        }
        if (controller != null && ConnectionRules.confirms(fields, protocol, true)) {
            controller.confirm();
        }
        return Insertion.DONE;
    }

    private static void abandon(@Nullable TemplateHandle controller) {
        if (controller != null) {
            controller.releaseConnection();
        }
    }

    private boolean learnRoute(Flow flow, Endpoint endpoint, int serverId, boolean portKept) {
        int key = portKept ? 0 : endpoint.port();
        int virtualPort = portKept ? Replies.PORT_OF_SERVER : flow.destinationPort();
        return table.replies()
                .learn(
                        replyKey.anyClient(flow.protocol().number(), endpoint.address(), key),
                        serverId,
                        flow.destinationHigh(),
                        flow.destinationLow(),
                        virtualPort);
    }

    private void enter(Flow flow, Endpoint endpoint, int serverPort, int serverId) {
        table.replies()
                .enter(
                        replyKey.of(probe, family, endpoint.address(), serverPort),
                        new Replies.Route(
                                serverId, flow.destinationHigh(), flow.destinationLow(), flow.destinationPort()));
    }
}
