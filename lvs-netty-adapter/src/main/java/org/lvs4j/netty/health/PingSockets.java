package org.lvs4j.netty.health;

import com.sun.jna.LastErrorException;
import com.sun.jna.Native;
import io.netty.channel.Channel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDatagramChannel;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.lvs4j.net.AddressFamily;

/**
 * Sockets of ICMP on Linux, which neither the JDK nor Netty opens: JNA makes the system call, and Netty's epoll adopts
 * the descriptor.
 *
 * <p>The first choice is a datagram socket of ICMP, which needs no privilege but a group in {@code
 * net.ipv4.ping_group_range}. The system sets its identifier and checksum, and delivers only replies to its own requests.
 * Otherwise a raw socket does the same with {@code CAP_NET_RAW}; {@link RawMessages} makes up for the difference.
 */
final class PingSockets {
    private static final int DATAGRAM = 2;
    private static final int RAW = 3;

    private PingSockets() {}

    /**
     * An open descriptor.
     *
     * @param number its number
     * @param raw whether it is a raw socket
     */
    private record Descriptor(int number, boolean raw) {}

    /**
     * Why this process cannot ping an address family, or null if it can. Opens a socket and closes it.
     *
     * @throws LinkageError without JNA
     */
    static @Nullable String problem(AddressFamily family) {
        if (!Epoll.isAvailable()) {
            return "a ping needs epoll of Linux";
        }
        try {
            Calls.close(descriptor(family).number());
            return null;
        } catch (IOException e) {
            return String.valueOf(e.getMessage());
        }
    }

    /**
     * Opens a socket, which the caller closes.
     *
     * @throws IOException if the system refuses
     */
    static Channel open(AddressFamily family) throws IOException {
        Descriptor descriptor = descriptor(family);
        Channel socket;
        try {
            socket = new EpollDatagramChannel(descriptor.number());
        } catch (RuntimeException | Error e) {
            Calls.close(descriptor.number());
            throw e;
        }
        if (descriptor.raw()) {
            socket.pipeline().addLast(new RawMessages(family));
        }
        return socket;
    }

    private static Descriptor descriptor(AddressFamily family) throws IOException {
        try {
            return new Descriptor(Calls.open(family, DATAGRAM), false);
        } catch (LastErrorException e) {
            if (e.getErrorCode() != Calls.EACCES && e.getErrorCode() != Calls.EPROTONOSUPPORT) {
                throw new IOException(e.getMessage(), e);
            }
        }
        try {
            return new Descriptor(Calls.open(family, RAW), true);
        } catch (LastErrorException e) {
            if (e.getErrorCode() != Calls.EPERM) {
                throw new IOException(e.getMessage(), e);
            }
            throw new IOException(
                    "a ping needs a group of this process within net.ipv4.ping_group_range, or CAP_NET_RAW", e);
        }
    }

    /** The system calls. Its initialization fails without JNA. */
    private static final class Calls {
        static final int EPERM = 1;
        static final int EACCES = 13;
        static final int EPROTONOSUPPORT = 93;

        private static final int NONBLOCK_CLOEXEC = 0x800 | 0x80000;

        static {
            Native.register(Calls.class, (String) null);
        }

        static int open(AddressFamily family, int type) {
            boolean v4 = family == AddressFamily.IPV4;
            return socket(v4 ? 2 : 10, type | NONBLOCK_CLOEXEC, v4 ? 1 : 58);
        }

        static native int socket(int domain, int type, int protocol) throws LastErrorException;

        static native int close(int descriptor) throws LastErrorException;
    }
}
