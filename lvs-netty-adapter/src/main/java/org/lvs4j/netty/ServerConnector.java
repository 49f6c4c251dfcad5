package org.lvs4j.netty;

import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.lvs4j.Connection;
import org.lvs4j.netty.internal.SocketFailure;

/**
 * Connects a client's connection to the server that the director has placed it on, or to another server if that fails.
 * If this host lacks the means to open a socket, no server is to blame, and another one is only tried for lack of a
 * local port. Without a descriptor, the client waits for one.
 *
 * <p>Belongs to the event loop of the connection: all fields are plain.
 */
final class ServerConnector {
    private static final long WAIT_MILLIS = 20;

    private final RelayState state;
    private final ListeningSocket listening;
    private final TcpConnection connection;
    private final TcpTimes times;
    private int retries;
    private boolean waiting;
    private long waitsUntilNanos;

    ServerConnector(RelayState state, ListeningSocket listening, TcpConnection connection, TcpTimes times) {
        this.state = state;
        this.listening = listening;
        this.connection = connection;
        this.times = times;
    }

    /** Starts to connect to the server of a placement. */
    void connect(Connection placement) {
        times.trying(placement.destination());
        attempt(placement);
    }

    private void attempt(Connection placement) {
        times.connecting();
        InetSocketAddress to = placement.destination().toSocketAddress();
        if (listening.isAt(to)) {
            // The server of a service for every port may be this relay: connecting would loop until all ports
            // are used up.
            serverFailed(placement, SocketFailure.OTHER, new ConnectException("the relay itself listens there"));
            return;
        }
        if (state.options.transport() == Transport.EPOLL) {
            attemptOnEpoll(placement, to);
        } else {
            attemptByChannel(placement, to);
        }
    }

    private void attemptOnEpoll(Connection placement, InetSocketAddress to) {
        EpollSocket socket;
        try {
            socket = EpollSocket.open(connection.loopState(), state.options, to);
        } catch (ChannelException | OutOfMemoryError e) {
            attemptFailed(placement, false, e);
            return;
        }
        connection.openServerSide(socket);
        socket.connect(
                cause -> attemptFailed(placement, true, cause), RelayOptions.nanos(state.options.connectTimeout()));
    }

    private void attemptByChannel(Connection placement, InetSocketAddress to) {
        Opening opening = new Opening();
        ChannelFuture connecting = connection.loopState().tcp().handler(opening).connect(to);
        connecting.addListener(attempt -> {
            if (!attempt.isSuccess()) {
                attemptFailed(placement, opening.opened, attempt.cause());
            }
        });
    }

    private void attemptFailed(Connection placement, boolean opened, Throwable cause) {
        if (SocketFailure.of(cause) == SocketFailure.DESCRIPTORS) {
            state.descriptors.exhausted();
        }
        onLoop(() -> failed(placement, opened, cause));
    }

    /** Notes whether there was a socket at all. */
    private final class Opening extends ChannelInitializer<Channel> {
        boolean opened;

        @Override
        protected void initChannel(Channel channel) {
            opened = true;
            ChannelSocket socket = new ChannelSocket(connection.loopState(), channel, state.options.bufferBytes());
            connection.openServerSide(socket);
            channel.pipeline().addLast(socket);
        }
    }

    /** Netty reports that it could not open a socket on a thread of its own. */
    private void onLoop(Runnable task) {
        try {
            connection.loopState().loop.execute(task);
        } catch (RejectedExecutionException e) {
            // The loop has ended, and before that all of its connections.
            RelayState.LOGGER.trace("{}: the relay is closed", listening, e);
        }
    }

    private void failed(Connection placement, boolean opened, Throwable cause) {
        if (connection.ended()) {
            return;
        }
        SocketFailure kind = SocketFailure.of(cause);
        if (opened && !kind.isLocal()) {
            serverFailed(placement, kind, cause);
            return;
        }
        if (kind == SocketFailure.DESCRIPTORS && waitForDescriptor(placement, cause)) {
            return;
        }
        state.counters.localFailures.increment();
        // Local ports are free towards each server by itself.
        if (kind == SocketFailure.PORTS && retries < state.options.retries() && triedAnother(placement)) {
            return;
        }
        // The connection has never reached the server, so it does not linger there.
        placement.expire();
        connection.end(ConnectionRecord.End.LOCAL);
        state.log.warn(
                "{}: a client was reset, this host cannot open a socket to a server: {}",
                listening,
                placement.destination(),
                kind,
                reported(cause));
    }

    /**
     * Connects again a little later: no further client is accepted meanwhile, and other connections end. If there are
     * none, only the rest of the process can give a descriptor back, and the client waits for a limited time.
     *
     * @return false if the client has waited for too long
     */
    private boolean waitForDescriptor(Connection placement, Throwable cause) {
        long now = System.nanoTime();
        if (!waiting) {
            waiting = true;
            waitsUntilNanos = now + RelayOptions.nanos(state.options.connectTimeout());
            state.log.warn(
                    "{}: a client waits for a socket to its server: {}",
                    listening,
                    placement.destination(),
                    SocketFailure.DESCRIPTORS,
                    reported(cause));
        }
        if (now - waitsUntilNanos >= 0 && !state.descriptors.served()) {
            return false;
        }
        try {
            connection
                    .loopState()
                    .loop
                    .schedule(() -> connectAgain(placement, cause), WAIT_MILLIS, TimeUnit.MILLISECONDS);
            return true;
        } catch (RejectedExecutionException | OutOfMemoryError e) {
            RelayState.LOGGER.trace("{}: a client cannot wait", listening, e);
            return false;
        }
    }

    private void connectAgain(Connection placement, Throwable cause) {
        if (connection.ended()) {
            return;
        }
        if (state.descriptors.fitsServer()) {
            attempt(placement);
        } else {
            failed(placement, false, cause);
        }
    }

    /** The system's error: Netty wraps the one that prevents it from opening a socket. */
    private static Throwable reported(Throwable failure) {
        Throwable cause = failure;
        while (!(cause instanceof IOException) && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause;
    }

    private void serverFailed(Connection placement, SocketFailure kind, Throwable cause) {
        RelayCounters counters = state.counters;
        counters.connectFailures.increment();
        state.reports.failed(placement, cause);
        state.log.warn("{}: cannot connect to a server: {}", listening, placement.destination(), kind, cause);
        if (retries < state.options.retries()) {
            if (triedAnother(placement)) {
                return;
            }
        } else {
            connection.placedAgain();
        }
        counters.unreachable.increment();
        connection.end(ConnectionRecord.End.UNREACHABLE);
    }

    /** Whether another server may be tried. */
    boolean retriesLeft() {
        return retries < state.options.retries();
    }

    /**
     * Connects to another server, because the present one has ended the connection without an answer. Returns whether
     * there is one.
     */
    boolean retryUnanswered(Connection placement) {
        state.log.warn("{}: a server has ended a connection unanswered: {}", listening, placement.destination());
        if (triedAnother(placement)) {
            return true;
        }
        state.counters.unreachable.increment();
        return false;
    }

    /** Tries another server, for which the connection is placed again. Returns whether there is one. */
    private boolean triedAnother(Connection placement) {
        retries++;
        boolean placed = placement.retry();
        connection.placedAgain();
        if (!placed) {
            return false;
        }
        state.counters.retries.increment();
        connect(placement);
        return true;
    }
}
