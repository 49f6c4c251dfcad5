package org.lvs4j.netty;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.nio.channels.NotYetConnectedException;
import org.jspecify.annotations.Nullable;
import org.lvs4j.Connection;
import org.lvs4j.net.Endpoint;

/**
 * The life of one TCP connection through the relay: placed by the director, connected to a server (or to another one,
 * if that fails), relayed, and ended once.
 *
 * <p>Both sockets live on one event loop and only that loop touches this object, so all fields are plain.
 */
final class TcpConnection {
    /** How a connection ends. */
    enum End {
        /** Both sides have finished, and everything has been passed on. */
        ORDERLY,
        /** Cut off: both sides see a reset. */
        RESET
    }

    @Nullable
    TcpConnection previous;

    @Nullable
    TcpConnection next;

    private final RelayState state;
    private final EventLoopState lane;
    private final ListeningSocket listener;
    private final TcpSide client;
    private @Nullable TcpSide server;
    private @Nullable Connection connection;
    private int retries;
    private long lastActivityNanos;
    /** When the client sent what the server has not answered yet; meaningful only while a request is pending. */
    private long requestNanos;

    private boolean requestPending;
    private boolean admitted;
    private boolean serverFinished;
    private boolean ended;

    TcpConnection(RelayState state, ListeningSocket listener, Channel channel) {
        this.state = state;
        this.listener = listener;
        lane = state.lane(channel.eventLoop());
        client = new TcpSide(this, true, channel);
        channel.pipeline().addLast(client);
    }

    EventLoopState lane() {
        return lane;
    }

    boolean ended() {
        return ended;
    }

    /** A socket is connected. */
    void stands(TcpSide side) {
        if (ended) {
            EventLoopState.reset(side.channel());
        } else if (side == client) {
            accepted();
        } else {
            Connection placed = placed();
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
        if (!RelayCounters.take(counters.openConnections, state.options.maxConnections())) {
            counters.overConnectionLimit.increment();
            state.log.warn(
                    "{}: a client was turned away, {} connections are open already",
                    listener,
                    state.options.maxConnections());
            ended = true;
            EventLoopState.reset(client.channel());
            return;
        }
        admitted = true;
        lastActivityNanos = System.nanoTime();
        lane.add(this);
        // Asked after the connection has been counted: so whoever stops the relay either sees it, or is seen here.
        if (state.stopping()) {
            end(End.RESET);
            return;
        }
        Channel channel = client.channel();
        if (channel.remoteAddress() == null || channel.localAddress() == null) {
            // The client has reset it already, and the system no longer knows who it was.
            broken(channel, null);
            return;
        }
        try {
            connection = state.director.open(listener.flow(channel));
        } catch (RuntimeException e) {
            state.log.warn("{}: the director failed to place a connection: {}", listener, e);
            end(End.RESET);
            return;
        }
        if (placed().accepted()) {
            connect();
        } else {
            counters.refused.increment();
            state.log.warn("{}: a client was turned away, no server is available: {}", listener, placed());
            end(End.RESET);
        }
    }

    private Connection placed() {
        Connection placed = connection;
        if (placed == null) {
            throw new IllegalStateException("the connection has not been placed");
        }
        return placed;
    }

    private void connect() {
        InetSocketAddress to = placed().destination().toSocketAddress();
        if (to.equals(listener.bound())) {
            // A service at every port may lead back here; connecting would go round until all ports are used up.
            connectFailed(new ConnectException("this is where the relay itself listens"));
            return;
        }
        ChannelFuture connecting = lane.tcp()
                .handler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        TcpSide side = new TcpSide(TcpConnection.this, false, channel);
                        server = side;
                        channel.pipeline().addLast(side);
                    }
                })
                .connect(to);
        connecting.addListener(attempt -> {
            if (!attempt.isSuccess() && !ended) {
                connectFailed(attempt.cause());
            }
        });
    }

    private void connectFailed(Throwable cause) {
        RelayCounters counters = state.counters;
        counters.connectFailures.increment();
        Endpoint tried = placed().destination();
        state.log.warn("{}: cannot connect to a server: {}", listener, reason(tried, cause));
        server = null;
        if (retries < state.options.retries()) {
            retries++;
            connection = placed().retry();
            if (placed().accepted()) {
                counters.retries.increment();
                connect();
                return;
            }
        }
        counters.unreachable.increment();
        end(End.RESET);
    }

    private static String reason(Endpoint server, Throwable cause) {
        String text = String.valueOf(cause.getMessage());
        return text.contains(server.toString()) ? text : server + ": " + text;
    }

    /** Bytes have been read. */
    void count(boolean fromClient, int bytes) {
        long now = System.nanoTime();
        lastActivityNanos = now;
        if (fromClient) {
            requestNanos = now;
            requestPending = true;
            placed().received(bytes);
        } else {
            placed().sent(bytes);
            if (requestPending) {
                requestPending = false;
                placed().latency(now - requestNanos);
            }
        }
    }

    /** One side has sent its last byte. */
    void inputEnded(boolean ofClient) {
        lastActivityNanos = System.nanoTime();
        if (!ofClient) {
            serverFinished = true;
            placed().serverFinished();
        } else if (client.joined()) {
            placed().clientFinished();
        }
    }

    /** One side has been told that nothing more comes. */
    void outputEnded() {
        TcpSide other = server;
        if (other != null && client.outputEnded() && other.outputEnded()) {
            end(End.ORDERLY);
        }
    }

    /** A socket has failed, or is gone before its time. */
    void broken(Channel channel, @Nullable Throwable cause) {
        TcpSide other = server;
        boolean connecting = other != null && channel == other.channel() && !channel.isActive() && !other.joined();
        if (ended || connecting) {
            // While connecting, the attempt itself reports its failure.
            return;
        }
        // NotYetConnectedException is what Netty makes of a socket that is no longer connected.
        if (cause == null || cause instanceof IOException || cause instanceof NotYetConnectedException) {
            RelayState.LOGGER.debug("{}: {} was cut off", listener, channel, cause);
        } else {
            state.log.warn("{}: a connection failed: {}", listener, cause);
        }
        state.counters.aborted.increment();
        end(End.RESET);
    }

    /** Ends it if it has been idle too long; a limit of 0 is none. */
    void expire(long nowNanos, long idleNanos, long finishedIdleNanos) {
        long limit = serverFinished ? finishedIdleNanos : idleNanos;
        if (limit != 0 && nowNanos - lastActivityNanos > limit) {
            state.counters.idleTimeouts.increment();
            RelayState.LOGGER.debug("{}: {} was idle for too long", listener, client.channel());
            end(End.RESET);
        }
    }

    /** How much memory waits to be written, both directions together, in bytes. */
    long queuedBytes() {
        return client.queuedBytes() + (server == null ? 0 : server.queuedBytes());
    }

    /** Ends it, once: both sockets are closed, the server is released. */
    void end(End how) {
        if (ended) {
            return;
        }
        ended = true;
        if (connection != null) {
            connection.close();
        }
        close(client, how);
        if (server != null) {
            close(server, how);
        }
        lane.remove(this);
        if (admitted) {
            state.leave();
        }
    }

    private static void close(TcpSide side, End how) {
        side.discard();
        if (how == End.ORDERLY) {
            side.channel().close();
        } else {
            EventLoopState.reset(side.channel());
        }
    }
}
