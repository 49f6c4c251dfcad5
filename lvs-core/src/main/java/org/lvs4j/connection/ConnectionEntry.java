package org.lvs4j.connection;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.IpAddress;
import org.lvs4j.net.Protocol;

/**
 * One connection: whose it is, in which state, and until when.
 *
 * <p>State, activity and release share one word that is changed by compare-and-set; whoever changes it also moves
 * the counters, so the server's counts follow the state exactly under any number of threads and the release
 * happens once.
 */
public final class ConnectionEntry {
    private static final VarHandle WORD;
    private static final VarHandle DEADLINE;
    private static final VarHandle SCHEDULED_TICK;

    private static final int STATE_MASK = 0xFF;
    private static final int INACTIVE = 1 << 8;
    private static final int NO_OUTPUT = 1 << 9;
    private static final int RELEASED = 1 << 10;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            WORD = lookup.findVarHandle(ConnectionEntry.class, "word", int.class);
            DEADLINE = lookup.findVarHandle(ConnectionEntry.class, "deadlineNanos", long.class);
            SCHEDULED_TICK = lookup.findVarHandle(ConnectionEntry.class, "scheduledTick", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final @Nullable ConnectionKey key;
    private final ServerState server;
    private final int serverPort;
    private final boolean held;
    private int word;
    private long deadlineNanos;
    private long scheduledTick;
    private volatile long timeoutNanos;

    /**
     * A new, inactive connection in state NONE, bound to its server.
     *
     * @param key who talks to whom, or null for a connection that cannot be looked up
     * @param serverPort the port at the server
     * @param noOutput whether the server's packets do not pass the director
     * @param held whether somebody holds the connection, so that time alone never ends it
     */
    ConnectionEntry(@Nullable ConnectionKey key, ServerState server, int serverPort, boolean noOutput, boolean held) {
        this.key = key;
        this.server = server;
        this.serverPort = serverPort;
        this.held = held;
        this.word = ConnectionState.NONE.ordinal() | INACTIVE | (noOutput ? NO_OUTPUT : 0);
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

    /** Whether it has ended. */
    public boolean released() {
        return ((int) WORD.getAcquire(this) & RELEASED) != 0;
    }

    boolean held() {
        return held;
    }

    /** How long it may be idle in its present state. */
    public long timeoutNanos() {
        return timeoutNanos;
    }

    /** When it ends if it stays idle. */
    public long deadlineNanos() {
        return (long) DEADLINE.getOpaque(this);
    }

    /** Puts off the end by the timeout of the present state. */
    public void touch(long nowNanos) {
        DEADLINE.setOpaque(this, nowNanos + timeoutNanos);
    }

    void expireAt(long nanos) {
        DEADLINE.setOpaque(this, nanos);
    }

    /** The tick of the wheel's live reference to this entry; older references are stale. */
    long scheduledTick() {
        return (long) SCHEDULED_TICK.getVolatile(this);
    }

    boolean reschedule(long from, long to) {
        return SCHEDULED_TICK.compareAndSet(this, from, to);
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

    /** Follows a TCP segment through the state machine. */
    public void segment(boolean fromClient, int flags, boolean defence, Timeouts timeouts) {
        while (true) {
            int before = (int) WORD.getVolatile(this);
            if ((before & RELEASED) != 0) {
                return;
            }
            int noOutput = fromClient ? before & NO_OUTPUT : 0;
            TcpStates.Direction direction = !fromClient
                    ? TcpStates.Direction.OUTPUT
                    : noOutput != 0 ? TcpStates.Direction.INPUT_ONLY : TcpStates.Direction.INPUT;
            ConnectionState next =
                    TcpStates.next(ConnectionState.of(before & STATE_MASK), direction, flags, defence);
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
                return true;
            }
        }
    }

    /** The protocol, or TCP for a connection without a key. */
    public Protocol protocol() {
        return key == null ? Protocol.TCP : key.protocol();
    }

    /** The client, or null for a connection without a key. */
    public @Nullable Endpoint client() {
        return key == null
                ? null
                : new Endpoint(IpAddress.of(key.family(), key.fromHigh(), key.fromLow()), key.fromPort());
    }

    /** The virtual endpoint, or null for a connection without a key. */
    public @Nullable Endpoint virtual() {
        return key == null
                ? null
                : new Endpoint(IpAddress.of(key.family(), key.toHigh(), key.toLow()), key.toPort());
    }
}
