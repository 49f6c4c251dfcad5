package org.lvs4j.netty;

import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelOption;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.socket.nio.NioChannelOption;
import io.netty.channel.unix.IntegerUnixChannelOption;
import io.netty.channel.unix.Socket;
import io.netty.channel.unix.UnixChannel;
import io.netty.channel.uring.IoUringSocketChannel;
import java.io.IOException;
import java.net.SocketOption;
import java.nio.channels.SocketChannel;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** What the sockets of both sides of a TCP connection have in common, on each transport. */
final class TcpSockets {
    private static final boolean LINUX = System.getProperty("os.name", "").startsWith("Linux");
    private static final ChannelOption<Integer> NATIVE_INLINE = LINUX
            ? new IntegerUnixChannelOption("SO_OOBINLINE", 1, 10)
            : new IntegerUnixChannelOption("SO_OOBINLINE", 0xFFFF, 0x100);
    private static final @Nullable ChannelOption<Boolean> NIO_INLINE = nioInline();

    /** The system counts the time since the last bytes in steps of up to 10 ms. */
    private static final long CLOCK_MILLIS = 20;

    private TcpSockets() {}

    /** Whether the system tells how far the bytes that were written to a socket have got. */
    static boolean kernelTells(Channel channel) {
        return channel instanceof IoUringSocketChannel;
    }

    /**
     * Sets the options that every socket of a relay needs.
     *
     * @param bufferBytes the size of the system's send buffer if the system does not tell what waits in it
     */
    static void prepare(Channel channel, int bufferBytes) {
        // A socket that cannot be written to any more may still have bytes to be read.
        channel.config().setAutoClose(false);
        keepUrgentData(channel);
        if (!kernelTells(channel)) {
            set(channel, ChannelOption.SO_SNDBUF, bufferBytes);
        }
    }

    /**
     * Keeps urgent bytes in their place in the stream: by default, the system takes them out, and they would be lost.
     * A listening socket of NIO does not have the option.
     */
    static void keepUrgentData(Channel channel) {
        if (channel instanceof UnixChannel) {
            set(channel, NATIVE_INLINE, 1);
        } else if (NIO_INLINE != null && channel instanceof NioTcpSocket) {
            set(channel, NIO_INLINE, true);
        }
    }

    /** Sets what the sockets that epoll accepts are to inherit. */
    static void setInherited(Channel listening) {
        Socket socket = (Socket) ((UnixChannel) listening).fd();
        try {
            socket.setTcpNoDelay(true);
            socket.setKeepAlive(true);
        } catch (IOException e) {
            RelayState.LOGGER.debug("{}: the options of accepted sockets cannot be set", listening, e);
        }
    }

    static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            RelayState.LOGGER.debug("{} could not be closed in order", socket, e);
        }
    }

    private static <T> void set(Channel channel, ChannelOption<T> option, T value) {
        try {
            channel.config().setOption(option, value);
        } catch (ChannelException e) {
            // The system refuses options of a socket that has failed already.
            RelayState.LOGGER.trace("{}: {} cannot be set", channel, option, e);
        }
    }

    /**
     * Whether the peer of a socket has reset it, and Netty will not tell.
     *
     * <p>On io_uring, the reset may come while a read is under way. That read takes the last bytes and learns that the
     * socket is empty, and Netty then waits for an event that it has already seen: io_uring reports each one once.
     * After the end of a stream this cannot happen: the kernel does not call such a socket empty.
     *
     * @param channel a channel of which a read has just been completed
     */
    static boolean isResetUnnoticed(Channel channel) {
        // With a condition that is never true, Netty's answer is whether it has seen the event.
        if (channel instanceof IoUringSocketChannel
                && channel.unsafe().recvBufAllocHandle() instanceof RecvByteBufAllocator.ExtendedHandle handle
                && handle.continueReading(() -> false)) {
            TcpInfo info = TcpInfo.of(channel);
            return info != null && info.closed();
        }
        return false;
    }

    /**
     * Whether the system has received bytes that the event loop, which may be late, has not read yet. False where the
     * system does not tell.
     *
     * @param idleNanos for how long the loop has read nothing, at least
     */
    static boolean hasUnread(TcpSocket socket, long idleNanos) {
        TcpInfo info = socket.info();
        return info != null && TimeUnit.MILLISECONDS.toNanos(info.receivedMillis() + CLOCK_MILLIS) < idleNanos;
    }

    /** The option of NIO for urgent data, which has no constant. */
    @SuppressWarnings("unchecked")
    private static @Nullable ChannelOption<Boolean> nioInline() {
        try (SocketChannel probe = SocketChannel.open()) {
            for (SocketOption<?> option : probe.supportedOptions()) {
                if (option.name().equals("SO_OOBINLINE") && option.type() == Boolean.class) {
                    return NioChannelOption.of((SocketOption<Boolean>) option);
                }
            }
        } catch (IOException e) {
            RelayState.LOGGER.debug("cannot tell whether NIO passes urgent data on", e);
        }
        return null;
    }
}
