package org.lvs4j.netty;

import io.netty.channel.Channel;
import java.io.IOException;
import java.nio.channels.NotYetConnectedException;
import org.jspecify.annotations.Nullable;
import org.lvs4j.Connection;

/**
 * The life of one TCP connection through the relay: it is placed by the director, connected to a server, relayed, and
 * ended once.
 *
 * <p>Both sockets belong to one event loop, and only that loop uses this object: all fields are plain.
 */
final class TcpConnection {
    /** The ways in which a connection ends. */
    enum End {
        /** Both sides have ended their streams, and everything has been passed on. */
        ORDERLY,
        /** Cut off: both sides see a reset. */
        RESET
    }

    /** The neighbours in the list of the event loop's connections. */
    @Nullable
    TcpConnection previous;

    @Nullable
    TcpConnection next;

    private final RelayState state;
    private final EventLoopState loopState;
    private final ListeningSocket listening;
    private final ServerConnector connector;
    private final TcpSide client;
    private @Nullable TcpSide server;
    private @Nullable Connection placement;
    private long lastActivityNanos;
    /**
     * The time of the client's last bytes that the server has not answered; meaningful only while a request is pending.
     */
    private long requestNanos;

    private boolean requestPending;
    private boolean counted;
    private boolean serverFinished;
    private boolean ended;

    private TcpConnection(RelayState state, ListeningSocket listening, Channel channel) {
        this.state = state;
        this.listening = listening;
        loopState = state.loopState(channel.eventLoop());
        connector = new ServerConnector(state, listening, this);
        client = new TcpSide(this, true, channel);
    }

    /** Takes over a socket that has been accepted, before it is active. */
    static void accept(RelayState state, ListeningSocket listening, Channel channel) {
        channel.pipeline().addLast(new TcpConnection(state, listening, channel).client);
    }

    EventLoopState loopState() {
        return loopState;
    }

    boolean ended() {
        return ended;
    }

    /** A socket is connected. */
    void connected(TcpSide side) {
        if (ended) {
            EventLoopState.reset(side.channel());
        } else if (side == client) {
            accepted();
        } else {
            Connection placed = placement();
            placed.established();
            if (client.inputEnded()) {
                placed.clientFinished();
            }
            lastActivityNanos = System.nanoTime();
            side.join(client);
            if (!ended) {
                client.join(side);
            }
        }
    }

    private void accepted() {
        RelayCounters counters = state.counters;
        counters.accepted.increment();
        int limit = state.options.maxConnections();
        if (!RelayCounters.incrementBelow(counters.openConnections, limit)) {
            counters.overConnectionLimit.increment();
            state.log.warn("{}: a client was reset, {} connections are open already", listening, limit);
            ended = true;
            EventLoopState.reset(client.channel());
            return;
        }
        counted = true;
        lastActivityNanos = System.nanoTime();
        loopState.add(this);
        // Read after the connection is counted: a thread that stops the relay sees the count, or is seen here.
        if (state.stopping()) {
            end(End.RESET);
            return;
        }
        Channel channel = client.channel();
        if (channel.remoteAddress() == null || channel.localAddress() == null) {
            // The client has reset the connection already, and the system has forgotten its address.
            broken(channel, null);
            return;
        }
        place(channel);
    }

    private void place(Channel channel) {
        Connection placed;
        try {
            placed = state.director.open(listening.flow(channel));
        } catch (RuntimeException e) {
            state.log.warn("{}: the director failed to place a connection: {}", listening, e);
            end(End.RESET);
            return;
        }
        placement = placed;
        if (placed.accepted()) {
            connector.connect(placed);
        } else {
            state.counters.refused.increment();
            state.log.warn("{}: a client was reset, no server is available: {}", listening, placed);
            end(End.RESET);
        }
    }

    private Connection placement() {
        Connection placed = placement;
        if (placed == null) {
            throw new IllegalStateException("the connection has not been placed");
        }
        return placed;
    }

    /** Makes the side of a server whose socket is about to connect. */
    TcpSide openServerSide(Channel channel) {
        TcpSide side = new TcpSide(this, false, channel);
        server = side;
        return side;
    }

    /** The server could not be reached, and the director has placed the connection again. */
    void placedAgain(Connection next) {
        server = null;
        placement = next;
    }

    /** Counts bytes that a side has sent. */
    void count(boolean fromClient, int bytes) {
        long now = System.nanoTime();
        lastActivityNanos = now;
        if (fromClient) {
            requestNanos = now;
            requestPending = true;
            placement().received(bytes);
        } else {
            placement().sent(bytes);
            if (requestPending) {
                requestPending = false;
                placement().latency(now - requestNanos);
            }
        }
    }

    /** A side has ended its stream. */
    void inputEnded(boolean ofClient) {
        lastActivityNanos = System.nanoTime();
        if (!ofClient) {
            serverFinished = true;
            placement().serverFinished();
        } else if (client.joined()) {
            placement().clientFinished();
        }
    }

    /** The stream towards a side has been ended. */
    void outputEnded() {
        TcpSide other = server;
        if (other != null && client.outputEnded() && other.outputEnded()) {
            end(End.ORDERLY);
        }
    }

    /** A socket has failed, or was closed before both streams had ended. */
    void broken(Channel channel, @Nullable Throwable cause) {
        TcpSide other = server;
        boolean connecting = other != null && channel == other.channel() && !channel.isActive() && !other.joined();
        if (ended || connecting) {
            // A failure to connect is reported by the attempt itself.
            return;
        }
        // Netty throws NotYetConnectedException for a socket that is no longer connected.
        if (cause == null || cause instanceof IOException || cause instanceof NotYetConnectedException) {
            RelayState.LOGGER.debug("{}: {} was cut off", listening, channel, cause);
        } else {
            state.log.warn("{}: a connection failed: {}", listening, cause);
        }
        state.counters.aborted.increment();
        end(End.RESET);
    }

    /** Ends the connection if it has been idle for too long; a limit of 0 is none. */
    void expire(long nowNanos, long idleNanos, long finishedIdleNanos) {
        long limit = serverFinished ? finishedIdleNanos : idleNanos;
        if (limit != 0 && nowNanos - lastActivityNanos > limit) {
            state.counters.idleTimeouts.increment();
            RelayState.LOGGER.debug("{}: {} was idle for too long", listening, client.channel());
            end(End.RESET);
        }
    }

    /** The memory that waits to be written, both directions together, in bytes. */
    long queuedBytes() {
        return client.queuedBytes() + (server == null ? 0 : server.queuedBytes());
    }

    /** Ends the connection: closes both sockets and releases the server. Idempotent. */
    void end(End how) {
        if (ended) {
            return;
        }
        ended = true;
        if (placement != null) {
            placement.close();
        }
        client.close(how);
        if (server != null) {
            server.close(how);
        }
        loopState.remove(this);
        if (counted) {
            state.connectionEnded();
        }
    }
}
