package org.lvs4j.netty.client;

import static java.util.Objects.requireNonNull;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.pool.ChannelPoolHandler;
import io.netty.channel.pool.FixedChannelPool;
import io.netty.channel.pool.SimpleChannelPool;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.lvs4j.Affinity;
import org.lvs4j.Connection;
import org.lvs4j.Director;
import org.lvs4j.netty.internal.NettyVersion;
import org.lvs4j.service.ServiceKey;

/**
 * Connects channels to the servers of a service: a {@link Bootstrap} that asks a director for each connection. TCP, UDP
 * (a connected datagram channel) and any other channel that connects to an {@link java.net.InetSocketAddress}.
 *
 * <pre>{@code
 * BalancedBootstrap orders = BalancedBootstrap.of(director, ServiceKey.named("orders"), bootstrap);
 * Channel channel = orders.connect().sync().getNow();
 * }</pre>
 *
 * <p><b>Counts.</b> The server counts a connection from the moment at which it is placed until its channel is closed,
 * however that happens: by either side, by a handler that throws, by a connect that fails or is cancelled, or by the end
 * of the event loop. A channel that has failed with an {@link java.io.IOException} ends as by {@link Connection#reset},
 * any other as by {@link Connection#close}.
 *
 * <p><b>Failures.</b> If the server cannot be reached, that is {@linkplain Connection#failed reported}, and another one is
 * tried, up to {@link Builder#attempts} servers in all; so is it, without a report, if this host has no port left towards
 * the server. Each attempt has a new channel, so the bootstrap's handler is a {@link io.netty.channel.ChannelInitializer},
 * or sharable. A channel that a handler closes before it is connected is not retried.
 *
 * <p><b>Drains.</b> {@link #connection} tells a handler whether the server is {@linkplain Connection#draining drained}. A
 * channel whose connection the director has {@linkplain Connection#expired ended} is closed within a second, and so is one
 * that waits in a {@link #pool} although its server is drained, removed, or has weight 0. An event loop that has such
 * channels advances their director once a second.
 *
 * <p>Guarantees: thread-safe; any thread may call, event loops included. Placing and connecting happen on the event loop
 * of the channel. Progress: non-blocking.
 */
public final class BalancedBootstrap {
    private final Director director;
    private final ServiceKey service;
    private final Bootstrap bootstrap;
    private final int attempts;
    private final boolean firstByte;

    private BalancedBootstrap(Builder builder) {
        director = builder.director;
        service = builder.service;
        bootstrap = builder.bootstrap.clone();
        attempts = builder.attempts;
        firstByte = builder.firstByte;
    }

    /**
     * A bootstrap with the defaults of its builder.
     *
     * @param service whose servers to connect to; it need not exist yet
     * @param bootstrap with its group, channel, options and handler, which are copied; its remote address and its
     *     resolver are not used
     * @throws IllegalArgumentException if it has no group or no channel
     */
    public static BalancedBootstrap of(Director director, ServiceKey service, Bootstrap bootstrap) {
        return builder(director, service, bootstrap).build();
    }

    /**
     * A builder, for instance for another number of attempts.
     *
     * @param service whose servers to connect to; it need not exist yet
     * @param bootstrap as for {@link #of}
     */
    public static Builder builder(Director director, ServiceKey service, Bootstrap bootstrap) {
        return new Builder(
                requireNonNull(director, "director"),
                requireNonNull(service, "service"),
                requireNonNull(bootstrap, "bootstrap"));
    }

    Director director() {
        return director;
    }

    ServiceKey service() {
        return service;
    }

    int attempts() {
        return attempts;
    }

    boolean firstByte() {
        return firstByte;
    }

    /**
     * Connects a channel to the server that the director chooses.
     *
     * @return the connected channel. It fails with an {@link org.lvs4j.UnavailableException} if no server takes the
     *     connection, a {@link org.lvs4j.DirectorException} if there is no such service, and otherwise with the failure of
     *     the last attempt, to which the earlier ones are suppressed exceptions. To cancel it closes the channel
     * @throws IllegalStateException if the bootstrap has no handler
     */
    public Future<Channel> connect() {
        return connect(bootstrap, null);
    }

    /**
     * Connects a channel as {@link #connect()} does, with an {@linkplain Director#open(ServiceKey, Affinity) affinity}.
     *
     * @param affinity of the connection, such as the id of a user
     */
    public Future<Channel> connect(Affinity affinity) {
        return connect(bootstrap, requireNonNull(affinity, "affinity"));
    }

    private Future<Channel> connect(Bootstrap complete, @Nullable Affinity affinity) {
        complete.validate();
        return new BalancedConnect(
                        this, complete, affinity, complete.config().group().next())
                .start();
    }

    /** Connects a channel for a pool, whose bootstrap has a handler of the pool. */
    PooledConnect connectPooled(Bootstrap ofPool) {
        PooledConnect pooled = new PooledConnect(ofPool.config().group().next());
        pooled.follow(new BalancedConnect(this, ofPool, null, pooled.loop()).start());
        return pooled;
    }

    /**
     * A pool without a limit, whose channels are balanced: each new channel is one connection of the service. A channel
     * is handed out again only while its server takes clients: it is present, not drained, and has a weight. The handler
     * of the bootstrap is not used.
     *
     * @param handler is told of the channels, and initializes them ({@link ChannelPoolHandler#channelCreated})
     * @return the pool, which the caller must close
     */
    public SimpleChannelPool pool(ChannelPoolHandler handler) {
        return new BalancedPools.Simple(this, bootstrap, requireNonNull(handler, "handler"));
    }

    /**
     * A pool as {@link #pool(ChannelPoolHandler)}, with limits.
     *
     * @param handler is told of the channels, and initializes them
     * @param maxConnections how many channels there are at most, at least 1
     * @param maxPendingAcquires how many requests for a channel wait at most, at least 1
     * @param acquireTimeout after what time such a request fails, at least 1 ms
     * @return the pool, which the caller must close
     */
    public FixedChannelPool pool(
            ChannelPoolHandler handler, int maxConnections, int maxPendingAcquires, Duration acquireTimeout) {
        return new BalancedPools.Fixed(
                this,
                bootstrap,
                requireNonNull(handler, "handler"),
                maxConnections,
                maxPendingAcquires,
                requireNonNull(acquireTimeout, "acquireTimeout"));
    }

    /**
     * The connection of a channel that was connected by a balanced bootstrap, or with {@link
     * DirectorAddressResolverGroup#handler()}. It is ended with the channel; the application need not close it.
     *
     * @return the connection, or null if the channel has none
     */
    public static @Nullable Connection connection(Channel channel) {
        BalancedChannel balanced = BalancedChannel.of(requireNonNull(channel, "channel"));
        return balanced == null ? null : balanced.connection();
    }

    /** Builds a balanced bootstrap; not thread-safe. */
    public static final class Builder {
        private static final int MOST_ATTEMPTS = 100;

        private final Director director;
        private final ServiceKey service;
        private final Bootstrap bootstrap;
        private int attempts = 3;
        private boolean firstByte;

        private Builder(Director director, ServiceKey service, Bootstrap bootstrap) {
            this.director = director;
            this.service = service;
            this.bootstrap = bootstrap;
        }

        /** How many servers are tried at most for one channel, 1..{@value #MOST_ATTEMPTS}; 3 by default. */
        public Builder attempts(int servers) {
            attempts = servers;
            return this;
        }

        /**
         * Whether the latency that the scheduler learns is the time to the first byte or datagram from the server, instead
         * of that to connect: for protocols in which the request follows the connect at once. Then a channel that fails
         * before its first byte is a {@linkplain Connection#failed failure} of its server, too. False by default; the
         * channels of UDP have no latency then.
         */
        public Builder firstByte(boolean enabled) {
            firstByte = enabled;
            return this;
        }

        /**
         * Checks everything at once and builds the bootstrap.
         *
         * @throws IllegalArgumentException naming every problem
         * @throws IllegalStateException if the application has a Netty older than 4.2
         */
        public BalancedBootstrap build() {
            NettyVersion.require();
            List<String> problems = new ArrayList<>();
            if (attempts < 1 || attempts > MOST_ATTEMPTS) {
                problems.add("attempts " + attempts + " is outside 1.." + MOST_ATTEMPTS);
            }
            try {
                bootstrap.clone().handler(new ChannelInboundHandlerAdapter()).validate();
            } catch (IllegalStateException e) {
                problems.add("bootstrap: " + e.getMessage());
            }
            if (!problems.isEmpty()) {
                throw new IllegalArgumentException("balanced bootstrap: " + String.join("; ", problems));
            }
            return new BalancedBootstrap(this);
        }
    }
}
