package org.lvs4j.netty.client;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.socket.DatagramChannel;
import io.netty.util.AttributeKey;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import org.jspecify.annotations.Nullable;
import org.lvs4j.Connection;
import org.lvs4j.Director;
import org.lvs4j.netty.internal.RateLimitedLog;
import org.lvs4j.netty.internal.SocketFailure;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connection at the director that belongs to one channel. It ends with the channel, or, if the channel's event loop
 * ends without closing the channel, with the thread of the loop.
 *
 * <p>Belongs to the event loop of the channel: all fields are plain.
 */
final class BalancedChannel implements ChannelFutureListener {
    private static final Logger LOGGER = LoggerFactory.getLogger(BalancedBootstrap.class);
    /** Code of the application may fail at each call. */
    private static final RateLimitedLog FAILURES = new RateLimitedLog(LOGGER);

    private static final AttributeKey<BalancedChannel> KEY = AttributeKey.valueOf(BalancedChannel.class, "connection");

    private enum State {
        CONNECTING,
        OPEN,
        ENDED
    }

    /** The neighbours in the list of the thread's channels. */
    @Nullable
    BalancedChannel previous;

    @Nullable
    BalancedChannel next;

    private final Director director;
    private final Connection connection;
    private final Channel channel;
    private final boolean firstByte;
    private final Outcome outcome;
    private final OpenChannels open;
    private final long startNanos = System.nanoTime();
    private State state = State.CONNECTING;
    private @Nullable ChannelFuture connecting;
    private boolean idle;
    private boolean answered;
    private boolean broken;

    /** The outcome of an attempt to connect, on the event loop. */
    interface Outcome {
        /** The channel is connected; its connection ends with it. */
        void connected(BalancedChannel channel);

        /** The channel is not connected, and its connection is the receiver's again. */
        void failed(@Nullable BalancedChannel channel, Throwable cause);
    }

    private BalancedChannel(
            Director director, Connection connection, Channel channel, boolean firstByte, Outcome outcome) {
        this.director = director;
        this.connection = connection;
        this.channel = channel;
        this.firstByte = firstByte;
        this.outcome = outcome;
        open = OpenChannels.current();
    }

    /**
     * Binds a connection to a channel that is registered and about to be connected.
     *
     * @param firstByte whether the latency is that of the first byte instead of the connect
     */
    static BalancedChannel bind(
            Director director, Connection connection, Channel channel, boolean firstByte, Outcome outcome) {
        BalancedChannel bound = new BalancedChannel(director, connection, channel, firstByte, outcome);
        channel.attr(KEY).set(bound);
        bound.open.add(bound);
        channel.closeFuture().addListener(bound);
        return bound;
    }

    /** That of a channel, or null if it has none. */
    static @Nullable BalancedChannel of(Channel channel) {
        return channel.hasAttr(KEY) ? channel.attr(KEY).get() : null;
    }

    Director director() {
        return director;
    }

    Connection connection() {
        return connection;
    }

    Channel channel() {
        return channel;
    }

    /** Whether the channel waits in a pool. */
    void idle(boolean waits) {
        idle = waits;
    }

    /** Whether the channel may be used for another request: its server still takes clients. */
    boolean reusable() {
        return state == State.OPEN
                && channel.isActive()
                && connection.serverPresent()
                && !connection.draining()
                && connection.server().weight() > 0
                && !connection.expired();
    }

    /** Closes the channel if the director has ended its connection, or if it waits in a pool for nothing. */
    void sweep() {
        if (state == State.OPEN && (connection.expired() || idle && !reusable())) {
            channel.close();
        }
    }

    /** Waits for the attempt to connect. */
    void await(ChannelFuture attempt) {
        connecting = attempt;
        attempt.addListener(done -> connectDone(done.cause()));
    }

    private void connectDone(@Nullable Throwable failure) {
        if (state != State.CONNECTING) {
            return;
        }
        if (failure != null) {
            state = State.ENDED;
            open.remove(this);
            outcome.failed(this, failure);
            return;
        }
        state = State.OPEN;
        connection.established();
        if (!firstByte && !(channel instanceof DatagramChannel)) {
            reportLatency();
        }
        outcome.connected(this);
    }

    /** The server has sent its first byte or datagram. */
    void firstRead() {
        if (state == State.OPEN && !answered) {
            answered = true;
            reportLatency();
        }
    }

    /** The channel has failed. */
    void caught(Throwable cause) {
        if (state != State.OPEN || !(cause instanceof IOException)) {
            return;
        }
        broken = true;
        boolean byServer = SocketFailure.of(cause).fault() == SocketFailure.Fault.SERVER;
        if (byServer && (channel instanceof DatagramChannel || firstByte && !answered)) {
            reportFailure(connection, cause);
        }
    }

    private void reportLatency() {
        try {
            connection.latency(System.nanoTime() - startNanos);
        } catch (RuntimeException e) {
            FAILURES.warn("{}: a listener or a scheduler failed: {}", String.valueOf(connection.service()), e);
        }
    }

    /** Reports that the server of a connection has failed; an exception of a listener changes nothing. */
    static void reportFailure(Connection connection, Throwable cause) {
        try {
            connection.failed(cause);
        } catch (RuntimeException e) {
            FAILURES.warn("{}: a listener of servers failed: {}", String.valueOf(connection.service()), e);
        }
    }

    /** Whether a failure to connect is that of the server, rather than of this host or the application. */
    static boolean isOfServer(Throwable cause) {
        return cause instanceof IOException
                && !(cause instanceof ClosedChannelException)
                && SocketFailure.of(cause).fault() == SocketFailure.Fault.SERVER;
    }

    /** The channel is closed. */
    @Override
    public void operationComplete(ChannelFuture closed) {
        end();
    }

    /** The channel is closed, or the thread of its event loop ends. */
    void end() {
        if (state == State.CONNECTING) {
            // A bootstrap closes the channel of a failed connect before it tells anyone else of the failure.
            Throwable failure = connecting == null ? null : connecting.cause();
            connectDone(failure == null ? new ClosedChannelException() : failure);
        } else if (state == State.OPEN) {
            state = State.ENDED;
            open.remove(this);
            if (broken) {
                connection.reset();
            } else {
                connection.close();
            }
        }
    }
}
