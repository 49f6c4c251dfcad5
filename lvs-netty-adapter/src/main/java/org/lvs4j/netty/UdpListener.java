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
 * One listening UDP socket: finds the flow of each datagram, or has the director place a new one.
 *
 * <p>Each flow has a socket of its own towards its server, so that replies are known by the socket they come to. All
 * those sockets live on the event loop of this one, and only that loop touches this object: its fields are plain.
 *
 * <p>A one-packet service has the director place each datagram anew and release it as soon as it is sent. Only the
 * socket stays, as a reply path from that server to that client, until nothing has passed through it for the UDP
 * timeout.
 */
final class UdpListener extends ChannelInboundHandlerAdapter {
    /** Datagrams up to this size are copied out of the read buffer, which has room for the largest. */
    private static final int COPIED_BYTES = 4096;

    private final RelayState state;
    private final EventLoopState lane;
    private final ListeningSocket listener;
    private final Channel channel;
    private final Map<InetSocketAddress, UdpFlow> flows = new HashMap<>();
    private final Map<ReplyPath, UdpFlow> replyPaths = new HashMap<>();

    private record ReplyPath(InetSocketAddress client, Endpoint server) {}

    UdpListener(RelayState state, ListeningSocket listener, Channel channel) {
        this.state = state;
        this.listener = listener;
        this.channel = channel;
        lane = state.lane(channel.eventLoop());
        lane.add(this);
    }

    Channel channel() {
        return channel;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        DatagramPacket packet = (DatagramPacket) message;
        InetSocketAddress client = packet.sender();
        ByteBuf data = ownSize(packet.content(), context);
        UdpFlow flow = flows.get(client);
        if (!data.isReadable()) {
            // Netty has no way to send a datagram without content, and few transports that show one.
            drop(data);
        } else if (flow != null) {
            flow.toServer(data);
        } else {
            place(client, data);
        }
    }

    /** The same bytes without much memory around them, since they may have to wait. */
    static ByteBuf ownSize(ByteBuf data, ChannelHandlerContext context) {
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
            connection = state.director.open(listener.flow(client), data.nioBuffer());
        } catch (RuntimeException e) {
            drop(data);
            state.log.warn("{}: the director failed to place a datagram: {}", listener, e);
            return;
        }
        if (!connection.accepted()) {
            drop(data);
            state.log.warn("{}: a datagram was dropped, no server is available: {}", listener, connection);
        } else if (connection.onePacket()) {
            sendAlone(client, data, connection);
        } else {
            UdpFlow flow = newFlow(client, connection.destination(), connection);
            if (flow == null) {
                connection.close();
                drop(data);
            } else {
                flows.put(client, flow);
                flow.toServer(data);
            }
        }
    }

    private void sendAlone(InetSocketAddress client, ByteBuf data, Connection connection) {
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
        if (!RelayCounters.take(counters.openFlows, state.options.udpFlows())) {
            counters.overFlowLimit.increment();
            state.log.warn(
                    "{}: a datagram was dropped, there are {} flows already", listener, state.options.udpFlows());
            return null;
        }
        counters.flowsOpened.increment();
        UdpFlow flow = new UdpFlow(state, this, client, server, connection);
        flow.connect(lane.udp());
        return flow;
    }

    /** Takes an ended flow out of its map. */
    void forget(UdpFlow flow) {
        if (flow.onePacket()) {
            replyPaths.remove(new ReplyPath(flow.client(), flow.server()), flow);
        } else {
            flows.remove(flow.client(), flow);
        }
    }

    private void drop(ByteBuf data) {
        data.release();
        state.counters.datagramsDropped.increment();
    }

    /** Ends the flows that were last used before a moment. */
    void expire(long beforeNanos) {
        flows.values().removeIf(flow -> flow.expire(beforeNanos));
        replyPaths.values().removeIf(flow -> flow.expire(beforeNanos));
    }

    void endFlows() {
        expire(System.nanoTime() + 1);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        lane.remove(this);
        endFlows();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        lane.remove(this);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        // One reply that could not be sent, such as to a host that is gone; the socket serves all the others.
        state.counters.datagramsDropped.increment();
        RelayState.LOGGER.debug("{}: a datagram was lost", listener, cause);
    }

    @Override
    public String toString() {
        return listener.toString();
    }
}
