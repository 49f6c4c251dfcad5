package org.lvs4j.internal.connection;

import org.jspecify.annotations.Nullable;
import org.lvs4j.internal.concurrent.Stripes;
import org.lvs4j.net.AddressFamily;
import org.lvs4j.net.ConnectionState;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.Flow;
import org.lvs4j.net.Protocol;

/**
 * A position in the {@link ConnectionTable}: finds a connection, reads its fields as they were when it was found, and
 * changes it. The connection itself is a few words in flat memory.
 *
 * <p>Assumptions: a cursor is used by one thread, the one that {@linkplain ConnectionTable#cursor() got it}, for one
 * connection at a time. Guarantees: the fields are of one moment. A change succeeds only if the connection is still as
 * the cursor found it, and then updates the server's counts, so that they follow the state exactly. Otherwise it has no
 * effect, and the caller finds the connection again. Progress: every method is lock-free and allocates nothing except
 * the values for listings; for the additional costs of masqueraded connections see {@link ReplyRoutes}.
 */
public final class ConnectionCursor {
    private static final long LOW = 0xFFFF_FFFFL;
    private static final Protocol[] PROTOCOLS = Protocol.values();

    private final ConnectionTable table;
    private final FlowLookup lookup;
    private final int stripe;
    private final ReverseLookup reverseLookup;
    private final ConnectionInserter inserter;
    private AddressFamily family;

    /** Takes a stripe if stripes are given and one is free. */
    ConnectionCursor(ConnectionTable table, AddressFamily family, FlowLookup lookup, @Nullable Stripes stripes) {
        this.table = table;
        this.family = family;
        this.lookup = lookup;
        ReplyKey replyKey = new ReplyKey();
        reverseLookup = new ReverseLookup(table.replyRoutes(), replyKey);
        inserter = new ConnectionInserter(table, lookup, replyKey);
        stripe = stripes == null ? Stripes.SHARED : stripes.take(this);
    }

    /** The stripe in which the calling thread counts; the cursor must be reachable until it has counted. */
    public int stripe() {
        return stripe;
    }

    // ---- finding

    /** Finds the connection of a packet from its client. Returns whether there is one. */
    boolean find(Flow flow) {
        setKey(flow);
        return flows().find(lookup);
    }

    /** Finds the connection of a client and a virtual endpoint. Returns whether there is one. */
    boolean find(
            AddressFamily newFamily,
            int protocol,
            long clientHigh,
            long clientLow,
            int clientPort,
            long virtualHigh,
            long virtualLow,
            int virtualPort) {
        setKey(newFamily, protocol, clientHigh, clientLow, clientPort, virtualHigh, virtualLow, virtualPort);
        return flows().find(lookup);
    }

    /**
     * Finds the connection of a packet from its server. Returns whether there is one.
     *
     * <p>The source of the reply is the server's endpoint if the connection is masqueraded, and the virtual endpoint if
     * the server answers clients itself and the director sees its answers.
     *
     * @param reply the packet's source and destination
     */
    public boolean findByServer(Flow reply) {
        return reverseLookup.find(this, reply);
    }

    /**
     * Finds the connection again after a change has failed, or its successor with the same client and virtual endpoint.
     * Returns whether there is one.
     */
    public boolean findAgain() {
        return flows().find(lookup);
    }

    /** Sets the key of the next search. */
    void setKey(Flow flow) {
        setKey(
                flow.family(),
                flow.protocol().number(),
                flow.sourceHigh(),
                flow.sourceLow(),
                flow.sourcePort(),
                flow.destinationHigh(),
                flow.destinationLow(),
                flow.destinationPort());
    }

    /** Sets a key of 64 bits that no packet has. */
    void setUnlistedKey(long key) {
        family = AddressFamily.IPV4;
        lookup.fill(key, FlowRecord.identity(0, 0, HeldConnections.UNLISTED));
    }

    private void setKey(
            AddressFamily newFamily,
            int protocol,
            long clientHigh,
            long clientLow,
            int clientPort,
            long virtualHigh,
            long virtualLow,
            int virtualPort) {
        // Writing a reference costs more than comparing it.
        if (family != newFamily) {
            family = newFamily;
        }
        long identity = FlowRecord.identity(clientPort, virtualPort, protocol);
        if (newFamily == AddressFamily.IPV4) {
            lookup.fill(FlowRecord.addresses(clientLow, virtualLow), identity);
        } else {
            lookup.fill(clientHigh, clientLow, virtualHigh, virtualLow, identity);
        }
    }

    private FlowTable flows() {
        return table.flows(family);
    }

    // ---- the connection found

    /** Its server, or null if the connection has ended and the server was removed since. */
    public @Nullable ServerState server() {
        return table.servers().get(FlowRecord.serverId(lookup.identity));
    }

    /** The port at its server. */
    public int serverPort(ServerState server) {
        return FlowRecord.has(lookup.meta, FlowRecord.PORT_KEPT)
                ? FlowRecord.virtualPort(lookup.identity)
                : server.port();
    }

    /** The state. */
    public ConnectionState state() {
        return ConnectionRules.state(lookup.meta);
    }

    /** Whether no packet from the server has been seen: {@code IP_VS_CONN_F_NOOUTPUT} of IPVS. */
    public boolean noOutput() {
        return FlowRecord.has(lookup.meta, FlowRecord.NO_OUTPUT);
    }

    /**
     * Whether its server answers the client itself, by the forwarding method it had at the start; otherwise
     * it is masqueraded.
     */
    public boolean direct() {
        return FlowRecord.has(lookup.meta, FlowRecord.DIRECT);
    }

    /** Whether a template placed it. */
    public boolean hasTemplate() {
        return lookup.templateId != 0;
    }

    /** The template that placed it, or null. */
    public @Nullable TemplateHandle template() {
        return table.templates().get(lookup.templateId);
    }

    /** The number of packets from the client; at most 15. */
    public int inPackets() {
        return FlowRecord.packets(lookup.meta);
    }

    /** The time until it expires if it stays idle, in nanoseconds; not negative. */
    public long remainingNanos(long nowNanos) {
        return Math.max(0, table.ticks().nanosUntil(FlowRecord.deadline(lookup.meta), nowNanos));
    }

    /** The time since its last packet in nanoseconds, to a tick. */
    public long idleNanos(long nowNanos) {
        return table.timeouts().nanos(state()) - table.ticks().nanosUntil(FlowRecord.deadline(lookup.meta), nowNanos);
    }

    /** Whether listings show it: whether its client is known. */
    public boolean listed() {
        return FlowRecord.protocol(lookup.identity) != HeldConnections.UNLISTED;
    }

    /** The protocol of a connection that is listed. */
    public Protocol protocol() {
        int number = FlowRecord.protocol(lookup.identity);
        for (Protocol protocol : PROTOCOLS) {
            if (protocol.number() == number) {
                return protocol;
            }
        }
        throw new IllegalStateException("no protocol has the number " + number);
    }

    /** Fills a flow with the client as source and the virtual endpoint as destination. */
    public void fill(Flow flow) {
        int clientPort = FlowRecord.clientPort(lookup.identity);
        int virtualPort = FlowRecord.virtualPort(lookup.identity);
        if (family == AddressFamily.IPV4) {
            flow.set(protocol(), family, 0, lookup.first >>> 32, clientPort, 0, lookup.first & LOW, virtualPort);
        } else {
            flow.set(
                    protocol(),
                    family,
                    lookup.first,
                    lookup.second,
                    clientPort,
                    lookup.third,
                    lookup.fourth,
                    virtualPort);
        }
    }

    /** The server's address with the port of this connection, as a value (allocates). */
    public Endpoint destination(ServerState server) {
        return server.config().endpoint().withPort(serverPort(server));
    }

    // ---- changing it

    /**
     * Applies a packet to the connection: its state, its packet count if the packet is the client's, and its deadline.
     *
     * @param server its server
     * @param event the flags of a TCP segment or an event of {@link SctpStates}; ignored for UDP
     * @param defence whether the TCP table of {@code secure_tcp} applies
     * @return whether the connection was still as found; if not, the packet has had no effect
     */
    public boolean follow(ServerState server, boolean fromClient, int event, boolean defence, long nowNanos) {
        // Looked up before the change, whose success proves that the id meant this template all the time.
        TemplateHandle template = lookup.templateId == 0 ? null : template();
        int protocol = FlowRecord.protocol(lookup.identity);
        long before = lookup.meta;
        long after = ConnectionRules.follow(before, protocol, fromClient, event, defence);
        after = FlowRecord.withDeadline(after, table.deadline(after, nowNanos));
        if (!flows().change(lookup, after)) {
            return false;
        }
        if (FlowRecord.state(after) != FlowRecord.state(before)) {
            updateActivity(server, before, after);
        }
        if (template != null && ConnectionRules.confirms(after, protocol, fromClient)) {
            template.confirm();
        }
        return true;
    }

    private static void updateActivity(ServerState server, long before, long after) {
        boolean active = ConnectionRules.active(after);
        if (active != ConnectionRules.active(before)) {
            server.move(active);
        }
    }

    /**
     * Hides the connection from packets and lets it expire at the next tick. Its server counts it until then.
     *
     * @return whether it was still as found
     */
    public boolean expireNow(long nowNanos) {
        long before = lookup.meta;
        long after = FlowRecord.withDeadline(before, table.ticks().notBefore(nowNanos + 1));
        if (!flows().change(lookup, after & ~FlowRecord.INDEXED | FlowRecord.HIDDEN)) {
            return false;
        }
        table.hidden(lookup, before, family);
        return true;
    }

    /** Ends the connection. Returns whether it was still as found. */
    public boolean remove() {
        if (!flows().remove(lookup)) {
            return false;
        }
        table.ended(lookup, family);
        return true;
    }

    /**
     * Takes the connection out of the table, with its place, and as a half-open one that its server and its template
     * still count. Returns whether it was still as found.
     */
    boolean take(ServerState server) {
        if (!flows().remove(lookup)) {
            return false;
        }
        if (FlowRecord.has(lookup.meta, FlowRecord.INDEXED)) {
            table.removeIndexed(lookup, lookup.meta, family, server);
        }
        if (!ConnectionRules.active(lookup.meta)) {
            server.move(true);
        }
        return true;
    }

    // ---- a new connection

    /** The outcome of {@link #insert}. */
    public enum Insertion {
        /** The connection is in the table and counted on its server. */
        DONE,
        /** Another thread has inserted a connection of the same client and virtual endpoint. */
        KNOWN,
        /** The server was removed meanwhile: the caller chooses again. */
        NO_SERVER,
        /** The table has no slot for it: see {@link FlowTable}. */
        NO_PLACE
    }

    /**
     * Inserts a connection, bound to a server, with its first packet counted and applied.
     *
     * <p>The caller has {@linkplain ConnectionTable#reserve reserved} its place, and keeps the reservation if the
     * outcome is not {@link Insertion#DONE}.
     *
     * @param flow the client as source, the virtual endpoint as destination
     * @param serverPort the server's port or the virtual one
     * @param template the template that placed it, already bound to it, or null; released if the outcome is
     *     not {@link Insertion#DONE}
     * @param event the flags of a TCP segment or an event of {@link SctpStates}; ignored for UDP
     * @param defence whether the TCP table of {@code secure_tcp} applies
     */
    public Insertion insert(
            Flow flow,
            ServerState server,
            int serverPort,
            @Nullable TemplateHandle template,
            int event,
            boolean defence,
            long nowNanos) {
        return inserter.insert(this, flow, server, serverPort, template, event, defence, nowNanos);
    }

    /**
     * Inserts a connection that an application has held and ended, under the key that the cursor has. Its server counts
     * it as inactive already, its template counts it, and it has its place.
     *
     * @return whether it was inserted; otherwise there is another connection of that key, or no slot
     */
    boolean insertClosed(
            ServerState server,
            int serverPort,
            @Nullable TemplateHandle template,
            ConnectionState state,
            long nowNanos) {
        lookup.identity = lookup.identity & FlowRecord.KEY_MASK | server.id();
        long fields = FlowRecord.fields(state.ordinal(), false, serverPort != server.port(), 0);
        fields = FlowRecord.withDeadline(fields, table.deadline(fields, nowNanos));
        return flows().insert(lookup, template == null ? 0 : template.id(), fields);
    }
}
