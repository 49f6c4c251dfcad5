package org.lvs4j.netty;

import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.kqueue.KQueue;
import io.netty.channel.kqueue.KQueueDatagramChannel;
import io.netty.channel.kqueue.KQueueIoHandle;
import io.netty.channel.kqueue.KQueueIoHandler;
import io.netty.channel.kqueue.KQueueServerSocketChannel;
import io.netty.channel.kqueue.KQueueSocketChannel;
import io.netty.channel.nio.NioIoHandle;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.socket.nio.NioChannelOption;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.unix.IntegerUnixChannelOption;
import io.netty.channel.unix.UnixChannelOption;
import io.netty.channel.uring.IoUring;
import io.netty.channel.uring.IoUringDatagramChannel;
import io.netty.channel.uring.IoUringIoHandle;
import io.netty.channel.uring.IoUringServerSocketChannel;
import io.netty.channel.uring.IoUringSocketChannel;
import java.io.IOException;
import java.net.StandardSocketOptions;
import org.jspecify.annotations.Nullable;
import org.lvs4j.net.AddressFamily;
import org.lvs4j.net.Protocol;
import org.lvs4j.netty.internal.EnduringIoUring;

/** The interface between a relay and the operating system. */
public enum Transport {
    /** The first available of epoll, kqueue and NIO. If a native one is not available, a warning tells why. */
    AUTO,
    /** epoll of Linux, with Netty's native library for it. */
    EPOLL,
    /** kqueue of macOS and BSD, with Netty's native library for it. */
    KQUEUE,
    /** io_uring of Linux 5.14 or newer, with Netty's native library for it; never chosen by {@link #AUTO}. */
    IO_URING,
    /** The JDK alone, on every system. */
    NIO;

    /** Read when {@link IoUring} is loaded. */
    private static final String ACCEPT_MULTISHOT = "io.netty.iouring.acceptMultiShotEnabled";

    /** Whether this transport works in this JVM. The first call for a native one loads its library. */
    public boolean available() {
        return unavailability() == null;
    }

    /** The reason why this transport does not work in this JVM, or null if it does. */
    @Nullable
    Throwable unavailability() {
        return switch (this) {
            case AUTO, NIO -> null;
            case EPOLL -> Epoll.unavailabilityCause();
            case KQUEUE -> KQueue.unavailabilityCause();
            case IO_URING -> ioUringUnavailability();
        };
    }

    /**
     * Loads io_uring so that the system accepts clients one by one, unless a system property says otherwise, or it has
     * been loaded. If the system accepts by itself, it takes the last descriptors for clients before the relay can stop
     * it, and there are none towards their servers.
     */
    private static @Nullable Throwable ioUringUnavailability() {
        if (System.getProperty(ACCEPT_MULTISHOT) == null) {
            System.setProperty(ACCEPT_MULTISHOT, "false");
        }
        return IoUring.unavailabilityCause();
    }

    /** This transport, or the one that {@link #AUTO} selects. */
    Transport resolve() {
        if (this != AUTO) {
            return this;
        }
        return EPOLL.available() ? EPOLL : KQUEUE.available() ? KQUEUE : NIO;
    }

    /** The native transport of this operating system that {@link #AUTO} selects if it is available, or NIO. */
    static Transport ofThisSystem() {
        String name = System.getProperty("os.name", "");
        return name.startsWith("Linux") ? EPOLL : name.startsWith("Windows") ? NIO : KQUEUE;
    }

    /** The transport of an event loop, or null if it is of another kind. */
    static @Nullable Transport of(EventLoop loop) {
        if (!(loop instanceof IoEventLoop io)) {
            return null;
        }
        // The classes of the native transports exist everywhere, but an event loop of them only where they work.
        return io.isCompatible(NioIoHandle.class)
                ? NIO
                : io.isCompatible(EpollIoHandle.class)
                        ? EPOLL
                        : io.isCompatible(IoUringIoHandle.class)
                                ? IO_URING
                                : io.isCompatible(KQueueIoHandle.class) ? KQUEUE : null;
    }

    IoHandlerFactory ioHandlerFactory() {
        return switch (resolve()) {
            case EPOLL -> WatchedEpoll.newFactory();
            case KQUEUE -> KQueueIoHandler.newFactory();
            case IO_URING -> EnduringIoUring.newFactory();
            default -> NioIoHandler.newFactory();
        };
    }

    ChannelFactory<SocketChannel> socketChannel() {
        return switch (resolve()) {
            case EPOLL -> EpollSocketChannel::new;
            case KQUEUE -> KQueueSocketChannel::new;
            case IO_URING -> IoUringSocketChannel::new;
            default -> NioTcpSocket::new;
        };
    }

    Class<? extends DatagramChannel> datagramChannel() {
        return switch (resolve()) {
            case EPOLL -> EpollDatagramChannel.class;
            case KQUEUE -> KQueueDatagramChannel.class;
            case IO_URING -> IoUringDatagramChannel.class;
            default -> NioDatagramChannel.class;
        };
    }

    // ---- listening sockets

    /**
     * Makes TCP sockets that listen at addresses of a family. io_uring and kqueue only have sockets of IPv6, which
     * serve IPv4 if they are bound to an IPv4 address of this host, but not at the wildcard address.
     */
    ChannelFactory<? extends ServerSocketChannel> serverSockets(AddressFamily family) {
        SocketProtocolFamily of = of(family);
        return switch (resolve()) {
            case EPOLL -> () -> new EpollServerSocketChannel(of);
            case KQUEUE -> KQueueServerSocketChannel::new;
            case IO_URING -> IoUringServerSocketChannel::new;
            default -> () -> new NioTcpSocket.Listening(of);
        };
    }

    /** Makes UDP sockets that listen at addresses of a family. */
    ChannelFactory<? extends DatagramChannel> datagramSockets(AddressFamily family) {
        SocketProtocolFamily of = of(family);
        return switch (resolve()) {
            case EPOLL -> () -> new EpollDatagramChannel(of);
            case KQUEUE -> () -> new KQueueDatagramChannel(of);
            case IO_URING -> () -> new IoUringDatagramChannel(of);
            default -> () -> new NioDatagramChannel(of);
        };
    }

    private static SocketProtocolFamily of(AddressFamily family) {
        return family == AddressFamily.IPV4 ? SocketProtocolFamily.INET : SocketProtocolFamily.INET6;
    }

    /**
     * Whether one socket can listen at the wildcard address of a family without taking the clients of the other family.
     */
    boolean bindsWildcard(Protocol protocol, AddressFamily family) {
        return switch (resolve()) {
            case EPOLL -> true;
            case KQUEUE, IO_URING -> protocol == Protocol.UDP || family == AddressFamily.IPV6;
            default -> family == AddressFamily.IPV4;
        };
    }

    /** The option that makes a socket of IPv6 refuse IPv4, with the value 1; null for NIO, where there is none. */
    @Nullable
    ChannelOption<Integer> ipv6Only() {
        return switch (resolve()) {
            case EPOLL, IO_URING -> SocketOptions.IPV6_ONLY_OF_LINUX;
            case KQUEUE -> SocketOptions.IPV6_ONLY_OF_BSD;
            default -> null;
        };
    }

    /** The option by which a datagram names the local address that it was sent to; null where there is none. */
    @Nullable
    ChannelOption<Boolean> destinationReported(AddressFamily family) {
        return resolve() == EPOLL && family == AddressFamily.IPV4 ? EpollChannelOption.IP_RECVORIGDSTADDR : null;
    }

    /**
     * The option by which several sockets share a listening address and its load, or null where there is none: BSD and
     * macOS have the option, but give everything to one of the sockets.
     */
    @Nullable
    ChannelOption<Boolean> sharedPort() {
        return switch (resolve()) {
            case EPOLL, IO_URING -> UnixChannelOption.SO_REUSEPORT;
            case NIO -> SocketOptions.NIO_SHARES_PORTS ? NioChannelOption.of(StandardSocketOptions.SO_REUSEPORT) : null;
            default -> null;
        };
    }

    /** Loaded with the first relay: the constants need Netty's native classes, or a socket. */
    private static final class SocketOptions {
        private static final int IPPROTO_IPV6 = 41;

        static final ChannelOption<Integer> IPV6_ONLY_OF_LINUX =
                new IntegerUnixChannelOption("IPV6_V6ONLY of Linux", IPPROTO_IPV6, 26);
        static final ChannelOption<Integer> IPV6_ONLY_OF_BSD =
                new IntegerUnixChannelOption("IPV6_V6ONLY of BSD", IPPROTO_IPV6, 27);
        static final boolean NIO_SHARES_PORTS = nioSharesPorts();

        private static boolean nioSharesPorts() {
            if (!System.getProperty("os.name", "").startsWith("Linux")) {
                return false;
            }
            try (java.nio.channels.ServerSocketChannel probe = java.nio.channels.ServerSocketChannel.open()) {
                return probe.supportedOptions().contains(StandardSocketOptions.SO_REUSEPORT);
            } catch (IOException e) {
                return false;
            }
        }
    }
}
