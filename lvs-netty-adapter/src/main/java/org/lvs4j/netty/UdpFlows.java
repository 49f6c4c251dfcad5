package org.lvs4j.netty;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DatagramPacket;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.lvs4j.Connection;
import org.lvs4j.Verdict;
import org.lvs4j.net.Endpoint;
import org.lvs4j.netty.ConnectionRecord.End;
import org.lvs4j.netty.internal.EmptyDatagrams;
import org.lvs4j.netty.internal.SocketFailure;

/**
 * The flows of one listening UDP socket: finds the flow of each datagram, or opens one on the server that
 * the director chooses.
 *
 * <p>Each flow has its own socket towards its server, which distinguishes its replies from those of other flows.
 * All these sockets belong to the event loop of the listening one, and only that loop uses this object: all
 * fields are plain.
 *
 * <p>In a one-packet service the director places each datagram by itself and releases it as soon as it is sent. Only
 * the socket stays, as a reply path from that server to that client, until no datagram has passed through it for the
 * UDP timeout.
 *
 * <p>If a socket cannot be opened, the datagram is dropped and nothing of the flow remains: the client's next datagram
 * is placed again, so that service continues as soon as there is a descriptor, a port or memory.
 */
final class UdpFlows extends ChannelInboundHandlerAdapter {
    /** The ceiling of memory of the datagrams that wait for their sockets to be connected, all flows together. */
    private static final long MAX_WAITING_BYTES = 4L << 20;

    private final RelayState state;
    private final EventLoopState loopState;
    private final ListeningSocket listening;
    private final Channel channel;
    private final Map<InetSocketAddress, UdpFlow> byClient = new HashMap<>();
    private final Map<ReplyPath, UdpFlow> replyPaths = new HashMap<>();
    private long waitingBytes;

    private record ReplyPath(InetSocketAddress client, Endpoint server) {}

    private UdpFlows(RelayState state, ListeningSocket listening, Channel channel) {
        this.state = state;
        this.listening = listening;
        this.channel = channel;
        loopState = state.loopState(channel.eventLoop());
    }

    /** The flows of a new socket, which the caller adds to the socket's pipeline. */
    static UdpFlows open(RelayState state, ListeningSocket listening, Channel channel) {
        channel.config().setRecvByteBufAllocator(new DatagramReads(EventLoopState.DATAGRAM_BYTES));
        UdpFlows flows = new UdpFlows(state, listening, channel);
        flows.loopState.add(flows);
        return flows;
    }

    Channel channel() {
        return channel;
    }

    /** The address that clients ask. */
    InetSocketAddress address() {
        return listening.bound();
    }

    /** Opens sockets towards servers. The caller owns the bootstrap. */
    Bootstrap sockets() {
        return loopState.udp();
    }

    /** Executes a task on the loop of this object. */
    void execute(Runnable task) {
        if (loopState.loop.inEventLoop()) {
            task.run();
            return;
        }
        try {
            loopState.loop.execute(task);
        } catch (RejectedExecutionException e) {
            RelayState.LOGGER.trace("{}: the relay has ended, and every flow with it", listening, e);
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        DatagramPacket packet = (DatagramPacket) message;
        InetSocketAddress client = packet.sender();
        ByteBuf data = compact(packet.content());
        if (data == null) {
            return;
        }
        UdpFlow flow = byClient.get(client);
        if (flow != null && flow.expired()) {
            byClient.remove(client);
            flow.close(End.EXPIRED);
            flow = null;
        }
        if (flow != null) {
            flow.toServer(data);
        } else {
            place(client, data);
        }
    }

    /**
     * The same bytes in a buffer of their size, since they may have to wait: that of a read has room for the largest
     * datagram. Releases the given one. Null if there is no memory: the datagram is dropped then.
     */
    @Nullable
    ByteBuf compact(ByteBuf data) {
        int bytes = data.readableBytes();
        if (DatagramReads.maybeCut(data)) {
            drop(data);
            return null;
        }
        try {
            ByteBuf copy = channel.alloc().directBuffer(bytes, bytes);
            copy.writeBytes(data);
            return copy;
        } catch (OutOfMemoryError e) {
            state.counters.datagramsDropped.increment();
            report(listening, e);
            return null;
        } finally {
            data.release();
        }
    }

    private void place(InetSocketAddress client, ByteBuf data) {
        if (state.stopping()) {
            drop(data);
            return;
        }
        if (state.counters.openFlows.get() >= state.options.udpFlows() && replyPaths.isEmpty()) {
            // Before the director counts a connection, and makes a template for it.
            overLimit();
            drop(data);
            return;
        }
        Connection connection;
        try {
            connection = state.director.open(listening.flow(client), data.nioBuffer());
        } catch (RuntimeException e) {
            drop(data);
            state.log.warn("{}: the director failed to place a datagram: {}", listening, e);
            return;
        }
        if (!connection.accepted()) {
            drop(data);
            if (connection.verdict() != Verdict.DROP) {
                state.log.warn("{}: a datagram was dropped, no server is available: {}", listening, connection);
            }
        } else if (connection.onePacket()) {
            sendOne(client, data, connection);
        } else {
            UdpFlow flow = open(client, connection.destination(), connection);
            if (flow == null) {
                drop(data);
            } else {
                byClient.put(client, flow);
                flow.toServer(data);
            }
        }
    }

    private void sendOne(InetSocketAddress client, ByteBuf data, Connection connection) {
        Endpoint server = connection.destination();
        ReplyPath path = new ReplyPath(client, server);
        UdpFlow flow = replyPaths.get(path);
        if (flow == null) {
            flow = open(client, server, null);
            if (flow != null) {
                replyPaths.put(path, flow);
                flow.service(connection.service());
            }
        }
        if (flow == null) {
            drop(data);
        } else {
            connection.received(data.readableBytes());
            flow.toServer(data);
        }
        connection.close();
    }

    /** A new flow, or null if there is no place or no socket for it; its connection is closed then. */
    private @Nullable UdpFlow open(InetSocketAddress client, Endpoint server, @Nullable Connection connection) {
        RelayCounters counters = state.counters;
        int limit = state.options.udpFlows();
        boolean placed = RelayCounters.incrementBelow(counters.openFlows, limit);
        if (!placed) {
            if (connection != null) {
                connection.close();
            }
            overLimit();
            return null;
        }
        UdpFlow flow = new UdpFlow(state, this, client, server, connection);
        if (connection != null) {
            flow.service(connection.service());
        }
        Throwable failure = flow.connect();
        if (failure != null) {
            flow.close(UdpFlow.endBy(failure));
            report(server, failure);
            return null;
        }
        counters.flowsOpened.increment();
        return flow;
    }

    private void overLimit() {
        state.counters.overFlowLimit.increment();
        state.log.warn(
                "{}: a datagram was dropped, there are as many UDP flows as allowed: {}",
                listening,
                state.options.udpFlows());
    }

    /** Counts and logs that no socket could be opened towards an address, or that it has failed. */
    void report(Object peer, Throwable failure) {
        SocketFailure kind = SocketFailure.of(failure);
        if (kind.fault() == SocketFailure.Fault.SERVER) {
            state.counters.connectFailures.increment();
            state.log.warn("{}: a server does not take datagrams: {}", listening, peer, kind, failure);
        } else {
            if (kind.isLocal()) {
                state.counters.localFailures.increment();
            }
            state.log.warn("{}: a datagram was dropped on this host: {}", listening, peer, kind, failure);
        }
    }

    /** Queues a datagram, which the queue then owns; returns false if too much memory waits already. */
    boolean addTo(Queue<ByteBuf> waiting, ByteBuf data) {
        if (waitingBytes + data.capacity() > MAX_WAITING_BYTES) {
            return false;
        }
        waitingBytes += data.capacity();
        return waiting.add(data);
    }

    /** Takes the next datagram of a queue, which the caller then owns; null if there is none. */
    @Nullable
    ByteBuf nextOf(Queue<ByteBuf> waiting) {
        ByteBuf data = waiting.poll();
        if (data != null) {
            waitingBytes -= data.capacity();
        }
        return data;
    }

    /** Sends a reply, which the caller flushes later. */
    void reply(ByteBuf data, InetSocketAddress client) {
        if (data.isReadable()) {
            channel.write(new DatagramPacket(data, client), channel.voidPromise());
            return;
        }
        data.release();
        try {
            if (!EmptyDatagrams.send(channel, client)) {
                state.counters.datagramsDropped.increment();
            }
        } catch (IOException e) {
            replyLost(e);
        }
    }

    /** Removes a flow that ends. */
    void remove(UdpFlow flow) {
        if (flow.onePacket()) {
            replyPaths.remove(new ReplyPath(flow.client(), flow.server()), flow);
        } else {
            byClient.remove(flow.client(), flow);
        }
    }

    void drop(ByteBuf data) {
        data.release();
        state.counters.datagramsDropped.increment();
    }

    /** Ends the flows that were last used before a time, and those whose connection the director has ended. */
    void expire(long beforeNanos) {
        expire(byClient.values(), beforeNanos, End.IDLE);
        expire(replyPaths.values(), beforeNanos, End.IDLE);
    }

    private static void expire(Collection<UdpFlow> flows, long beforeNanos, End how) {
        for (Iterator<UdpFlow> all = flows.iterator(); all.hasNext(); ) {
            UdpFlow flow = all.next();
            if (flow.isOver(beforeNanos)) {
                all.remove();
                flow.close(flow.expired() ? End.EXPIRED : how);
            }
        }
    }

    /** Ends every flow. */
    void endAll() {
        long all = System.nanoTime() + 1;
        expire(byClient.values(), all, End.STOPPED);
        expire(replyPaths.values(), all, End.STOPPED);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        loopState.remove(this);
        endAll();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        loopState.remove(this);
        endAll();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        replyLost(cause);
    }

    /** Counts a reply that could not be sent, for instance to a host that is down. Other clients are still served. */
    private void replyLost(Throwable cause) {
        SocketFailure kind = SocketFailure.of(cause);
        state.counters.datagramsDropped.increment();
        if (kind.isLocal()) {
            state.counters.localFailures.increment();
        }
        state.log.warn("{}: a reply was dropped: {}", listening, "its client", kind, cause);
    }

    @Override
    public String toString() {
        return listening.toString();
    }
}
