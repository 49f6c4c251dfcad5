package org.lvs4j.netty.internal;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.nio.AbstractNioChannel;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.unix.Socket;
import io.netty.channel.unix.UnixChannel;
import io.netty.channel.uring.IoUringDatagramChannel;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import org.jspecify.annotations.Nullable;

/**
 * Sends datagrams without content, which RFC 768 allows. Of Netty's transports only io_uring sends them; the others
 * discard them silently. There the system call is made here, while nothing else waits in the socket's queue.
 *
 * <p>The JDK discards those of a connected socket as well, so on NIO a second socket at the same local address, which
 * is not connected, sends the datagram.
 */
public final class EmptyDatagrams {
    private static final ByteBuffer EMPTY = ByteBuffer.allocateDirect(0);

    private EmptyDatagrams() {}

    /**
     * Sends an empty datagram. Called on the socket's event loop.
     *
     * @param to the receiver, or null for the one that the socket is connected to
     * @return false if other datagrams wait in the socket's queue: the datagram is to be dropped then
     * @throws IOException if the system refuses it
     */
    public static boolean send(Channel channel, @Nullable InetSocketAddress to) throws IOException {
        if (channel instanceof IoUringDatagramChannel) {
            // With room for a byte: the transport needs an address in memory.
            ByteBuf data = channel.alloc().directBuffer(1);
            channel.writeAndFlush(to == null ? data : new DatagramPacket(data, to), channel.voidPromise());
            return true;
        }
        channel.flush();
        ChannelOutboundBuffer queue = channel.unsafe().outboundBuffer();
        if (queue == null || !queue.isEmpty()) {
            return false;
        }
        if (channel instanceof UnixChannel unix && unix.fd() instanceof Socket socket) {
            if (to == null) {
                socket.send(EMPTY, 0, 0);
            } else {
                socket.sendTo(EMPTY, 0, 0, to.getAddress(), to.getPort());
            }
        } else if (channel.unsafe() instanceof AbstractNioChannel.NioUnsafe nio
                && nio.ch() instanceof DatagramChannel datagrams) {
            if (to == null) {
                sendBesides(datagrams);
            } else {
                datagrams.send(EMPTY.duplicate(), to);
            }
        }
        return true;
    }

    private static void sendBesides(DatagramChannel connected) throws IOException {
        InetSocketAddress local = (InetSocketAddress) connected.getLocalAddress();
        SocketAddress remote = connected.getRemoteAddress();
        StandardProtocolFamily family =
                local.getAddress() instanceof Inet4Address ? StandardProtocolFamily.INET : StandardProtocolFamily.INET6;
        // The address can be shared for this moment only: later sockets must not choose its port.
        connected.setOption(StandardSocketOptions.SO_REUSEADDR, true);
        try (DatagramChannel second = DatagramChannel.open(family)) {
            second.setOption(StandardSocketOptions.SO_REUSEADDR, true);
            second.bind(local);
            second.send(EMPTY.duplicate(), remote);
        } finally {
            connected.setOption(StandardSocketOptions.SO_REUSEADDR, false);
        }
    }
}
