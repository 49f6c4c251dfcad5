package org.lvs4j.internal.connection;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;
import org.lvs4j.net.ConnectionState;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.Flow;
import org.lvs4j.net.Protocol;

/**
 * A connection that somebody outside holds and will end; time alone never does, and no packet finds it.
 *
 * <p>State, activity and release share one word that is changed by compare-and-set; whoever changes it also moves the counters, so
 * the server's counts follow the state exactly under any number of threads and the release happens once. Progress: lock-free.
 */
public final class HeldConnection {
    private static final VarHandle WORD;
    private static final int STATE_MASK = 0xFF;
    private static final int RELEASED = 1 << 8;

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
    private final int number;
    private final ServerState server;
    private final int serverPort;
    private final @Nullable TemplateHandle controller;
    private final Timeouts timeouts;
    private int word;

    // When it would end if time could end it, for listings; volatile so that no value is torn.
    private volatile long deadlineNanos;

    /** A connection that its server counts already: active if and only if it is a TCP connection. */
    HeldConnection(
            Protocol protocol,
            @Nullable Flow flow,
            boolean listed,
            int number,
            ServerState server,
            int serverPort,
            @Nullable TemplateHandle controller,
            Timeouts timeouts,
            long nowNanos) {
        this.protocol = protocol;
        client = flow == null ? null : flow.source();
        virtual = flow == null ? null : flow.destination();
        this.listed = listed;
        this.number = number;
        this.server = server;
        this.serverPort = serverPort;
        this.controller = controller;
        this.timeouts = timeouts;
        word = (protocol == Protocol.TCP ? ConnectionState.SYN_RECV : ConnectionState.initial(protocol)).ordinal();
        touch(nowNanos);
    }

    boolean listed() {
        return listed;
    }

    int number() {
        return number;
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

    /** The server's address with the port of this connection. */
    public Endpoint destination() {
        return server.config().endpoint().withPort(serverPort);
    }

    /** The template that placed it, or null. */
    public @Nullable TemplateHandle controller() {
        return controller;
    }

    /** The present state. */
    public ConnectionState state() {
        return ConnectionStates.of((int) WORD.getOpaque(this) & STATE_MASK);
    }

    /** How much longer its state would last if it stayed idle; not negative. */
    public long remainingNanos(long nowNanos) {
        return Math.max(0, deadlineNanos - nowNanos);
    }

    /** Puts off the end shown in listings by the timeout of the present state. */
    public void touch(long nowNanos) {
        deadlineNanos = nowNanos + timeouts.nanos(state());
    }

    /** Data may flow both ways. A connection that a side has finished already does not become active again. */
    public void establish(long nowNanos) {
        while (true) {
            int before = (int) WORD.getVolatile(this);
            ConnectionState now = ConnectionStates.of(before & STATE_MASK);
            if (move(before, now.active() ? ConnectionState.ESTABLISHED : now, nowNanos)) {
                return;
            }
        }
    }

    /** One side has sent its last byte; when both have, in either order, the connection is over. */
    public void finish(boolean byClient, long nowNanos) {
        ConnectionState own = byClient ? ConnectionState.CLOSE_WAIT : ConnectionState.FIN_WAIT;
        ConnectionState others = byClient ? ConnectionState.FIN_WAIT : ConnectionState.CLOSE_WAIT;
        while (true) {
            int before = (int) WORD.getVolatile(this);
            ConnectionState now = ConnectionStates.of(before & STATE_MASK);
            boolean over = now == others || now == ConnectionState.TIME_WAIT;
            if (move(before, over ? ConnectionState.TIME_WAIT : own, nowNanos)) {
                return;
            }
        }
    }

    /** Returns whether nobody was faster, or it has ended already. */
    private boolean move(int before, ConnectionState next, long nowNanos) {
        if ((before & RELEASED) != 0) {
            return true;
        }
        if (!WORD.compareAndSet(this, before, next.ordinal())) {
            return false;
        }
        if (ConnectionStates.of(before).active() != next.active()) {
            server.move(next.active());
        }
        if (ConnectionStates.established(next) && controller != null) {
            controller.confirm();
        }
        touch(nowNanos);
        return true;
    }

    /** Ends it. Only the first call does, and returns true. */
    boolean release() {
        int before = (int) WORD.getAndBitwiseOr(this, RELEASED);
        if ((before & RELEASED) != 0) {
            return false;
        }
        server.release(ConnectionStates.of(before).active());
        if (controller != null) {
            controller.releaseConnection();
        }
        return true;
    }
}
