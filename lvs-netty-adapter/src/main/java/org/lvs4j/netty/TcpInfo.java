package org.lvs4j.netty;

import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.unix.RawUnixChannelOption;
import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * What Linux knows about a TCP socket: the structure {@code tcp_info} of its socket option {@code TCP_INFO}.
 *
 * @param takenBytes the bytes that the peer's system has acknowledged so far
 * @param closed whether the socket is closed: after a reset, even though its end has not been read yet
 * @param receivedMillis for how long the system has received no bytes for this socket, read or not, in milliseconds
 * @param pending whether anything that was written, the end of the stream included, has not been acknowledged yet
 */
record TcpInfo(boolean closed, long takenBytes, long receivedMillis, boolean pending) {
    private static final int LEVEL_TCP = 6;
    private static final int NAME_TCP_INFO = 11;
    private static final int STATE = 0;
    private static final int UNACKED_SEGMENTS = 24;
    private static final int LAST_RECEIVED_MILLIS = 52;
    private static final int ACKED_BYTES = 120;
    private static final int UNSENT_BYTES = 144;
    private static final int LENGTH = 152;
    private static final int STATE_CLOSED = 7;
    private static final RawUnixChannelOption OPTION =
            new RawUnixChannelOption("TCP_INFO", LEVEL_TCP, NAME_TCP_INFO, LENGTH);

    /** Reads the structure of a socket of epoll or io_uring; null if the system refuses. One system call. */
    static @Nullable TcpInfo of(Channel channel) {
        ByteBuffer info;
        try {
            info = channel.config().getOption(OPTION);
        } catch (ChannelException e) {
            return null;
        }
        return of(info);
    }

    /** The same of a socket without a channel. */
    static @Nullable TcpInfo of(Socket socket) {
        ByteBuffer info = ByteBuffer.allocate(LENGTH);
        try {
            socket.getRawOpt(LEVEL_TCP, NAME_TCP_INFO, info);
        } catch (IOException e) {
            return null;
        }
        info.flip();
        return of(info);
    }

    private static TcpInfo of(ByteBuffer info) {
        info.order(ByteOrder.nativeOrder());
        boolean closed = info.get(STATE) == STATE_CLOSED;
        boolean pending = !closed && (info.getInt(UNACKED_SEGMENTS) != 0 || info.getInt(UNSENT_BYTES) != 0);
        return new TcpInfo(
                closed, info.getLong(ACKED_BYTES), Integer.toUnsignedLong(info.getInt(LAST_RECEIVED_MILLIS)), pending);
    }
}
