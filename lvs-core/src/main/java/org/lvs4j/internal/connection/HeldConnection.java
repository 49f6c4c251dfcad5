package org.lvs4j.internal.connection;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;
import org.lvs4j.net.ConnectionState;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.Flow;
import org.lvs4j.net.Protocol;

/**
 * A connection that an application holds and ends. It has no timer, and packets do not find it.
 *
 * <p>Assumptions: the holder ends the connection, through {@link HeldConnections}. Guarantees: state and end share one
 * word that is changed by compare-and-set, and the thread that changes it updates the server's counts. So the counts
 * follow the state exactly under any number of threads, and the connection ends once. Progress: lock-free.
 */
public final class HeldConnection {
    private static final VarHandle WORD;
    private static final int STATE_MASK = 0xFF;
    private static final int ENDED = 1 << 8;
    private static final int EXPIRED = 1 << 9;

    static {
        try {
            WORD = MethodHandles.lookup().findVarHandle(HeldConnection.class, "word", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final Protocol protocol;
    private final @Nullable Endpoint client;
    private final @Nullable Endpoint virtual;
    private final boolean listed;
    private final int id;
    private final ServerState server;
    private final int serverPort;
    private final @Nullable TemplateHandle template;
    private final Timeouts timeouts;
    private final long startNanos;
    private int word;
    // The client's packets, as far as they have been reported. Racy: a lost increment only delays drop_entry.
    private int inPackets = 1;

    // The time shown in listings. Volatile so that the long is not torn; the write in touch pairs with the
    // read in remainingNanos.
    private volatile long deadlineNanos;

    /** A connection that its server counts already, as active if and only if it is a TCP connection. */
    HeldConnection(
            Protocol protocol,
            @Nullable Flow flow,
            boolean listed,
            int id,
            ServerState server,
            int serverPort,
            @Nullable TemplateHandle template,
            Timeouts timeouts,
            long nowNanos) {
        this.protocol = protocol;
        client = flow == null ? null : flow.source();
        virtual = flow == null ? null : flow.destination();
        this.listed = listed;
        this.id = id;
        this.server = server;
        this.serverPort = serverPort;
        this.template = template;
        this.timeouts = timeouts;
        startNanos = nowNanos;
        word = (protocol == Protocol.TCP ? ConnectionState.SYN_RECV : ConnectionState.initial(protocol)).ordinal();
        touch(nowNanos);
    }

    boolean listed() {
        return listed;
    }

    /** The id among the held connections; 0 if it is not listed. */
    int id() {
        return id;
    }

    /** The protocol. */
    public Protocol protocol() {
        return protocol;
    }

    /** The client, or null if it is not known. */
    public @Nullable Endpoint client() {
        return client;
    }

    /** The virtual endpoint, or null if the client is not known. */
    public @Nullable Endpoint virtual() {
        return virtual;
    }

    /** The server it is bound to. */
    public ServerState server() {
        return server;
    }

    int serverPort() {
        return serverPort;
    }

    /** The server's address with the port of this connection. */
    public Endpoint destination() {
        return server.config().endpoint().withPort(serverPort);
    }

    /** The template that placed it, or null. */
    public @Nullable TemplateHandle template() {
        return template;
    }

    /** The present state. */
    public ConnectionState state() {
        return ConnectionStates.of((int) WORD.getOpaque(this) & STATE_MASK);
    }

    /** The rest of its state's timeout since the last {@link #touch}, in nanoseconds; not negative. */
    public long remainingNanos(long nowNanos) {
        return Math.max(0, deadlineNanos - nowNanos);
    }

    /** The time since the last {@link #touch} in nanoseconds. */
    public long idleNanos(long nowNanos) {
        return timeouts.nanos(state()) - (deadlineNanos - nowNanos);
    }

    /** When it began. */
    public long startNanos() {
        return startNanos;
    }

    /** The number of packets from the client; at most 15. */
    public int inPackets() {
        return inPackets;
    }

    /** Counts a packet from the client; the count saturates. */
    public void countInPacket() {
        int before = inPackets;
        if (before < FlowRecord.MAX_PACKETS) {
            inPackets = before + 1;
        }
    }

    /** Whether the connection has ended: its state says nothing any more. */
    public boolean ended() {
        return (wordVolatile() & ENDED) != 0;
    }

    /** Whether the connection has expired although its holder has not ended it. */
    public boolean expired() {
        return (wordVolatile() & EXPIRED) != 0;
    }

    /** Restarts the timeout of the present state, as listings show it. */
    public void touch(long nowNanos) {
        deadlineNanos = nowNanos + timeouts.nanos(state());
    }

    /** Establishes the connection, unless a side has finished already. */
    public void establish(long nowNanos) {
        while (true) {
            int before = wordVolatile();
            ConnectionState now = ConnectionStates.of(before & STATE_MASK);
            if (change(before, now.active() ? ConnectionState.ESTABLISHED : now, nowNanos)) {
                return;
            }
        }
    }

    /**
     * Notes that one side has sent its last byte. When both have, in either order, the connection is
     * in {@code TIME_WAIT}.
     */
    public void finish(boolean byClient, long nowNanos) {
        ConnectionState own = byClient ? ConnectionState.CLOSE_WAIT : ConnectionState.FIN_WAIT;
        ConnectionState others = byClient ? ConnectionState.FIN_WAIT : ConnectionState.CLOSE_WAIT;
        while (true) {
            int before = wordVolatile();
            ConnectionState now = ConnectionStates.of(before & STATE_MASK);
            boolean over = now == others || now == ConnectionState.TIME_WAIT;
            if (change(before, over ? ConnectionState.TIME_WAIT : own, nowNanos)) {
                return;
            }
        }
    }

    /** Pairs with the compare-and-set in change, and the bitwise or in end and expire. */
    private int wordVolatile() {
        return (int) WORD.getVolatile(this);
    }

    /** Returns false if another thread has changed the word; true also if the connection has ended. */
    private boolean change(int before, ConnectionState next, long nowNanos) {
        if ((before & ENDED) != 0) {
            return true;
        }
        if (!WORD.compareAndSet(this, before, next.ordinal())) {
            return false;
        }
        if (ConnectionStates.of(before).active() != next.active()) {
            server.move(next.active());
        }
        if (ConnectionStates.established(next) && template != null) {
            template.confirm();
        }
        touch(nowNanos);
        return true;
    }

    /** Ends it; its server still counts it. Returns whether this call has ended it. */
    boolean end() {
        return ((int) WORD.getAndBitwiseOr(this, ENDED) & ENDED) == 0;
    }

    /** Ends it in place of its holder; its server still counts it. Returns whether this call has ended it. */
    boolean expire() {
        while (true) {
            int before = wordVolatile();
            if ((before & ENDED) != 0) {
                return false;
            }
            if (WORD.compareAndSet(this, before, before | ENDED | EXPIRED)) {
                return true;
            }
        }
    }

    /** Counts a connection that has ended as inactive. Called by the thread that has ended it. */
    void deactivate() {
        // No other thread changes the word after the end.
        int before = wordVolatile();
        if (ConnectionStates.active(before & STATE_MASK)) {
            WORD.setVolatile(this, before & ~STATE_MASK | ConnectionState.CLOSE.ordinal());
            server.move(false);
        }
    }

    /** Releases the server and the template of a connection that has ended. Called by the thread that has ended it. */
    void release() {
        server.release(ConnectionStates.active(wordVolatile() & STATE_MASK));
        if (template != null) {
            template.releaseConnection();
        }
    }
}
