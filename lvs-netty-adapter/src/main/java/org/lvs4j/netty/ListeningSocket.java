package org.lvs4j.netty;

import io.netty.bootstrap.AbstractBootstrap;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.FixedRecvByteBufAllocator;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.lvs4j.net.AddressFamily;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.Flow;
import org.lvs4j.net.IpAddress;
import org.lvs4j.net.Protocol;

/** One listening address with all its sockets, one for each acceptor. */
final class ListeningSocket {
    private static final int BACKLOG = 4096;
    private static final long MAPPED_IPV4 = 0xFFFF_0000_0000L;

    private final RelayState state;
    private final ListenAddress address;
    private final boolean ofService;
    private final List<Channel> channels = new ArrayList<>();
    // Written by bind, read by the event loops. With port 0 it changes once, when the system has chosen the port.
    private volatile InetSocketAddress bound;

    /**
     * An address that is not bound yet.
     *
     * @param ofService whether the address is that of a service, which is then the destination of all flows; otherwise
     *     the destination is the local address of the accepted socket
     */
    ListeningSocket(RelayState state, ListenAddress address, boolean ofService) {
        this.state = state;
        this.address = address;
        this.ofService = ofService;
        bound = address.endpoint().toSocketAddress();
    }

    ListenAddress address() {
        return address;
    }

    /** The address that is bound, with the port that the system has chosen. */
    InetSocketAddress bound() {
        return bound;
    }

    /** Binds as many sockets as there are acceptors, or none. */
    void bind(EventLoopGroup group) throws IOException {
        ChannelOption<Boolean> sharedPort = state.options.transport().sharedPort();
        int sockets = sharedPort == null ? 1 : state.options.acceptors();
        AbstractBootstrap<?, ?> bootstrap = address.protocol() == Protocol.TCP ? tcp(group) : udp(group);
        if (sockets > 1) {
            requireFree();
            bootstrap.option(sharedPort, true);
        }
        try {
            for (int i = 0; i < sockets; i++) {
                ChannelFuture binding = bootstrap.bind(bound).awaitUninterruptibly();
                if (!binding.isSuccess()) {
                    throw binding.cause() instanceof IOException failure
                            ? failure
                            : new IOException(String.valueOf(binding.cause()), binding.cause());
                }
                Channel channel = binding.channel();
                bound = (InetSocketAddress) channel.localAddress();
                channels.add(channel);
            }
        } catch (IOException e) {
            unbind();
            throw e;
        }
    }

    /**
     * Fails if another program listens at the address: with a shared port, both would get a part of the connections.
     */
    private void requireFree() throws IOException {
        if (address.protocol() == Protocol.TCP) {
            try (ServerSocket probe = new ServerSocket()) {
                probe.setReuseAddress(true);
                probe.bind(bound);
            }
        } else {
            new DatagramSocket(bound).close();
        }
    }

    private AbstractBootstrap<?, ?> tcp(EventLoopGroup group) {
        RelayOptions options = state.options;
        return new ServerBootstrap()
                .group(group)
                .channelFactory(options.transport().serverSocketChannel())
                .handler(new TcpAcceptor(state, this))
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.AUTO_READ, false)
                .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.SO_KEEPALIVE, true)
                .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, EventLoopState.waterMark(options))
                .childOption(ChannelOption.MESSAGE_SIZE_ESTIMATOR, CapacityEstimator.INSTANCE)
                .childOption(ChannelOption.RECVBUF_ALLOCATOR, EventLoopState.reads(options))
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        TcpConnection.accept(state, ListeningSocket.this, channel);
                    }
                });
    }

    private AbstractBootstrap<?, ?> udp(EventLoopGroup group) {
        RelayOptions options = state.options;
        return new Bootstrap()
                .group(group)
                .channel(options.transport().datagramChannel())
                .option(ChannelOption.WRITE_BUFFER_WATER_MARK, EventLoopState.datagramWaterMark(options))
                .option(ChannelOption.MESSAGE_SIZE_ESTIMATOR, CapacityEstimator.INSTANCE)
                .option(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(EventLoopState.DATAGRAM_BYTES))
                .handler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline().addLast(UdpFlows.open(state, ListeningSocket.this, channel));
                    }
                });
    }

    /** Starts to close the sockets. */
    void close() {
        channels.forEach(Channel::close);
    }

    /**
     * Closes the sockets and waits until they are closed. TCP connections continue; UDP flows end with the socket that
     * sends their replies.
     */
    void unbind() {
        close();
        channels.forEach(channel -> channel.closeFuture().awaitUninterruptibly());
        channels.clear();
    }

    /** The flow of a connection that was accepted here. */
    Flow flow(Channel accepted) {
        return flow((InetSocketAddress) accepted.remoteAddress(), (InetSocketAddress) accepted.localAddress());
    }

    /** The flow of a datagram that was received here. */
    Flow flow(InetSocketAddress client) {
        return flow(client, bound);
    }

    private Flow flow(InetSocketAddress client, InetSocketAddress local) {
        AddressFamily family = address.endpoint().address().family();
        Endpoint virtual = ofService ? address.endpoint() : endpoint(local, family);
        return Flow.of(address.protocol(), endpoint(client, family), virtual).mark(address.mark());
    }

    /**
     * The address of a socket in the family of the listening address: an IPv6 socket may show IPv4 clients
     * in either form.
     */
    private static Endpoint endpoint(InetSocketAddress socket, AddressFamily family) {
        InetAddress address = socket.getAddress();
        if (family == AddressFamily.IPV6 && address instanceof Inet4Address) {
            long bits = ByteBuffer.wrap(address.getAddress()).getInt() & 0xFFFF_FFFFL;
            return new Endpoint(IpAddress.v6(0, MAPPED_IPV4 | bits), socket.getPort());
        }
        if (family == AddressFamily.IPV4 && address instanceof Inet6Address) {
            return new Endpoint(
                    IpAddress.v4(ByteBuffer.wrap(address.getAddress()).getInt(12)), socket.getPort());
        }
        return Endpoint.of(socket);
    }

    @Override
    public String toString() {
        return address.toString();
    }
}
