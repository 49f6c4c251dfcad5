package org.lvs4j.netty;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.NotYetConnectedException;
import org.jspecify.annotations.Nullable;
import org.lvs4j.Connection;
import org.lvs4j.Verdict;
import org.lvs4j.net.Protocol;
import org.lvs4j.netty.ConnectionRecord.End;
import org.lvs4j.netty.internal.SocketFailure;

/**
 * The life of one TCP connection through the relay: it is placed by the director, connected to a server, relayed, and
 * ended once.
 *
 * <p>It is active as long as bytes move: as long as a side sends, or takes what was written to it. If one side is
 * reset, the server is released at once, and the other side is reset as soon as it has taken what was on its way.
 *
 * <p>Both sockets belong to one event loop, and only that loop uses this object: all fields are plain.
 */
final class TcpConnection {
    /** The neighbours in the list of the event loop's connections. */
    @Nullable
    TcpConnection previous;

    @Nullable
    TcpConnection next;

    private final RelayState state;
    private final EventLoopState loopState;
    private final ListeningSocket listening;
    private final ServerConnector connector;
    private final DescriptorClaim descriptors;
    private final TcpSide client;
    private @Nullable TcpSide server;
    private @Nullable ClientIdentification identification;
    private @Nullable Connection placement;
    private @Nullable DelayedReset delayedReset;
    /** What the client has sent so far, while another server can still be asked; null if that is switched off. */
    private final @Nullable RequestCopy request;

    private final TcpTimes times;
    private boolean answered;
    private boolean finishing;
    private boolean counted;
    private boolean serverFinished;
    private boolean ended;

    private TcpConnection(
            RelayState state,
            ListeningSocket listening,
            EventLoopState loopState,
            TcpSocket socket,
            DescriptorClaim descriptors) {
        this.state = state;
        this.listening = listening;
        this.loopState = loopState;
        this.descriptors = descriptors;
        times = new TcpTimes(state);
        connector = new ServerConnector(state, listening, this, times);
        client = new TcpSide(this, true, socket);
        int mostBytes = state.options.retryUnanswered();
        request = mostBytes == 0 ? null : new RequestCopy(ByteBufAllocator.DEFAULT, mostBytes);
    }

    /** Takes over a socket that has been accepted, before it is active. */
    static void accept(RelayState state, ListeningSocket listening, Channel channel) {
        EventLoopState loopState = state.loopState(channel.eventLoop());
        ChannelSocket socket = new ChannelSocket(loopState, channel, state.options.bufferBytes());
        new TcpConnection(state, listening, loopState, socket, DescriptorClaim.of(channel));
        channel.pipeline().addLast(socket);
    }

    /**
     * Takes over a socket that has been accepted on epoll. Called by the loop that the connection will belong to.
     *
     * @param accepted only its descriptor and its addresses are used
     */
    static void accept(
            RelayState state,
            ListeningSocket listening,
            EventLoop loop,
            EpollSocketChannel accepted,
            DescriptorClaim descriptors) {
        EpollSocket socket;
        TcpConnection connection;
        try {
            EventLoopState loopState = state.loopState(loop);
            socket = EpollSocket.accepted(
                    loopState,
                    state.options,
                    (Socket) accepted.fd(),
                    accepted.remoteAddress(),
                    accepted.localAddress());
            connection = new TcpConnection(state, listening, loopState, socket, descriptors);
        } catch (RuntimeException | OutOfMemoryError e) {
            state.log.warn(
                    "{}: a client was reset: {}", listening, SocketFailure.of(e).describe(e));
            TcpSockets.close((Socket) accepted.fd());
            descriptors.clientClosed();
            return;
        }
        socket.whenClosed(descriptors::clientClosed);
        try {
            socket.register();
            connection.connected(connection.client);
        } catch (IOException | RuntimeException | OutOfMemoryError e) {
            connection.client.failed(e);
            // In case that the connection has failed to end itself.
            socket.reset();
        }
    }

    EventLoopState loopState() {
        return loopState;
    }

    boolean ended() {
        return ended;
    }

    long lastActivityNanos() {
        return times.lastActivityNanos();
    }

    /** A socket is connected. */
    void connected(TcpSide side) {
        if (ended) {
            side.socket().reset();
        } else if (side == client) {
            accepted();
        } else {
            Connection placed = placement();
            placed.established();
            if (client.hasInputEnded()) {
                placed.clientFinished();
            }
            times.connected(System.nanoTime());
            side.join(client);
            if (!ended) {
                client.join(side);
            }
        }
    }

    private void accepted() {
        RelayCounters counters = state.counters;
        counters.accepted.increment();
        InetSocketAddress from = client.socket().remote();
        InetSocketAddress at = client.socket().local();
        times.observe(state.connectionLog.begin(Protocol.TCP, from, at));
        int limit = state.options.maxConnections();
        if (!RelayCounters.incrementBelow(counters.openConnections, limit)) {
            counters.overConnectionLimit.increment();
            state.log.warn("{}: a client was reset, as many TCP connections are open as allowed: {}", listening, limit);
            ended = true;
            client.socket().reset();
            state.connectionLog.end(times.trace(), End.LIMIT);
            return;
        }
        counted = true;
        long now = System.nanoTime();
        times.activeAt(now);
        loopState.add(this);
        // Read after the connection is counted: a thread that stops the relay sees the count, or is seen here.
        if (state.stopping()) {
            end(End.STOPPED);
            return;
        }
        if (from == null || at == null) {
            // The client has reset the connection already, and the system has forgotten its address.
            broken(client, null);
            return;
        }
        identification = new ClientIdentification(state, listening, client, now);
        place(identification, false);
    }

    /** Bytes have arrived before a server was connected. */
    void firstBytes(TcpSide side) {
        ClientIdentification identifying = identification;
        if (side == client && identifying != null && identifying.waiting()) {
            place(identifying, false);
        }
    }

    private void place(ClientIdentification identifying, boolean last) {
        Connection placed;
        try {
            placed = identifying.place(last);
        } catch (RuntimeException e) {
            state.log.warn("{}: the director failed to place a connection: {}", listening, e);
            end(End.ERROR);
            return;
        }
        if (placed == null) {
            return;
        }
        identification = null;
        placement = placed;
        if (times.trace() != null) {
            times.trace().service(placed.service());
        }
        if (placed.accepted()) {
            connector.connect(placed);
            return;
        }
        if (placed.unidentified()) {
            state.counters.unidentified.increment();
            state.log.warn("{}: a client was reset unidentified: {}", listening, identifying.failure());
            end(End.UNIDENTIFIED);
        } else {
            state.counters.refused.increment();
            state.log.warn(refusal(placed.verdict()), listening, placed);
            end(End.NO_SERVER);
        }
    }

    private static String refusal(Verdict verdict) {
        return switch (verdict) {
            case PASS -> "{}: a client was reset, the director has no service for it: {}";
            case REJECT -> "{}: a client was reset, no server is available: {}";
            default -> "{}: a client was reset, the table of connections is full or drop_packet is active: {}";
        };
    }

    private Connection placement() {
        Connection placed = placement;
        if (placed == null) {
            throw new IllegalStateException("the connection has not been placed");
        }
        return placed;
    }

    /** Makes the side of a server whose socket is about to connect. */
    void openServerSide(TcpSocket socket) {
        descriptors.serverOpened(socket);
        server = new TcpSide(this, false, socket);
    }

    /** The server could not be reached, or has not answered, and the director has placed the connection again. */
    void placedAgain() {
        server = null;
        descriptors.awaitServer();
    }

    /** Bytes of the client are about to be forwarded. */
    void requested(ByteBuf data) {
        if (request != null) {
            request.add(data);
        }
    }

    /** The server has sent its first byte. */
    void answered(TcpSide side) {
        answered = true;
        if (request != null) {
            request.drop();
            if (side.hasOutputFailed()) {
                client.ignoreInput();
            }
        }
        state.reports.answered(placement);
    }

    /** Whether another server may be asked, because this one has sent nothing and all that the client sent is known. */
    private boolean retriable(TcpSide side) {
        return side == server
                && side.joined()
                && request != null
                && request.complete()
                && !answered
                && !finishing
                && !ended
                && delayedReset == null
                && connector.retriesLeft()
                && !state.stopping();
    }

    /** Whether the client has ended its stream without a byte, as a check by a TCP connection does: no server answers that. */
    private boolean nothingAsked(RequestCopy asked) {
        return client.hasInputEnded() && asked.isEmpty();
    }

    /**
     * Asks another server. The client's connection waits meanwhile, as before its first server was connected.
     *
     * @param failed the side of the server that has not answered
     * @param last how the connection ends if there is no other server
     */
    private void askAnother(TcpSide failed, RequestCopy asked, End last) {
        state.counters.unanswered.increment();
        failed.detach();
        client.unjoin(asked.take());
        times.givenUp();
        if (!connector.retryUnanswered(placement())) {
            end(last);
        }
    }

    /** Counts bytes that a side has sent. */
    void count(boolean fromClient, int bytes) {
        long now = System.nanoTime();
        if (fromClient) {
            times.fromClient(now, bytes);
            placement().received(bytes);
        } else {
            placement().sent(bytes);
            long latencyNanos = times.fromServer(now, bytes);
            if (latencyNanos >= 0) {
                placement().latency(latencyNanos);
            }
        }
    }

    /** A side has ended its stream. */
    void inputEnded(boolean ofClient) {
        if (delayedReset != null) {
            return;
        }
        times.activeAt(System.nanoTime());
        TcpSide other = server;
        if (!ofClient && other != null && request != null && !nothingAsked(request) && retriable(other)) {
            askAnother(other, request, End.UNANSWERED);
        } else if (!ofClient) {
            serverFinished = true;
            placement().serverFinished();
        } else if (client.joined()) {
            placement().clientFinished();
        } else {
            firstBytes(client);
        }
    }

    /** The stream towards a side has been ended. */
    void outputEnded() {
        TcpSide other = server;
        if (other != null && client.hasOutputEnded() && other.hasOutputEnded()) {
            end(finishing ? End.DRAINED : End.CLOSED);
        }
    }

    /** A side cannot be written to any more, before its stream was ended; what it has sent is still read. */
    void outputFailed(TcpSide side) {
        TcpSide other = other(side);
        if (retriable(side)) {
            // The answer may have arrived already.
            client.pause();
            side.continueReading();
        } else if (ended || delayedReset != null || other == null || !side.joined() || side.hasInputEnded()) {
            broken(side, null);
        } else {
            other.ignoreInput();
            side.continueReading();
        }
    }

    private @Nullable TcpSide other(TcpSide side) {
        return side == client ? server : client;
    }

    /** A socket has failed, or was closed before both streams had ended. */
    void broken(TcpSide side, @Nullable Throwable cause) {
        TcpSocket socket = side.socket();
        boolean connecting = side == server && !socket.active() && !side.joined();
        if (ended || connecting || side.detached()) {
            // A failure to connect is reported by the attempt itself.
            return;
        }
        if (side == server && side.joined() && !answered && delayedReset == null) {
            state.reports.failed(placement, cause);
        }
        if (request != null && retriable(side)) {
            askAnother(side, request, End.UNREACHABLE);
            return;
        }
        if (delayedReset != null) {
            if (delayedReset.last() == side) {
                end(delayedReset.how());
            }
            return;
        }
        // Netty throws NotYetConnectedException for a socket that is no longer connected.
        if (cause == null || cause instanceof IOException || cause instanceof NotYetConnectedException) {
            RelayState.LOGGER.debug("{}: {} was cut off", listening, socket, cause);
        } else {
            SocketFailure kind = SocketFailure.of(cause);
            if (kind.isLocal()) {
                state.counters.localFailures.increment();
            }
            state.log.warn("{}: a connection was cut off: {}", listening, kind.describe(cause));
        }
        state.counters.aborted.increment();
        TcpSide last = other(side);
        End how = side == client ? End.CLIENT_RESET : End.SERVER_RESET;
        if (last == null || !last.joined()) {
            end(how);
            return;
        }
        delayedReset = new DelayedReset(this, last, how);
        placement().reset();
        side.close(true);
        last.ignoreInput();
        delayedReset.run();
    }

    /**
     * Looks whether the connection has to be ended: the director has ended it, its client has not been identified in
     * time, or nothing has moved for too long.
     *
     * @param previousNanos the time of the last call
     * @param idleNanos the limit of a connection; 0 for none
     * @param finishedIdleNanos the same after the server's end
     */
    void check(long nowNanos, long previousNanos, long idleNanos, long finishedIdleNanos) {
        Connection placed = placement;
        if (placed != null && delayedReset == null && placed.expired()) {
            expired(placed);
            return;
        }
        ClientIdentification identifying = identification;
        if (identifying != null && identifying.overdue(nowNanos)) {
            place(identifying, true);
            return;
        }
        if (delayedReset != null && delayedReset.resetIfComplete()) {
            return;
        }
        long limit = serverFinished || delayedReset != null ? finishedIdleNanos : idleNanos;
        if (limit == 0) {
            return;
        }
        if (times.lastActivityNanos() - previousNanos <= 0 && moved()) {
            times.activeAt(nowNanos);
        }
        if (nowNanos - times.lastActivityNanos() > limit) {
            state.counters.idleTimeouts.increment();
            RelayState.LOGGER.debug("{}: {} was idle for too long", listening, client.socket());
            end(End.IDLE);
        }
    }

    /**
     * Ends the connection if the director has ended it, or if it is idle and its server, or the relay, is drained.
     *
     * @param idleNanos after how long without a byte it is idle; 0 for never
     * @param relay whether the relay is drained
     */
    void drain(long nowNanos, long idleNanos, boolean relay) {
        Connection placed = placement;
        if (placed == null || delayedReset != null) {
            return;
        }
        if (placed.expired()) {
            expired(placed);
        } else if (idleNanos != 0 && (relay || placed.draining() || finishing) && isIdle(nowNanos, idleNanos)) {
            times.activeAt(nowNanos);
            if (finishing && server != null) {
                server.endInput();
            } else {
                state.counters.drainedIdle.increment();
                finishing = true;
                placed.clientFinished();
                client.endInput();
            }
        }
    }

    private void expired(Connection placed) {
        RelayState.LOGGER.debug("{}: the director has ended {}", listening, client.socket());
        if (placed.draining()) {
            cut();
        } else {
            end(End.EXPIRED);
        }
    }

    /** Whether no request is unanswered, and everything has been taken for some time. */
    private boolean isIdle(long nowNanos, long idleNanos) {
        TcpSide other = server;
        return nowNanos - times.lastActivityNanos() >= idleNanos
                && other != null
                && client.joined()
                && other.joined()
                && !times.requestPending()
                && !serverFinished
                && (finishing || !client.hasInputEnded())
                && !client.delivery().pending()
                && !other.delivery().pending()
                && !TcpSockets.hasUnread(client.socket(), idleNanos)
                && !TcpSockets.hasUnread(other.socket(), idleNanos);
    }

    /** Resets the connection at the end of a drain. */
    void cut() {
        state.counters.drainCut.increment();
        end(End.DRAIN_CUT);
    }

    /** Whether a side has taken something since the last call. */
    private boolean moved() {
        if (delayedReset != null) {
            return delayedReset.last().delivery().moved();
        }
        boolean toClient = client.delivery().moved();
        return server != null && server.delivery().moved() || toClient;
    }

    /** The memory that waits to be written, both directions together, in bytes. */
    long queuedBytes() {
        return client.queuedBytes() + (server == null ? 0 : server.queuedBytes());
    }

    /** Ends the connection: releases the server and closes both sockets. Idempotent. */
    void end(End how) {
        if (ended) {
            return;
        }
        ended = true;
        if (request != null) {
            request.drop();
        }
        if (placement != null) {
            if (how.orderly()) {
                placement.close();
            } else if (how == End.IDLE) {
                placement.expire();
            } else {
                placement.reset();
            }
        }
        close(client, how);
        if (server != null) {
            close(server, how);
        }
        loopState.remove(this);
        if (counted) {
            state.connectionEnded();
        }
        state.connectionLog.end(times.trace(), how);
    }

    /**
     * Closes a socket. A reset would discard what the system has still to deliver: the peer of a stream that has been
     * ended gets the rest of it, unless it takes nothing any more.
     */
    private static void close(TcpSide side, End how) {
        boolean stuck = how == End.IDLE && side.delivery().pending();
        side.close(!how.orderly() && (!side.hasOutputEnded() || stuck));
    }
}
