package org.lvs4j;

import java.lang.ref.Reference;
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
 * <p>{@link #retry()} places the same object on another server, so that it stays safe in a try-with-resources statement.
 * {@link Director#call} does all that for work which one thread does.
 *
 * <p>Guarantees: thread-safe, but for two threads that retry at the same moment; only the first of {@link #close()}, {@link
 * #reset()} and {@link #expire()} ends the connection, and no retry opens it again. Progress: lock-free, as {@link
 * Director#open} is.
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
    private final int mark;
    private final @Nullable Affinity affinity;
    private final LeakDetector.@Nullable Tracked tracked;
    // The write in retry pairs with the reads, so that other threads see the outcome complete.
    private volatile Attempt attempt;
    // A retry reads it after it has written the attempt, and an end reads the attempt after it has written this: at
    // least
    // one of the two sees the other.
    private volatile boolean ended;

    Connection(ConnectionDispatcher dispatcher, Attempt attempt, int mark, @Nullable Affinity affinity) {
        this.dispatcher = dispatcher;
        this.attempt = attempt;
        this.mark = mark;
        this.affinity = affinity;
        LeakDetector leaks = dispatcher.leaks();
        tracked = leaks == null || attempt.held() == null ? null : leaks.track(this, attempt);
    }

    /** Whether the connection has a real server; if not, {@link #verdict()} says why. */
    public boolean accepted() {
        return attempt.held() != null;
    }

    /** The outcome: {@link Verdict#FORWARD} if and only if the connection is accepted. */
    public Verdict verdict() {
        return attempt.verdict();
    }

    /**
     * Whether the connection was refused because the persistence engine of its service did not identify the client by
     * the payload. If more of the client's stream is to be had, {@link Director#open(org.lvs4j.net.Flow,
     * java.nio.ByteBuffer)} can be called again with all of it.
     */
    public boolean unidentified() {
        return attempt.unidentified();
    }

    /** The key of the service responsible, or null if none is. */
    public @Nullable ServiceKey service() {
        return attempt.service();
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
        return attempt.onePacket();
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
     * Reports that the server has answered, to the director's {@linkplain Director#addServerListener listeners}. Only the
     * first report about a server has an effect.
     *
     * @throws IllegalStateException if the connection was not accepted
     */
    public void answered() {
        Attempt now = attempt;
        HeldConnection connection = held();
        ServiceKey service = now.service();
        if (service != null && now.firstAnswer()) {
            dispatcher.answered(service, connection);
        }
    }

    /**
     * Reports that the server has failed, to the director's {@linkplain Director#addServerListener listeners}, such as a
     * health monitor with passive checks. The connection goes on until it is closed, and then ends as by {@link #reset()},
     * or until it is {@linkplain #retry() retried}. Only the first report about a server has an effect.
     *
     * @param cause what the application has seen, or null; not kept by the director
     * @throws IllegalStateException if the connection was not accepted
     */
    public void failed(@Nullable Throwable cause) {
        Attempt now = attempt;
        HeldConnection connection = held();
        ServiceKey service = now.service();
        if (service != null && now.firstFailure()) {
            dispatcher.failed(service, connection, cause);
        }
    }

    boolean hasFailed() {
        return attempt.failed();
    }

    /**
     * Reports how long the server took to answer, for schedulers that learn from it, such as {@code peak-ewma}; others
     * ignore it. Also reports that it has {@linkplain #answered() answered}.
     *
     * @param nanos from the request, or the attempt to connect, to the first answer, in nanoseconds; not negative
     * @throws IllegalArgumentException if it is negative
     * @throws IllegalStateException if the connection was not accepted
     */
    public void latency(long nanos) {
        requireNotNegative("latency", nanos);
        HeldConnection connection = held();
        ServiceKey service = attempt.service();
        if (service != null) {
            dispatcher.observed(service, connection, nanos);
            answered();
        }
    }

    /**
     * Tries another server: releases the present one at once and places this connection again for the same client, without
     * the servers that were tried so far, also where one was removed and added again meanwhile. A persistence template of
     * the client moves to the new server as well. Not to be called by two threads at the same moment.
     *
     * @return whether there is another server; otherwise this connection is refused now, and so it is, without effect, if
     *     it has been closed
     * @throws IllegalStateException if this connection was not accepted
     */
    public boolean retry() {
        HeldConnection failed = held();
        dispatcher.release(failed);
        if (ended) {
            return false;
        }
        Attempt next = dispatcher.reopen(attempt, failed, mark, affinity);
        attempt = next;
        if (tracked != null) {
            tracked.placed(next);
        }
        HeldConnection opened = next.held();
        if (opened != null && ended) {
            dispatcher.release(opened);
        }
        return opened != null;
    }

    /**
     * Ends the connection in order, as if both sides had sent FIN. A TCP connection lingers in {@code TIME_WAIT}; any
     * other is released at once. After {@link #failed}, ends it as {@link #reset()} does. Without effect on a refused
     * connection.
     */
    @Override
    public void close() {
        end(attempt.failed() ? ConnectionState.CLOSE : ConnectionState.TIME_WAIT);
    }

    /**
     * Ends the connection as after a reset, or after an attempt to connect that has failed. A TCP connection lingers in
     * {@code CLOSE}, or in {@code TIME_WAIT} if both sides had finished; any other is released at once. Without effect
     * on a refused connection.
     */
    public void reset() {
        end(ConnectionState.CLOSE);
    }

    /**
     * Ends the connection and releases it at once, as when it has been idle for its timeout. Without effect on a
     * refused connection.
     */
    public void expire() {
        end(null);
    }

    /** Ends the connection, which lingers in a state, or is released at once. */
    private void end(@Nullable ConnectionState last) {
        ended = true;
        HeldConnection held = attempt.held();
        if (held != null && last != null) {
            dispatcher.close(held, last);
        } else if (held != null) {
            dispatcher.release(held);
        }
        if (tracked != null) {
            tracked.ended();
            // Until here the connection must not be collected: it would look forgotten.
            Reference.reachabilityFence(this);
        }
    }

    private HeldConnection held() {
        Attempt now = attempt;
        HeldConnection held = now.held();
        if (held == null) {
            throw new IllegalStateException(
                    "the connection was not accepted, the verdict is " + now.verdict() + "; ask accepted() first");
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
        Attempt now = attempt;
        HeldConnection held = now.held();
        return held == null
                ? now.verdict().toString()
                : now.verdict() + " to " + held.destination() + " "
                        + (held.ended() ? "ended" : held.state().label());
    }
}
