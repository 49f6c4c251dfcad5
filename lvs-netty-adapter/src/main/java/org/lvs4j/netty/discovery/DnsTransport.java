package org.lvs4j.netty.discovery;

import io.netty.channel.ChannelFactory;
import io.netty.channel.EventLoop;
import io.netty.channel.IoEventLoop;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.kqueue.KQueueDatagramChannel;
import io.netty.channel.kqueue.KQueueIoHandle;
import io.netty.channel.kqueue.KQueueSocketChannel;
import io.netty.channel.nio.NioIoHandle;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.uring.IoUringDatagramChannel;
import io.netty.channel.uring.IoUringIoHandle;
import io.netty.channel.uring.IoUringSocketChannel;

/**
 * The sockets of queries on an event loop.
 *
 * @param datagrams opens a UDP socket
 * @param streams opens a TCP socket, for an answer that is too long for a datagram
 */
record DnsTransport(ChannelFactory<DatagramChannel> datagrams, ChannelFactory<SocketChannel> streams) {
    /**
     * The sockets that an event loop can serve.
     *
     * @throws IllegalArgumentException if it is of another kind
     */
    static DnsTransport of(EventLoop loop) {
        if (loop instanceof IoEventLoop io) {
            if (io.isCompatible(NioIoHandle.class)) {
                return new DnsTransport(NioDatagramChannel::new, NioSocketChannel::new);
            }
            // The classes of the native transports exist everywhere, but an event loop of them only where they work.
            if (io.isCompatible(EpollIoHandle.class)) {
                return new DnsTransport(EpollDatagramChannel::new, EpollSocketChannel::new);
            }
            if (io.isCompatible(IoUringIoHandle.class)) {
                return new DnsTransport(IoUringDatagramChannel::new, IoUringSocketChannel::new);
            }
            if (io.isCompatible(KQueueIoHandle.class)) {
                return new DnsTransport(KQueueDatagramChannel::new, KQueueSocketChannel::new);
            }
        }
        throw new IllegalArgumentException(loop + " is an event loop of no known transport");
    }
}
