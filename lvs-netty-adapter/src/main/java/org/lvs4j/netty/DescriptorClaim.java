package org.lvs4j.netty;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.util.AttributeKey;

/**
 * The descriptors of one TCP connection: that of its client, and that towards its server, which is claimed before the
 * socket is opened. Both are given back when the sockets are closed, whatever else fails.
 *
 * <p>Made by the loop that accepts, and then used by that of the connection only: the field is plain.
 */
final class DescriptorClaim implements ChannelFutureListener {
    private static final AttributeKey<DescriptorClaim> KEY = AttributeKey.valueOf(DescriptorClaim.class, "claim");

    private final DescriptorReserve reserve;
    private boolean awaited = true;

    private DescriptorClaim(DescriptorReserve reserve) {
        this.reserve = reserve;
    }

    /** Claims the descriptors of a client that has just been accepted. */
    static DescriptorClaim make(DescriptorReserve reserve) {
        DescriptorClaim claim = new DescriptorClaim(reserve);
        reserve.opened();
        reserve.countAwaited(1);
        return claim;
    }

    /** The same of a client that is a channel, which gives them back by itself. */
    static void make(DescriptorReserve reserve, Channel client) {
        DescriptorClaim claim = new DescriptorClaim(reserve);
        client.attr(KEY).set(claim);
        client.closeFuture().addListener(claim);
        reserve.opened();
        reserve.countAwaited(1);
    }

    /** The claim of a client. */
    static DescriptorClaim of(Channel client) {
        return client.attr(KEY).get();
    }

    /** A socket towards a server will be opened. */
    void awaitServer() {
        if (!awaited) {
            awaited = true;
            reserve.countAwaited(1);
        }
    }

    /** A socket towards a server has been opened. */
    void serverOpened(TcpSocket server) {
        reserve.opened();
        served();
        server.whenClosed(reserve::closed);
    }

    private void served() {
        if (awaited) {
            awaited = false;
            reserve.countAwaited(-1);
        }
    }

    @Override
    public void operationComplete(ChannelFuture closed) {
        clientClosed();
    }

    /** The socket of the client has been closed. */
    void clientClosed() {
        served();
        reserve.closed();
    }
}
