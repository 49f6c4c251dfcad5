package org.lvs4j.netty;

import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.DatagramPacket;
import io.netty.util.concurrent.Future;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.lvs4j.netty.internal.Recurring;

/**
 * Opens a socket for each local address that datagrams of a wildcard socket were sent to, so that replies come from
 * that address.
 *
 * <p>The addresses of interfaces have their sockets already. What remains are addresses that are local as part of a
 * network, such as {@code 127.0.0.2}, and there may be millions of these. So a socket is opened with the first datagram
 * to an address, there are at most {@value #MAX_SOCKETS}, and one that is idle for the UDP timeout is closed. Above the
 * ceiling, and if a socket cannot be opened, the wildcard socket serves the datagram, and the system chooses the source
 * of the reply.
 *
 * <p>Once a socket is bound to an address, the system gives it all datagrams to that address. All sockets belong to the
 * event loop of the wildcard one, and only that loop uses this object: all fields are plain.
 */
final class UdpDestinations extends ChannelInboundHandlerAdapter {
    private static final int MAX_SOCKETS = 64;
    /** The ceiling of datagrams that wait for one socket to be bound. */
    private static final int MAX_WAITING = 16;

    private static final long SWEEP_MILLIS = 1000;

    private final RelayState state;
    private final ListeningSocket wildcard;
    private final Map<InetAddress, Destination> destinations = new HashMap<>();
    private @Nullable Future<?> sweep;

    UdpDestinations(RelayState state, ListeningSocket wildcard) {
        this.state = state;
        this.wildcard = wildcard;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        sweep = context.executor()
                .scheduleWithFixedDelay(
                        Recurring.of(this::sweep, RelayState.LOGGER, "looking for idle UDP sockets failed"),
                        SWEEP_MILLIS,
                        SWEEP_MILLIS,
                        TimeUnit.MILLISECONDS);
        context.fireChannelActive();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        DatagramPacket packet = (DatagramPacket) message;
        InetSocketAddress recipient = packet.recipient();
        Destination destination = recipient == null ? null : destination(context, recipient);
        if (destination == null) {
            context.fireChannelRead(packet);
        } else {
            destination.take(packet);
        }
    }

    private @Nullable Destination destination(ChannelHandlerContext context, InetSocketAddress recipient) {
        InetAddress address = recipient.getAddress();
        Destination destination = destinations.get(address);
        if (destination == null
                && destinations.size() < MAX_SOCKETS
                && state.local().isUnicast(address)) {
            destination = new Destination(context, wildcard.at(recipient));
            destinations.put(address, destination);
            destination.open(
                    destination.listening.udp(context.channel().eventLoop()).bind(recipient));
        }
        return destination;
    }

    /** The sockets that are open. */
    List<Channel> channels() {
        List<Channel> open = new ArrayList<>();
        for (Destination destination : destinations.values()) {
            if (destination.bound && destination.channel != null) {
                open.add(destination.channel);
            }
        }
        return open;
    }

    private void adopt(ChannelHandlerContext context, AdoptedSocket socket) {
        InetAddress address = socket.address().getAddress();
        if (destinations.containsKey(address)) {
            socket.close();
            return;
        }
        Destination destination = new Destination(context, wildcard.at(socket.address()));
        destinations.put(address, destination);
        destination.open(destination.listening.adopt(context.channel().eventLoop(), socket));
    }

    /**
     * The event of an {@link InetAddress} says that another listening socket will be bound to it, that of an {@link
     * AdoptedSocket} that another process has bound one.
     */
    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof AdoptedSocket socket) {
            adopt(context, socket);
            return;
        }
        Destination released = event instanceof InetAddress address ? destinations.remove(address) : null;
        if (released != null) {
            released.close();
        }
        context.fireUserEventTriggered(event);
    }

    private void sweep() {
        long beforeNanos = System.nanoTime() - state.udpNanos();
        destinations.values().removeIf(destination -> destination.expire(beforeNanos));
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        if (sweep != null) {
            sweep.cancel(false);
        }
        destinations.values().forEach(Destination::close);
        destinations.clear();
        context.fireChannelInactive();
    }

    /** One address and its socket. */
    private final class Destination extends ChannelDuplexHandler {
        private final ChannelHandlerContext context;
        private final ListeningSocket listening;
        private final Queue<DatagramPacket> waiting = new ArrayDeque<>(2);
        private @Nullable Channel channel;
        private boolean bound;
        private boolean failed;
        private long lastUseNanos = System.nanoTime();

        Destination(ChannelHandlerContext context, ListeningSocket listening) {
            this.context = context;
            this.listening = listening;
        }

        void open(ChannelFuture binding) {
            channel = binding.channel();
            // The listener of a socket that could not even be opened is called on a thread of Netty's own.
            binding.addListener(done -> {
                if (context.executor().inEventLoop()) {
                    opened(done);
                } else {
                    context.executor().execute(() -> opened(done));
                }
            });
        }

        private void opened(Future<?> binding) {
            Channel opened = channel;
            if (binding.isSuccess() && opened != null) {
                bound = true;
                opened.pipeline().addFirst(this);
                opened.config().setAutoRead(!state.handedOver());
            } else {
                failed = true;
                state.log.warn(
                        "{}: cannot answer from the address that was asked: {}",
                        wildcard,
                        listening.bound() + ": "
                                + BindFailure.of(binding.cause()).reason());
            }
            for (DatagramPacket packet = waiting.poll(); packet != null; packet = waiting.poll()) {
                take(packet);
            }
        }

        void take(DatagramPacket packet) {
            Channel to = channel;
            if (failed || to == null) {
                context.fireChannelRead(packet);
            } else if (bound) {
                to.pipeline().fireChannelRead(packet).fireChannelReadComplete();
            } else if (waiting.size() < MAX_WAITING) {
                waiting.add(packet);
            } else {
                packet.release();
                state.counters.datagramsDropped.increment();
            }
        }

        @Override
        public void channelRead(ChannelHandlerContext of, Object message) {
            lastUseNanos = System.nanoTime();
            of.fireChannelRead(message);
        }

        @Override
        public void write(ChannelHandlerContext of, Object message, ChannelPromise promise) {
            lastUseNanos = System.nanoTime();
            of.write(message, promise);
        }

        /** Closes the socket if it was last used before a time; returns whether it did, or there is none. */
        boolean expire(long beforeNanos) {
            if (!failed && lastUseNanos - beforeNanos >= 0) {
                return false;
            }
            close();
            return true;
        }

        void close() {
            for (DatagramPacket packet = waiting.poll(); packet != null; packet = waiting.poll()) {
                packet.release();
                state.counters.datagramsDropped.increment();
            }
            failed = true;
            if (channel != null) {
                channel.close();
            }
        }
    }
}
