package org.lvs4j.netty;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DatagramPacket;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;
import org.lvs4j.Connection;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.Protocol;
import org.lvs4j.netty.ConnectionRecord.End;
import org.lvs4j.netty.internal.EmptyDatagrams;
import org.lvs4j.netty.internal.SocketFailure;
import org.lvs4j.service.ServiceKey;

/**
 * The datagrams of one client at one listening socket, and the socket towards their server.
 *
 * <p>If the server answers "port unreachable", the flow ends, and the director places the client's next datagram again.
 * So it does if the director ends the connection, for instance because the server was removed. A datagram that only
 * this host refuses, such as one that is too long for the path, is dropped, and the flow continues.
 *
 * <p>Belongs to the event loop of the listening socket: all fields are plain.
 */
final class UdpFlow {
    /** The ceiling of datagrams that wait for the socket to be connected. */
    private static final int MAX_WAITING = 16;

    private final RelayState state;
    private final UdpFlows flows;
    private final InetSocketAddress client;
    private final Queue<ByteBuf> waiting = new ArrayDeque<>(2);
    private Endpoint server;
    private @Nullable Connection connection;
    private @Nullable Channel channel;
    private int retries;
    private boolean connected;
    private boolean ended;
    private boolean answered;
    private boolean requestPending;
    private long requestNanos;
    private long lastActivityNanos = System.nanoTime();
    private final @Nullable ConnectionTrace trace;
    private boolean asked;
    private long askedNanos = lastActivityNanos;

    /**
     * A flow that has no socket yet.
     *
     * @param connection the flow's connection at the director, or null for the reply path of a one-packet service
     */
    UdpFlow(
            RelayState state,
            UdpFlows flows,
            InetSocketAddress client,
            Endpoint server,
            @Nullable Connection connection) {
        this.state = state;
        this.flows = flows;
        this.client = client;
        this.server = server;
        this.connection = connection;
        trace = state.connectionLog.begin(Protocol.UDP, client, flows.address());
        if (trace != null) {
            trace.tried(server);
        }
    }

    /** Notes the service for the record of the flow. */
    void service(@Nullable ServiceKey key) {
        if (trace != null) {
            trace.service(key);
        }
    }

    InetSocketAddress client() {
        return client;
    }

    Endpoint server() {
        return server;
    }

    /** Whether this is the reply path of a one-packet service. */
    boolean onePacket() {
        return connection == null;
    }

    /** Whether the director has ended the connection: the flow must end, too. */
    boolean expired() {
        return connection != null && connection.expired();
    }

    /**
     * Opens the socket towards the server.
     *
     * @return the failure if it is known at once, otherwise null; the caller then ends the flow
     */
    @Nullable
    Throwable connect() {
        // If no descriptor is left, the channel of the future has no event loop: nothing can be called on it.
        ChannelFuture connecting = flows.sockets().handler(new Replies()).connect(server.toSocketAddress());
        if (connecting.isDone() && !connecting.isSuccess()) {
            return connecting.cause();
        }
        Channel opened = connecting.channel();
        if (state.descriptors.contains(opened)) {
            opened.close();
            return DescriptorReserve.failure();
        }
        channel = opened;
        connecting.addListener(done -> flows.execute(() -> connectDone(opened, done.cause())));
        return null;
    }

    private void connectDone(Channel opened, @Nullable Throwable failure) {
        if (ended || opened != channel) {
            return;
        }
        if (failure == null) {
            connected = true;
            for (ByteBuf data = flows.nextOf(waiting); data != null; data = flows.nextOf(waiting)) {
                send(opened, data);
            }
        } else if (!placedAgain(failure)) {
            fail(failure);
        }
    }

    /** Tries another server, if this one is the cause of a failure. The datagrams that wait are sent to that one. */
    private boolean placedAgain(Throwable failure) {
        Connection failed = connection;
        if (failed == null
                || retries >= state.options.retries()
                || SocketFailure.of(failure).isLocal()
                || state.stopping()) {
            return false;
        }
        retries++;
        channel = null;
        report(failed, failure);
        if (!failed.retry() || failed.onePacket()) {
            return false;
        }
        flows.report(server, failure);
        server = failed.destination();
        if (trace != null) {
            trace.tried(server);
        }
        Throwable another = connect();
        if (another != null) {
            fail(another);
            return true;
        }
        state.counters.retries.increment();
        return true;
    }

    /** Sends a datagram to the server, or drops it if too many wait already. */
    void toServer(ByteBuf data) {
        lastActivityNanos = System.nanoTime();
        Channel to = channel;
        if (ended || to == null) {
            flows.drop(data);
        } else if (connected) {
            send(to, data);
        } else if (waiting.size() >= MAX_WAITING || !flows.addTo(waiting, data)) {
            flows.drop(data);
        }
    }

    private void send(Channel to, ByteBuf data) {
        if (!to.isWritable()) {
            flows.drop(data);
            return;
        }
        requestNanos = lastActivityNanos;
        requestPending = true;
        if (trace != null) {
            trace.fromClient(data.readableBytes());
            if (!asked) {
                asked = true;
                askedNanos = lastActivityNanos;
            }
        }
        if (connection != null) {
            connection.received(data.readableBytes());
        }
        if (data.isReadable()) {
            to.writeAndFlush(data, to.voidPromise());
            return;
        }
        data.release();
        try {
            if (!EmptyDatagrams.send(to, null)) {
                state.counters.datagramsDropped.increment();
            }
        } catch (IOException e) {
            failed(e);
        }
    }

    /** Replies of the server, and failures of its socket. */
    private final class Replies extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            ByteBuf data = flows.compact(((DatagramPacket) message).content());
            if (data == null) {
                return;
            }
            if (ended || context.channel() != channel || !flows.channel().isWritable()) {
                flows.drop(data);
            } else if (expired()) {
                flows.drop(data);
                end(End.EXPIRED);
            } else {
                toClient(data);
            }
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext context) {
            flows.channel().flush();
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            if (context.channel() == channel) {
                end(End.STOPPED);
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            if (!ended && context.channel() == channel) {
                failed(cause);
            }
        }
    }

    private void toClient(ByteBuf data) {
        lastActivityNanos = System.nanoTime();
        if (!answered) {
            answered = true;
            state.reports.answered(connection);
            if (trace != null) {
                trace.firstByte(lastActivityNanos - askedNanos);
            }
        }
        if (trace != null) {
            trace.fromServer(data.readableBytes());
        }
        if (connection != null) {
            connection.sent(data.readableBytes());
            if (requestPending) {
                requestPending = false;
                connection.latency(lastActivityNanos - requestNanos);
            }
        }
        flows.reply(data, client);
    }

    private void failed(Throwable cause) {
        if (SocketFailure.of(cause).fault() == SocketFailure.Fault.SERVER) {
            fail(cause);
        } else {
            state.counters.datagramsDropped.increment();
            flows.report(server, cause);
        }
    }

    private void report(@Nullable Connection placed, Throwable cause) {
        if (SocketFailure.of(cause).fault() == SocketFailure.Fault.SERVER) {
            state.reports.failed(placed, cause);
        }
    }

    private void fail(Throwable cause) {
        report(connection, cause);
        end(endBy(cause));
        flows.report(server, cause);
    }

    /** Whether the flow was last used before a time, or the director has ended its connection. */
    boolean isOver(long beforeNanos) {
        return lastActivityNanos - beforeNanos < 0 || expired();
    }

    private void end(End how) {
        flows.remove(this);
        close(how);
    }

    /** The way in which a flow ends whose socket has failed. */
    static End endBy(Throwable failure) {
        return SocketFailure.of(failure).fault() == SocketFailure.Fault.SERVER ? End.UNREACHABLE : End.LOCAL;
    }

    /** Ends the flow, which the caller has removed. Its place is given back before anything that can fail. */
    void close(End how) {
        if (ended) {
            return;
        }
        ended = true;
        state.counters.openFlows.decrementAndGet();
        for (ByteBuf data = flows.nextOf(waiting); data != null; data = flows.nextOf(waiting)) {
            flows.drop(data);
        }
        Channel open = channel;
        channel = null;
        if (open != null) {
            open.close();
        }
        if (connection != null) {
            connection.close();
        }
        state.connectionLog.end(trace, how);
    }
}
