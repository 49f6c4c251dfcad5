package org.lvs4j;

import org.jspecify.annotations.Nullable;
import org.lvs4j.internal.connection.HeldConnection;
import org.lvs4j.net.Endpoint;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;

/**
 * A connection that {@link Director#open} has placed on a real server, or has refused. The server's counters count it
 * until it is closed, however long that takes: the holder must call {@link #close()} on every path.
 *
 * <p>Guarantees: thread-safe; closing is idempotent and releases exactly once. Progress: every method is lock-free
 * but {@link #retry()}, which is so except for the allocation of a new handle.
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
    private final @Nullable HeldConnection entry;
    private final int mark;
    private final int @Nullable [] triedIds;
    private final boolean onePacket;

    Connection(
            ConnectionDispatcher dispatcher, @Nullable ServiceKey service, Verdict verdict, Attempt attempt, int mark) {
        this.dispatcher = dispatcher;
        this.service = service;
        this.verdict = verdict;
        this.entry = attempt.held();
        this.mark = mark;
        this.triedIds = attempt.triedIds();
        this.onePacket = entry != null && attempt.onePacket();
    }

    /** Whether a real server takes it; if not, {@link #verdict()} says why. */
    public boolean accepted() {
        return entry != null;
    }

    /** What became of it: {@link Verdict#FORWARD} if and only if it is accepted. */
    public Verdict verdict() {
        return verdict;
    }

    /** The service responsible, or null if none is. */
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
     * Where to connect to: the server's address with the port of this connection.
     *
     * @throws IllegalStateException if the connection was not accepted
     */
    public Endpoint destination() {
        return held().destination();
    }

    /**
     * Whether it stands for one datagram alone, because the service schedules each by itself: the holder closes it when
     * that has been sent.
     */
    public boolean onePacket() {
        return onePacket;
    }

    /**
     * Whether the server is still part of its service; a removed one keeps its connections.
     *
     * @throws IllegalStateException if the connection was not accepted
     */
    public boolean serverPresent() {
        return held().server().present();
    }

    /**
     * The connection to the server stands: data may flow both ways. A connection that a side has finished already stays
     * inactive. Without effect unless it is a TCP connection.
     *
     * @throws IllegalStateException if the connection was not accepted
     */
    public void established() {
        dispatcher.established(held());
    }

    /**
     * The client has sent its last byte; the connection counts as inactive from now on. Without effect unless it is a
     * TCP connection.
     *
     * @throws IllegalStateException if the connection was not accepted
     */
    public void clientFinished() {
        dispatcher.finished(held(), true);
    }

    /**
     * The server has sent its last byte; the connection counts as inactive from now on. Without effect unless it is a
     * TCP connection.
     *
     * @throws IllegalStateException if the connection was not accepted
     */
    public void serverFinished() {
        dispatcher.finished(held(), false);
    }

    /**
     * Counts bytes from the client, and puts off the idle timeout shown in listings.
     *
     * @throws IllegalStateException if the connection was not accepted
     */
    public void received(long bytes) {
        dispatcher.count(held(), true, bytes);
    }

    /**
     * Counts bytes to the client, and puts off the idle timeout shown in listings.
     *
     * @throws IllegalStateException if the connection was not accepted
     */
    public void sent(long bytes) {
        dispatcher.count(held(), false, bytes);
    }

    /**
     * Tells the scheduler of the service how long the server took to answer, for schedulers that learn from it such as
     * {@code peak-ewma}; others do not care.
     *
     * @param nanos from the request or the attempt to connect to the first answer, in nanoseconds
     * @throws IllegalArgumentException if it is negative
     */
    public void latency(long nanos) {
        if (nanos < 0) {
            throw new IllegalArgumentException("latency " + nanos + " ns is negative");
        }
        HeldConnection connection = held();
        if (service != null) {
            dispatcher.observed(service, connection, nanos);
        }
    }

    /**
     * Gives up on the server and asks for another one: closes this connection and opens a new one for the same client,
     * for which the servers tried so far count as unavailable. A client kept on the server by persistence moves with it.
     *
     * @return the new connection, refused if no other server is left; to be closed like any other
     * @throws IllegalStateException if this connection was not accepted
     */
    public Connection retry() {
        HeldConnection failed = held();
        close();
        return dispatcher.reopen(service, failed, mark, triedIds);
    }

    /** Releases the server. Only the first call does anything; a refused connection has nothing to release. */
    @Override
    public void close() {
        if (entry != null) {
            dispatcher.release(entry);
        }
    }

    private HeldConnection held() {
        if (entry == null) {
            throw new IllegalStateException("the connection was not accepted: " + verdict);
        }
        return entry;
    }

    @Override
    public String toString() {
        return entry == null
                ? verdict.toString()
                : verdict + " to " + entry.destination() + " " + entry.state().label();
    }
}
