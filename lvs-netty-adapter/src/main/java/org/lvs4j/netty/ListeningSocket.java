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

/** One listening address with all its sockets. */
final class ListeningSocket {
    private static final int BACKLOG = 4096;
    private static final long MAPPED_IPV4 = 0xFFFF_0000_0000L;

    private final RelayState state;
    private final ListenAddress address;
    private final boolean ofService;
    private final List<Channel> channels = new ArrayList<>();
    // Set once while binding, before any event loop can ask for it by way of a socket of this listener.
    private volatile InetSocketAddress bound;

    /**
     * A listener that is not bound yet.
     *
     * @param ofService whether its address is that of a service; then all that comes in is for that address, and
     *     otherwise for the address that the client meant
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

    /** Where it is bound. */
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

    /** Another program's sockets would share the address with ours without a word: look for them first. */
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
                .channel(options.transport().serverSocketChannel())
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
                        new TcpConnection(state, ListeningSocket.this, channel);
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
                        channel.pipeline().addLast(new UdpListener(state, ListeningSocket.this, channel));
                    }
                });
    }

    /** Closes its sockets; TCP connections go on, UDP flows end with the socket that would answer them. */
    void unbind() {
        channels.forEach(Channel::close);
        channels.forEach(channel -> channel.closeFuture().awaitUninterruptibly());
        channels.clear();
    }

    /** Who talks to whom on a connection accepted here. */
    Flow flow(Channel accepted) {
        return flow((InetSocketAddress) accepted.remoteAddress(), (InetSocketAddress) accepted.localAddress());
    }

    /** Who talks to whom in a datagram that came in here. */
    Flow flow(InetSocketAddress client) {
        return flow(client, bound);
    }

    private Flow flow(InetSocketAddress client, InetSocketAddress local) {
        AddressFamily family = address.endpoint().address().family();
        Endpoint virtual = ofService ? address.endpoint() : endpoint(local, family);
        return Flow.of(address.protocol(), endpoint(client, family), virtual).mark(address.mark());
    }

    /** A socket's address in the family of the listener: an IPv6 socket may show IPv4 clients either way. */
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
