package org.lvs4j.netty.health;

import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.kqueue.KQueueDatagramChannel;
import io.netty.channel.kqueue.KQueueIoHandle;
import io.netty.channel.kqueue.KQueueIoHandler;
import io.netty.channel.kqueue.KQueueSocketChannel;
import io.netty.channel.nio.NioIoHandle;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.uring.IoUringDatagramChannel;
import io.netty.channel.uring.IoUringIoHandle;
import io.netty.channel.uring.IoUringSocketChannel;
import org.lvs4j.net.AddressFamily;
import org.lvs4j.netty.Transport;
import org.lvs4j.netty.internal.EnduringIoUring;

/** The sockets of probes on each transport. */
enum ProbeTransport {
    EPOLL,
    IO_URING,
    KQUEUE,
    NIO;

    /** The transport of a choice; that of AUTO is the first available of epoll, kqueue and NIO. */
    static ProbeTransport of(Transport choice) {
        return switch (choice) {
            case AUTO -> Transport.EPOLL.available() ? EPOLL : Transport.KQUEUE.available() ? KQUEUE : NIO;
            case EPOLL -> EPOLL;
            case IO_URING -> IO_URING;
            case KQUEUE -> KQUEUE;
            case NIO -> NIO;
        };
    }

    /**
     * The transport of an event loop.
     *
     * @throws IllegalArgumentException if it is of another kind
     */
    static ProbeTransport of(EventLoop loop) {
        if (loop instanceof IoEventLoop io) {
            if (io.isCompatible(NioIoHandle.class)) {
                return NIO;
            }
            // The classes of the native transports exist everywhere, but an event loop of them only where they work.
            if (io.isCompatible(EpollIoHandle.class)) {
                return EPOLL;
            }
            if (io.isCompatible(IoUringIoHandle.class)) {
                return IO_URING;
            }
            if (io.isCompatible(KQueueIoHandle.class)) {
                return KQUEUE;
            }
        }
        throw new IllegalArgumentException(loop + " is an event loop of no known transport");
    }

    IoHandlerFactory handlers() {
        return switch (this) {
            case EPOLL -> EpollIoHandler.newFactory();
            case IO_URING -> EnduringIoUring.newFactory();
            case KQUEUE -> KQueueIoHandler.newFactory();
            case NIO -> NioIoHandler.newFactory();
        };
    }

    /**
     * Opens a TCP socket, which the caller closes.
     *
     * @throws io.netty.channel.ChannelException if this host cannot open one
     */
    Channel openStream() {
        return switch (this) {
            case EPOLL -> new EpollSocketChannel();
            case IO_URING -> new IoUringSocketChannel();
            case KQUEUE -> new KQueueSocketChannel();
            case NIO -> new NioSocketChannel();
        };
    }

    /**
     * Opens a UDP socket, which the caller closes.
     *
     * @throws io.netty.channel.ChannelException if this host cannot open one
     */
    Channel openDatagram(AddressFamily family) {
        SocketProtocolFamily of = family == AddressFamily.IPV4 ? SocketProtocolFamily.INET : SocketProtocolFamily.INET6;
        return switch (this) {
            case EPOLL -> new EpollDatagramChannel(of);
            case IO_URING -> new IoUringDatagramChannel(of);
            case KQUEUE -> new KQueueDatagramChannel(of);
            case NIO -> new NioDatagramChannel(of);
        };
    }

    /** Whether sockets can be bound to a device and be given a mark: by Linux's own options. */
    boolean setsDeviceAndMark() {
        return this == EPOLL || this == IO_URING;
    }
}
