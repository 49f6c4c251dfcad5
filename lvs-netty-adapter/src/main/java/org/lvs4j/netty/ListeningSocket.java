package org.lvs4j.netty;

import static java.util.Objects.requireNonNull;

import io.netty.bootstrap.AbstractBootstrap;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
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
    private boolean sharesPort = true;

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
        try {
            if (adopt(group)) {
                return;
            }
            boolean shared = state.options.transport().sharedPort() != null;
            if (exclusive && shared && bound.getPort() != 0) {
                BindFailure.requireFree(address.protocol(), family(), bound);
            }
            int sockets = shared ? state.options.acceptors() : 1;
            while (channels.size() < sockets) {
                add(bootstrap(group).bind(bound));
            }
        } catch (BindFailure e) {
            unbind();
            throw e;
        }
    }

    /**
     * Takes the sockets that another process has bound to the address, and adds those that are missing.
     *
     * @return whether there was one
     */
    private boolean adopt(EventLoopGroup group) throws BindFailure {
        List<AdoptedSocket> adopted = state.adopted.take(address.protocol(), bound);
        for (AdoptedSocket socket : adopted) {
            sharesPort &= socket.sharesPort();
        }
        for (int i = 0; i < adopted.size(); i++) {
            try {
                add(adopt(group, adopted.get(i)));
            } catch (BindFailure e) {
                adopted.subList(i + 1, adopted.size()).forEach(AdoptedSocket::close);
                throw e;
            }
        }
        if (adopted.isEmpty()) {
            return false;
        }
        while (sharesPort && channels.size() < state.options.acceptors()) {
            try {
                add(bootstrap(group).bind(bound));
            } catch (BindFailure e) {
                // That of another user, for instance: those that were adopted are enough.
                RelayState.LOGGER.warn("{}: sockets that listen: only {}: {}", this, channels.size(), e.reason());
                break;
            }
        }
        RelayState.LOGGER.info(
                "{}: adopted {} listening socket{} of another process",
                this,
                adopted.size(),
                adopted.size() == 1 ? "" : "s");
        return true;
    }

    private void add(ChannelFuture opening) throws BindFailure {
        if (!opening.awaitUninterruptibly().isSuccess()) {
            throw BindFailure.of(opening.cause());
        }
        Channel channel = opening.channel();
        bound = (InetSocketAddress) channel.localAddress();
        channels.add(channel);
    }

    private AbstractBootstrap<?, ?> bootstrap(EventLoopGroup group) {
        return address.protocol() == Protocol.TCP ? tcp(group) : udp(group);
    }

    /** Serves a socket that another process has bound. It is not read from before {@link #read}. */
    ChannelFuture adopt(EventLoopGroup group, AdoptedSocket socket) {
        int descriptor = socket.descriptor();
        ChannelFuture opening = address.protocol() == Protocol.TCP
                ? acceptor(new ServerBootstrap(), group)
                        .channelFactory(() -> new EpollServerSocketChannel(descriptor))
                        .option(ChannelOption.AUTO_READ, false)
                        .register()
                : datagrams(new Bootstrap(), group)
                        .channelFactory(() -> new EpollDatagramChannel(descriptor))
                        .option(ChannelOption.AUTO_READ, false)
                        .register();
        return opening;
    }

    /** Starts to read from sockets that were adopted. */
    void read() {
        channels.forEach(channel -> channel.config().setAutoRead(true));
    }

    /** Whether further sockets can be bound to the same port; false only of some adopted ones. */
    boolean sharesPort() {
        return sharesPort;
    }

    /**
     * All sockets, those included that a wildcard address has opened for the addresses that clients have asked. Waits
     * for the event loops.
     */
    List<Channel> channels() {
        List<Channel> all = new ArrayList<>(channels);
        for (Channel channel : channels) {
            UdpDestinations destinations = channel.pipeline().get(UdpDestinations.class);
            if (destinations != null) {
                all.addAll(channel.eventLoop()
                        .submit(destinations::channels)
                        .syncUninterruptibly()
                        .getNow());
            }
        }
        return all;
    }

    /** Serves a socket of an address that this wildcard address stands for; false if that is not possible. */
    boolean adoptLocal(AdoptedSocket local) {
        for (Channel channel : channels) {
            if (channel.pipeline().get(UdpDestinations.class) != null) {
                channel.pipeline().fireUserEventTriggered(local);
                return true;
            }
        }
        return false;
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
        return acceptor(listening(new ServerBootstrap()), group)
                .channelFactory(state.options.transport().serverSockets(family()));
    }

    private ServerBootstrap acceptor(ServerBootstrap bootstrap, EventLoopGroup group) {
        RelayOptions options = state.options;
        return bootstrap
                .group(group)
                .handler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline().addLast(new TcpAcceptor(state, ListeningSocket.this, channel, group));
                    }
                })
                .option(ChannelOption.RECVBUF_ALLOCATOR, new AcceptBatches(state.descriptors))
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
        return datagrams(listening(new Bootstrap()), group)
                .channelFactory(state.options.transport().datagramSockets(family()));
    }

    private Bootstrap datagrams(Bootstrap bootstrap, EventLoopGroup group) {
        RelayOptions options = state.options;
        bootstrap
                .group(group)
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
        channels.forEach(SharedLoop::awaitClosed);
        channels.clear();
    }

    /** The flow of a connection that was accepted here. */
    Flow flow(TcpSocket accepted) {
        return flow(requireNonNull(accepted.remote()), requireNonNull(accepted.local()));
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
