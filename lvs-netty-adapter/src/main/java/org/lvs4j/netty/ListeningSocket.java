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
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import org.lvs4j.net.AddressFamily;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.Flow;
import org.lvs4j.net.Protocol;
import org.lvs4j.service.ServiceKey;

/**
 * One local address with all sockets that are bound to it, one for each acceptor. They serve the family of that address
 * only.
 */
final class ListeningSocket {
    private static final int BACKLOG = 4096;

    private final RelayState state;
    private final ListenAddress address;
    private final boolean ofService;
    private final List<Channel> channels = new ArrayList<>();
    // Written by bind, read by the event loops. With port 0 it changes once, when the system has chosen the port.
    private volatile InetSocketAddress bound;

    /**
     * An address that is not bound yet.
     *
     * @param address the address to listen for
     * @param ofService whether the address is that of a service, which is then the destination of all flows; otherwise
     *     the destination is the local address of the client's packets
     * @param at the address to bind: that of {@code address}, or one that a wildcard address stands for
     */
    ListeningSocket(RelayState state, ListenAddress address, boolean ofService, InetSocketAddress at) {
        this.state = state;
        this.address = address;
        this.ofService = ofService;
        bound = at;
    }

    /** The address that is bound, with the port that the system has chosen. */
    InetSocketAddress bound() {
        return bound;
    }

    /** Whether a connection to an address would arrive here. */
    boolean isAt(InetSocketAddress to) {
        InetSocketAddress here = bound;
        return to.equals(here)
                || to.getPort() == here.getPort()
                        && here.getAddress().isAnyLocalAddress()
                        && to.getAddress().getClass() == here.getAddress().getClass()
                        && state.local().contains(to.getAddress());
    }

    /**
     * Binds as many sockets as there are acceptors, or none.
     *
     * @param exclusive whether to fail if another socket of this user shares the port at this address
     */
    void bind(EventLoopGroup group, boolean exclusive) throws BindFailure {
        boolean shared = state.options.transport().sharedPort() != null;
        if (exclusive && shared && bound.getPort() != 0) {
            BindFailure.requireFree(address.protocol(), family(), bound);
        }
        int sockets = shared ? state.options.acceptors() : 1;
        AbstractBootstrap<?, ?> bootstrap = address.protocol() == Protocol.TCP ? tcp(group) : udp(group);
        try {
            for (int i = 0; i < sockets; i++) {
                ChannelFuture binding = bootstrap.bind(bound).awaitUninterruptibly();
                if (!binding.isSuccess()) {
                    throw BindFailure.of(binding.cause());
                }
                Channel channel = binding.channel();
                bound = (InetSocketAddress) channel.localAddress();
                channels.add(channel);
            }
        } catch (BindFailure e) {
            unbind();
            throw e;
        }
    }

    private AddressFamily family() {
        return address.endpoint().address().family();
    }

    private <B extends AbstractBootstrap<?, ?>> B listening(B bootstrap) {
        ChannelOption<Boolean> sharedPort = state.options.transport().sharedPort();
        if (sharedPort != null) {
            bootstrap.option(sharedPort, true);
        }
        ChannelOption<Integer> ipv6Only = state.options.transport().ipv6Only();
        if (ipv6Only != null && family() == AddressFamily.IPV6) {
            bootstrap.option(ipv6Only, 1);
        }
        return bootstrap;
    }

    private ServerBootstrap tcp(EventLoopGroup group) {
        RelayOptions options = state.options;
        return listening(new ServerBootstrap())
                .group(group)
                .channelFactory(options.transport().serverSockets(family()))
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

    /** Binds UDP sockets that are served by this object. */
    Bootstrap udp(EventLoopGroup group) {
        RelayOptions options = state.options;
        Bootstrap bootstrap = listening(new Bootstrap())
                .group(group)
                .channelFactory(options.transport().datagramSockets(family()))
                .option(ChannelOption.WRITE_BUFFER_WATER_MARK, EventLoopState.datagramWaterMark(options))
                .option(ChannelOption.MESSAGE_SIZE_ESTIMATOR, CapacityEstimator.INSTANCE)
                .option(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(EventLoopState.DATAGRAM_BYTES));
        ChannelOption<Boolean> destination = options.transport().destinationReported(family());
        boolean everyAddress = destination != null && bound.getAddress().isAnyLocalAddress();
        if (everyAddress) {
            bootstrap.option(destination, true);
        }
        return bootstrap.handler(new ChannelInitializer<Channel>() {
            @Override
            protected void initChannel(Channel channel) {
                if (everyAddress) {
                    channel.pipeline().addLast(new UdpDestinations(state, ListeningSocket.this));
                }
                channel.pipeline().addLast(UdpFlows.open(state, ListeningSocket.this, channel));
            }
        });
    }

    /** A further address that this wildcard address stands for; not bound yet. */
    ListeningSocket at(InetSocketAddress local) {
        return new ListeningSocket(state, address, ofService, local);
    }

    /** Closes the socket of an address that this wildcard address stands for, if there is one. */
    void release(InetAddress local) {
        channels.forEach(channel -> channel.pipeline().fireUserEventTriggered(local));
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
        Endpoint virtual = ofService ? address.endpoint() : virtual(Endpoint.of(local));
        return Flow.of(address.protocol(), Endpoint.of(client), virtual).mark(address.mark());
    }

    /** The local address, or the wildcard address if only that has a service. */
    private Endpoint virtual(Endpoint local) {
        Endpoint everywhere = address.endpoint().withPort(local.port());
        return everywhere.address().isUnspecified() && !hasService(local) && hasService(everywhere)
                ? everywhere
                : local;
    }

    private boolean hasService(Endpoint endpoint) {
        return state.director.service(ServiceKey.of(address.protocol(), endpoint)) != null
                || state.director.service(ServiceKey.of(address.protocol(), endpoint.withPort(0))) != null;
    }

    @Override
    public String toString() {
        return address.toString();
    }
}
