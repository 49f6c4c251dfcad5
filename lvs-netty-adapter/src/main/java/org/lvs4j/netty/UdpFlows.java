package org.lvs4j.netty;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DatagramPacket;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.lvs4j.Connection;
import org.lvs4j.net.Endpoint;

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
 */
final class UdpFlows extends ChannelInboundHandlerAdapter {
    /** Datagrams up to this size are copied out of the read buffer, which has room for the largest one. */
    private static final int COPIED_BYTES = 4096;

    private final RelayState state;
    private final EventLoopState loopState;
    private final ListeningSocket listening;
    private final Channel channel;
    private final Map<InetSocketAddress, UdpFlow> byClient = new HashMap<>();
    private final Map<ReplyPath, UdpFlow> replyPaths = new HashMap<>();

    private record ReplyPath(InetSocketAddress client, Endpoint server) {}

    private UdpFlows(RelayState state, ListeningSocket listening, Channel channel) {
        this.state = state;
        this.listening = listening;
        this.channel = channel;
        loopState = state.loopState(channel.eventLoop());
    }

    /** The flows of a new socket, which the caller adds to the socket's pipeline. */
    static UdpFlows open(RelayState state, ListeningSocket listening, Channel channel) {
        UdpFlows flows = new UdpFlows(state, listening, channel);
        flows.loopState.add(flows);
        return flows;
    }

    Channel channel() {
        return channel;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        DatagramPacket packet = (DatagramPacket) message;
        InetSocketAddress client = packet.sender();
        ByteBuf data = compact(packet.content(), context);
        UdpFlow flow = byClient.get(client);
        if (!data.isReadable()) {
            // Netty cannot send an empty datagram, and few of its transports report one.
            drop(data);
        } else if (flow != null) {
            flow.toServer(data);
        } else {
            place(client, data);
        }
    }

    /**
     * The same bytes in a buffer that holds little more memory, since they may have to wait. Releases the given one.
     */
    static ByteBuf compact(ByteBuf data, ChannelHandlerContext context) {
        int bytes = data.readableBytes();
        if (bytes > COPIED_BYTES) {
            return data;
        }
        ByteBuf copy = context.alloc().directBuffer(bytes, bytes);
        copy.writeBytes(data);
        data.release();
        return copy;
    }

    private void place(InetSocketAddress client, ByteBuf data) {
        if (state.stopping()) {
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
            state.log.warn("{}: a datagram was dropped, no server is available: {}", listening, connection);
        } else if (connection.onePacket()) {
            sendOne(client, data, connection);
        } else {
            UdpFlow flow = newFlow(client, connection.destination(), connection);
            if (flow == null) {
                connection.close();
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
            flow = newFlow(client, server, null);
            if (flow != null) {
                replyPaths.put(path, flow);
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

    private @Nullable UdpFlow newFlow(InetSocketAddress client, Endpoint server, @Nullable Connection connection) {
        RelayCounters counters = state.counters;
        int limit = state.options.udpFlows();
        if (!RelayCounters.incrementBelow(counters.openFlows, limit)) {
            counters.overFlowLimit.increment();
            state.log.warn("{}: a datagram was dropped, there are {} flows already", listening, limit);
            return null;
        }
        counters.flowsOpened.increment();
        UdpFlow flow = new UdpFlow(state, this, client, server, connection);
        flow.connect(loopState.udp());
        return flow;
    }

    /** Removes a flow that has ended. */
    void remove(UdpFlow flow) {
        if (flow.onePacket()) {
            replyPaths.remove(new ReplyPath(flow.client(), flow.server()), flow);
        } else {
            byClient.remove(flow.client(), flow);
        }
    }

    private void drop(ByteBuf data) {
        data.release();
        state.counters.datagramsDropped.increment();
    }

    /** Ends the flows that were last used before a time. */
    void expire(long beforeNanos) {
        byClient.values().removeIf(flow -> flow.expire(beforeNanos));
        replyPaths.values().removeIf(flow -> flow.expire(beforeNanos));
    }

    /** Ends every flow. */
    void endAll() {
        expire(System.nanoTime() + 1);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        loopState.remove(this);
        endAll();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        loopState.remove(this);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        // A reply that could not be sent, for instance to a host that is down. Other clients are still served.
        state.counters.datagramsDropped.increment();
        RelayState.LOGGER.debug("{}: a datagram was lost", listening, cause);
    }

    @Override
    public String toString() {
        return listening.toString();
    }
}
