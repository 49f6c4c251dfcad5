package org.lvs4j.connection;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.Flow;
import org.lvs4j.net.Protocol;

/**
 * One connection: whose it is, in which state, and until when.
 *
 * <p>State, activity and release share one word that is changed by compare-and-set; whoever changes it also moves
 * the counters, so the server's counts follow the state exactly under any number of threads and the release
 * happens once.
 */
public final class ConnectionEntry extends Timed {
    private static final VarHandle WORD;
    private static final VarHandle IN_PACKETS;

    private static final int STATE_MASK = 0xFF;
    private static final int INACTIVE = 1 << 8;
    private static final int NO_OUTPUT = 1 << 9;
    private static final int RELEASED = 1 << 10;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            WORD = lookup.findVarHandle(ConnectionEntry.class, "word", int.class);
            IN_PACKETS = lookup.findVarHandle(ConnectionEntry.class, "inPackets", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final ConnectionTable table;
    private final Protocol protocol;
    private final @Nullable ConnectionKey key;
    private final @Nullable Controller controller;
    private final ServerState server;
    private final int serverPort;
    private final boolean held;
    private final boolean answersAsVirtual;
    private int word;
    private int inPackets;

    // A racing packet may leave its own state's timeout here, as in the kernel; volatile so that no value is torn.
    private volatile long timeoutNanos;

    /**
     * A new, inactive connection in the first state of its protocol, bound to its server.
     *
     * @param key who talks to whom, or null for a connection that cannot be looked up
     * @param controller the template that placed it, already counting it, or null
     * @param serverPort the port at the server
     * @param noOutput whether the server's packets do not pass the director
     * @param held whether somebody holds the connection, so that time alone never ends it
     */
    ConnectionEntry(
            ConnectionTable table,
            Protocol protocol,
            @Nullable ConnectionKey key,
            @Nullable Controller controller,
            ServerState server,
            int serverPort,
            boolean noOutput,
            boolean held) {
        this.table = table;
        this.protocol = protocol;
        this.key = key;
        this.controller = controller;
        this.server = server;
        this.serverPort = serverPort;
        this.held = held;
        this.answersAsVirtual = noOutput;
        this.word = ConnectionState.initial(protocol).ordinal() | INACTIVE | (noOutput ? NO_OUTPUT : 0);
        server.bind(false);
    }

    @Nullable ConnectionKey key() {
        return key;
    }

    /** The server it is bound to. */
    public ServerState server() {
        return server;
    }

    /** The port at the server. */
    public int serverPort() {
        return serverPort;
    }

    /** The server's address with the port of this connection. */
    public Endpoint destination() {
        return server.config().endpoint().withPort(serverPort);
    }

    /** The present state. */
    public ConnectionState state() {
        return ConnectionState.of((int) WORD.getOpaque(this) & STATE_MASK);
    }

    /** Whether no packet of the server has been seen although the state tables would want to. */
    public boolean noOutput() {
        return ((int) WORD.getOpaque(this) & NO_OUTPUT) != 0;
    }

    /** Whether the server answers the client itself, with the virtual endpoint as its own. */
    boolean answersAsVirtual() {
        return answersAsVirtual;
    }

    /** Whether it has ended. */
    public boolean released() {
        return ((int) WORD.getAcquire(this) & RELEASED) != 0;
    }

    /** Whether somebody holds it and will end it, so that the director must not. */
    public boolean held() {
        return held;
    }

    /** How long it may be idle in its present state. */
    public long timeoutNanos() {
        return timeoutNanos;
    }

    /** Puts off the end by the timeout of the present state. */
    public void touch(long nowNanos) {
        deadlineNanos(nowNanos + timeoutNanos);
    }

    void expireAt(long nanos) {
        deadlineNanos(nanos);
    }

    /** The template that placed it, or null. */
    public @Nullable Controller controller() {
        return controller;
    }

    /** Counts a packet from the client for the defences. */
    public void countIn() {
        IN_PACKETS.getAndAdd(this, 1);
    }

    /** Packets from the client so far. */
    public int inPackets() {
        return (int) IN_PACKETS.getOpaque(this);
    }

    @Override
    protected boolean ended() {
        return released();
    }

    @Override
    protected void timeIsUp(long nowNanos) {
        table.remove(this);
    }

    /** Enters a state and takes over its timeout; moves the server's counts if the activity changes. */
    public void enter(ConnectionState state, Timeouts timeouts) {
        while (true) {
            int before = (int) WORD.getVolatile(this);
            if ((before & RELEASED) != 0) {
                return;
            }
            if (change(before, state, before & NO_OUTPUT, timeouts)) {
                return;
            }
        }
    }

    /**
     * Notes for a holder that data may flow both ways. A connection that a side has finished already does not become
     * active again.
     */
    public void establish(Timeouts timeouts) {
        while (true) {
            int before = (int) WORD.getVolatile(this);
            if ((before & RELEASED) != 0) {
                return;
            }
            ConnectionState now = ConnectionState.of(before & STATE_MASK);
            ConnectionState next = now.active() || now == ConnectionState.NONE ? ConnectionState.ESTABLISHED : now;
            if (change(before, next, before & NO_OUTPUT, timeouts)) {
                if (controller != null) {
                    controller.assure();
                }
                return;
            }
        }
    }

    /** Notes for a holder that one side has sent its last byte; when both have, in either order, the connection is over. */
    public void finish(boolean byClient, Timeouts timeouts) {
        ConnectionState own = byClient ? ConnectionState.CLOSE_WAIT : ConnectionState.FIN_WAIT;
        ConnectionState others = byClient ? ConnectionState.FIN_WAIT : ConnectionState.CLOSE_WAIT;
        while (true) {
            int before = (int) WORD.getVolatile(this);
            if ((before & RELEASED) != 0) {
                return;
            }
            ConnectionState now = ConnectionState.of(before & STATE_MASK);
            ConnectionState next =
                    now == others || now == ConnectionState.TIME_WAIT ? ConnectionState.TIME_WAIT : own;
            if (change(before, next, before & NO_OUTPUT, timeouts)) {
                return;
            }
        }
    }

    /**
     * Follows a packet through the state machine of its protocol.
     *
     * @param signal the flags of a TCP segment or the event of an SCTP packet; ignored for UDP
     * @param defence whether the TCP table of {@code secure_tcp} rules
     */
    public void follow(Protocol protocol, boolean fromClient, int signal, boolean defence, Timeouts timeouts) {
        while (true) {
            int before = (int) WORD.getVolatile(this);
            if ((before & RELEASED) != 0) {
                return;
            }
            int noOutput = fromClient ? before & NO_OUTPUT : 0;
            Direction direction = !fromClient
                    ? Direction.OUTPUT
                    : noOutput != 0 ? Direction.INPUT_ONLY : Direction.INPUT;
            ConnectionState now = ConnectionState.of(before & STATE_MASK);
            ConnectionState next =
                    switch (protocol) {
                        case TCP -> TcpStates.next(now, direction, signal, defence);
                        case UDP -> ConnectionState.UDP;
                        case SCTP -> SctpStates.next(now, direction, signal);
                    };
            if (change(before, next, noOutput, timeouts)) {
                return;
            }
        }
    }

    private boolean change(int before, ConnectionState next, int noOutput, Timeouts timeouts) {
        int after = next.ordinal() | noOutput | (next.active() ? 0 : INACTIVE);
        if (after != before) {
            if (!WORD.compareAndSet(this, before, after)) {
                return false;
            }
            if (((before ^ after) & INACTIVE) != 0) {
                server.move(next.active());
            }
        }
        timeoutNanos = timeouts.nanos(next);
        if (next.established() && controller != null) {
            controller.assure();
        }
        return true;
    }

    /** Ends the connection. Only the first call does, and returns true. */
    boolean release() {
        while (true) {
            int before = (int) WORD.getVolatile(this);
            if ((before & RELEASED) != 0) {
                return false;
            }
            if (WORD.compareAndSet(this, before, before | RELEASED)) {
                server.release((before & INACTIVE) == 0);
                if (controller != null) {
                    controller.uncontrol();
                }
                return true;
            }
        }
    }

    /** The protocol. */
    public Protocol protocol() {
        return protocol;
    }

    /** Fills a flow with client and virtual endpoint; a connection without a key leaves it as it is. */
    public void describe(Flow flow) {
        if (key != null) {
            key.describe(flow);
        }
    }

    /** The client, or null for a connection without a key. */
    public @Nullable Endpoint client() {
        return key == null ? null : new Endpoint(key.from(), key.fromPort());
    }

    /** The virtual endpoint, or null for a connection without a key. */
    public @Nullable Endpoint virtual() {
        return key == null ? null : new Endpoint(key.to(), key.toPort());
    }
}
