package org.lvs4j.netty;

import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelOption;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.kqueue.KQueue;
import io.netty.channel.kqueue.KQueueDatagramChannel;
import io.netty.channel.kqueue.KQueueIoHandler;
import io.netty.channel.kqueue.KQueueServerSocketChannel;
import io.netty.channel.kqueue.KQueueSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioChannelOption;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.unix.UnixChannelOption;
import io.netty.channel.uring.IoUring;
import io.netty.channel.uring.IoUringDatagramChannel;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringServerSocketChannel;
import io.netty.channel.uring.IoUringSocketChannel;
import java.io.IOException;
import java.net.StandardSocketOptions;
import org.jspecify.annotations.Nullable;

/** The interface between a relay and the operating system. */
public enum Transport {
    /** The first available of epoll, kqueue and NIO. */
    AUTO,
    /** epoll of Linux, with Netty's native library for it. */
    EPOLL,
    /** kqueue of macOS and BSD, with Netty's native library for it. */
    KQUEUE,
    /** io_uring of Linux 5.14 or newer, with Netty's native library for it; never chosen by {@link #AUTO}. */
    IO_URING,
    /** The JDK alone, on every system. */
    NIO;

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
            case IO_URING -> IoUring.unavailabilityCause();
        };
    }

    /** This transport, or the one that {@link #AUTO} selects. */
    Transport resolve() {
        if (this != AUTO) {
            return this;
        }
        return EPOLL.available() ? EPOLL : KQUEUE.available() ? KQUEUE : NIO;
    }

    IoHandlerFactory ioHandlerFactory() {
        return switch (resolve()) {
            case EPOLL -> WatchedEpoll.newFactory();
            case KQUEUE -> KQueueIoHandler.newFactory();
            case IO_URING -> IoUringIoHandler.newFactory();
            default -> NioIoHandler.newFactory();
        };
    }

    ChannelFactory<ServerSocketChannel> serverSocketChannel() {
        return switch (resolve()) {
            case EPOLL -> EpollServerSocketChannel::new;
            case KQUEUE -> KQueueServerSocketChannel::new;
            case IO_URING -> IoUringServerSocketChannel::new;
            default -> NioTcpSocket.Listening::new;
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

    /**
     * The option by which several sockets share a listening address and its load, or null where there is none: BSD and
     * macOS have the option, but give everything to one of the sockets.
     */
    @Nullable
    ChannelOption<Boolean> sharedPort() {
        return switch (resolve()) {
            case EPOLL, IO_URING -> UnixChannelOption.SO_REUSEPORT;
            case NIO -> nioSharesPorts() ? NioChannelOption.of(StandardSocketOptions.SO_REUSEPORT) : null;
            default -> null;
        };
    }

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
