package org.lvs4j.netty;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelFuture;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.util.List;

/**
 * A TCP socket of NIO that tells when the system's send buffer is almost empty.
 *
 * <p>NIO does not tell how much the peer has taken, only whether the socket is writable. Linux calls a socket writable
 * once its send buffer is at most two thirds full. So the buffer is made as small as the system allows, which discards
 * nothing, and the next writable event means that at most 2 KiB are left.
 */
final class NioTcpSocket extends NioSocketChannel {
    NioTcpSocket() {}

    private NioTcpSocket(Channel parent, SocketChannel socket) {
        super(parent, socket);
    }

    /**
     * Waits until the send buffer is almost empty. Only after the last write: what is written later may wait long.
     *
     * @return succeeds then, and fails if the socket fails
     */
    ChannelFuture almostEmpty() {
        try {
            config().setSendBufferSize(1);
        } catch (ChannelException e) {
            return newFailedFuture(e);
        }
        // While a writable event is awaited, Netty does not flush: this buffer without bytes leaves with the event.
        setOpWrite();
        return writeAndFlush(Unpooled.EMPTY_BUFFER);
    }

    /** Accepts sockets of this kind. */
    static final class Listening extends NioServerSocketChannel {
        Listening(SocketProtocolFamily family) {
            super(SelectorProvider.provider(), family);
        }

        @Override
        protected int doReadMessages(List<Object> accepted) throws IOException {
            SocketChannel socket = javaChannel().accept();
            if (socket == null) {
                return 0;
            }
            try {
                accepted.add(new NioTcpSocket(this, socket));
                return 1;
            } catch (RuntimeException e) {
                socket.close();
                throw e;
            }
        }
    }
}
