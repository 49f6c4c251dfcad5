package org.lvs4j;

import org.jspecify.annotations.Nullable;
import org.lvs4j.internal.connection.HeldConnection;
import org.lvs4j.internal.connection.ServerState;
import org.lvs4j.net.ConnectionState;
import org.lvs4j.net.Endpoint;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;

/**
 * A connection that {@link Director#open} has placed on a real server, or has refused. Its server counts it as open
 * until it is closed, however long that takes: the holder must call {@link #close()} on every path.
 *
 * <p>After its end a TCP connection lingers, as in IPVS: its server counts it as inactive, and listings show it unless
 * it was opened by {@linkplain Director#open(ServiceKey) key}, for 120 s in {@code TIME_WAIT} after {@link #close()},
 * or for 10 s in {@code CLOSE} after {@link #reset()}. {@link Director.Builder#linger} changes that for a director,
 * {@link #expire()} for one connection.
 *
 * <p>Guarantees: thread-safe; only the first of {@link #close()}, {@link #reset()}, {@link #expire()} and {@link
 * #retry()} ends the connection. A retry opens a new one in any case. Progress: lock-free, as {@link Director#open} is.
 *
 * <pre>{@code
 * try (Connection connection = director.open(service)) {
 *     if (connection.accepted()) {
 *         talkTo(connection.destination());
 *     }
 * }
 * }</pre>
 */
public final class Connection implements AutoCloseable {
    private final ConnectionDispatcher dispatcher;
    private final @Nullable ServiceKey service;
    private final Verdict verdict;
    private final @Nullable HeldConnection held;
    private final int mark;
    private final int @Nullable [] triedIds;
    private final boolean onePacket;
    private final boolean unidentified;

    Connection(
            ConnectionDispatcher dispatcher, @Nullable ServiceKey service, Verdict verdict, Attempt attempt, int mark) {
        this.dispatcher = dispatcher;
        this.service = service;
        this.verdict = verdict;
        this.held = attempt.held();
        this.mark = mark;
        this.triedIds = attempt.triedIds();
        this.onePacket = held != null && attempt.onePacket();
        this.unidentified = attempt.unidentified();
    }

    /** Whether the connection has a real server; if not, {@link #verdict()} says why. */
    public boolean accepted() {
        return held != null;
    }

    /** The outcome: {@link Verdict#FORWARD} if and only if the connection is accepted. */
    public Verdict verdict() {
        return verdict;
    }

    /**
     * Whether the connection was refused because the persistence engine of its service did not identify the client by
     * the payload. If more of the client's stream is to be had, {@link Director#open(org.lvs4j.net.Flow,
     * java.nio.ByteBuffer)} can be called again with all of it.
     */
    public boolean unidentified() {
        return unidentified;
    }

    /** The key of the service responsible, or null if none is. */
    public @Nullable ServiceKey service() {
        return service;
    }

    /**
     * The real server as it is configured now.
     *
     * @throws IllegalStateException if the connection was not accepted
     */
    public RealServer server() {
        return held().server().config();
    }

    /**
     * The endpoint to connect to: the server's address with the port of this connection.
     *
     * @throws IllegalStateException if the connection was not accepted
     */
    public Endpoint destination() {
        return held().destination();
    }

    /**
     * Whether the connection carries a single datagram, because the service schedules each datagram by itself. The
     * holder closes it when the datagram has been sent.
     */
    public boolean onePacket() {
        return onePacket;
    }

    /**
     * Whether the server is still part of its service. A server that was removed keeps its connections.
     *
     * @throws IllegalStateException if the connection was not accepted
     */
    public boolean serverPresent() {
        return held().server().present();
    }

    /**
     * Whether the server is being {@linkplain Director#drain drained}. A holder that can end an idle connection without
     * harm, such as a kept-alive one of HTTP between two requests, does so. Costs one read of memory.
     *
     * @throws IllegalStateException if the connection was not accepted
     */
    public boolean draining() {
        return held().server().stage() != ServerState.Stage.OPEN;
    }

    /**
     * Whether the director has ended the connection although the holder has not: its server was removed while
     * {@code expire_nodest_conn} is set, {@code drop_entry} has chosen it, or the connections of its server are being
     * ended ({@link Director#drain}, {@link Director#endConnections}, {@link Director#release}). It is released
     * already; the holder stops using it and closes it. Costs three reads of memory.
     *
     * @throws IllegalStateException if the connection was not accepted
     */
    public boolean expired() {
        return dispatcher.expired(held());
    }

    /**
     * Reports that the connection to the server is established: data may flow both ways. A connection that one side has
     * finished stays inactive. Without effect unless it is a TCP connection.
     *
     * @throws IllegalStateException if the connection was not accepted
     */
    public void established() {
        dispatcher.established(held());
    }

    /**
     * Reports that the client has sent its last byte; the connection is inactive from now on. Without effect unless it
     * is a TCP connection.
     *
     * @throws IllegalStateException if the connection was not accepted
     */
    public void clientFinished() {
        dispatcher.finished(held(), true);
    }

    /**
     * Reports that the server has sent its last byte; the connection is inactive from now on. Without effect unless it
     * is a TCP connection.
     *
     * @throws IllegalStateException if the connection was not accepted
     */
    public void serverFinished() {
        dispatcher.finished(held(), false);
    }

    /**
     * Counts bytes from the client as one packet, and restarts the idle timeout that listings show.
     *
     * @param bytes how many, not negative
     * @throws IllegalArgumentException if it is negative
     * @throws IllegalStateException if the connection was not accepted
     */
    public void received(long bytes) {
        dispatcher.count(held(), true, requireNotNegative("bytes", bytes));
    }

    /**
     * Counts bytes to the client as one packet, and restarts the idle timeout that listings show.
     *
     * @param bytes how many, not negative
     * @throws IllegalArgumentException if it is negative
     * @throws IllegalStateException if the connection was not accepted
     */
    public void sent(long bytes) {
        dispatcher.count(held(), false, requireNotNegative("bytes", bytes));
    }

    /**
     * Reports how long the server took to answer, for schedulers that learn from it, such as {@code peak-ewma}.
     * Others ignore it.
     *
     * @param nanos from the request, or the attempt to connect, to the first answer, in nanoseconds; not negative
     * @throws IllegalArgumentException if it is negative
     * @throws IllegalStateException if the connection was not accepted
     */
    public void latency(long nanos) {
        requireNotNegative("latency", nanos);
        HeldConnection connection = held();
        if (service != null) {
            dispatcher.observed(service, connection, nanos);
        }
    }

    /**
     * Tries another server: releases this connection at once and opens a new one for the same client, without the
     * servers that were tried so far. A persistence template of the client moves to the new server as well.
     *
     * @return the new connection, refused if no other server is left; to be closed like any other
     * @throws IllegalStateException if this connection was not accepted
     */
    public Connection retry() {
        HeldConnection failed = held();
        dispatcher.release(failed);
        return dispatcher.reopen(service, failed, mark, triedIds);
    }

    /**
     * Ends the connection in order, as if both sides had sent FIN. A TCP connection lingers in {@code TIME_WAIT}; any
     * other is released at once. Without effect on a refused connection.
     */
    @Override
    public void close() {
        if (held != null) {
            dispatcher.close(held, ConnectionState.TIME_WAIT);
        }
    }

    /**
     * Ends the connection as after a reset, or after an attempt to connect that has failed. A TCP connection lingers in
     * {@code CLOSE}, or in {@code TIME_WAIT} if both sides had finished; any other is released at once. Without effect
     * on a refused connection.
     */
    public void reset() {
        if (held != null) {
            dispatcher.close(held, ConnectionState.CLOSE);
        }
    }

    /**
     * Ends the connection and releases it at once, as when it has been idle for its timeout. Without effect on a
     * refused connection.
     */
    public void expire() {
        if (held != null) {
            dispatcher.release(held);
        }
    }

    private HeldConnection held() {
        if (held == null) {
            throw new IllegalStateException("the connection was not accepted: " + verdict);
        }
        return held;
    }

    private static long requireNotNegative(String name, long value) {
        if (value < 0) {
            throw new IllegalArgumentException(name + " = " + value + " is negative");
        }
        return value;
    }

    @Override
    public String toString() {
        return held == null
                ? verdict.toString()
                : verdict + " to " + held.destination() + " "
                        + (held.ended() ? "ended" : held.state().label());
    }
}
