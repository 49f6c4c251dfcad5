package org.lvs4j.netty;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DatagramPacket;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;
import org.lvs4j.Connection;
import org.lvs4j.net.Endpoint;

/**
 * The datagrams of one client at one listening socket, and the socket towards their server.
 *
 * <p>If the server answers "port unreachable", the flow ends, and the director places the client's next datagram again.
 *
 * <p>Belongs to the event loop of the listening socket: all fields are plain.
 */
final class UdpFlow extends ChannelInboundHandlerAdapter {
    /** The ceiling of datagrams that wait for the socket to be connected. */
    private static final int MAX_WAITING = 16;

    private final RelayState state;
    private final UdpFlows flows;
    private final InetSocketAddress client;
    private final Endpoint server;
    private final @Nullable Connection connection;
    private final Queue<ByteBuf> waiting = new ArrayDeque<>(2);
    private @Nullable Channel channel;
    private boolean connected;
    private boolean ended;
    private boolean requestPending;
    private long requestNanos;
    private long lastActivityNanos = System.nanoTime();

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

    /** Opens the socket towards the server. */
    void connect(Bootstrap bootstrap) {
        ChannelFuture connecting = bootstrap.handler(this).connect(server.toSocketAddress());
        channel = connecting.channel();
        connecting.addListener(done -> {
            if (done.isSuccess()) {
                connected();
            } else {
                failed(done.cause());
            }
        });
    }

    private void connected() {
        Channel to = channel;
        if (ended || to == null) {
            return;
        }
        connected = true;
        for (ByteBuf data = waiting.poll(); data != null; data = waiting.poll()) {
            to.write(data, to.voidPromise());
        }
        to.flush();
    }

    /** Sends a datagram to the server, or drops it if too many wait already. */
    void toServer(ByteBuf data) {
        lastActivityNanos = System.nanoTime();
        requestNanos = lastActivityNanos;
        requestPending = true;
        if (connection != null) {
            connection.received(data.readableBytes());
        }
        Channel to = channel;
        if (ended || to == null) {
            drop(data);
        } else if (!connected) {
            if (waiting.size() < MAX_WAITING) {
                waiting.add(data);
            } else {
                drop(data);
            }
        } else if (to.isWritable()) {
            to.writeAndFlush(data, to.voidPromise());
        } else {
            drop(data);
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        lastActivityNanos = System.nanoTime();
        ByteBuf data = UdpFlows.compact(((DatagramPacket) message).content(), context);
        Channel to = flows.channel();
        if (ended || !data.isReadable() || !to.isWritable()) {
            drop(data);
            return;
        }
        if (connection != null) {
            connection.sent(data.readableBytes());
            if (requestPending) {
                requestPending = false;
                connection.latency(lastActivityNanos - requestNanos);
            }
        }
        to.write(new DatagramPacket(data, client), to.voidPromise());
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        flows.channel().flush();
    }

    private void drop(ByteBuf data) {
        data.release();
        state.counters.datagramsDropped.increment();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        failed(cause);
    }

    private void failed(Throwable cause) {
        if (!ended) {
            end();
            flows.remove(this);
            state.counters.connectFailures.increment();
            state.log.warn("{}: a server does not take datagrams: {}", flows, server + ": " + cause.getMessage());
        }
    }

    /** Ends the flow if it was last used before a time. Returns whether it did; the caller then removes it. */
    boolean expire(long beforeNanos) {
        if (lastActivityNanos - beforeNanos >= 0) {
            return false;
        }
        end();
        return true;
    }

    private void end() {
        if (ended) {
            return;
        }
        ended = true;
        if (connection != null) {
            connection.close();
        }
        for (ByteBuf data = waiting.poll(); data != null; data = waiting.poll()) {
            drop(data);
        }
        if (channel != null) {
            channel.close();
        }
        state.counters.openFlows.decrementAndGet();
    }
}
