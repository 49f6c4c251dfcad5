package org.lvs4j.netty.client;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.pool.ChannelHealthChecker;
import io.netty.channel.pool.ChannelPoolHandler;
import io.netty.channel.pool.FixedChannelPool;
import io.netty.channel.pool.SimpleChannelPool;
import java.time.Duration;

/** Netty's pools with balanced channels. */
final class BalancedPools {
    private static final ChannelHealthChecker REUSABLE = channel -> {
        BalancedChannel balanced = BalancedChannel.of(channel);
        return channel.eventLoop().newSucceededFuture(balanced != null && balanced.reusable());
    };

    private BalancedPools() {}

    /** Without a limit. */
    static final class Simple extends SimpleChannelPool {
        private final BalancedBootstrap balanced;

        Simple(BalancedBootstrap balanced, Bootstrap bootstrap, ChannelPoolHandler handler) {
            super(bootstrap, new Events(handler), REUSABLE, true);
            this.balanced = balanced;
        }

        @Override
        protected ChannelFuture connectChannel(Bootstrap ofPool) {
            return balanced.connectPooled(ofPool);
        }
    }

    /** With a limit of channels. */
    static final class Fixed extends FixedChannelPool {
        private final BalancedBootstrap balanced;

        Fixed(
                BalancedBootstrap balanced,
                Bootstrap bootstrap,
                ChannelPoolHandler handler,
                int maxConnections,
                int maxPending,
                Duration timeout) {
            super(
                    bootstrap,
                    new Events(handler),
                    REUSABLE,
                    AcquireTimeoutAction.FAIL,
                    timeout.toMillis(),
                    maxConnections,
                    maxPending,
                    true);
            this.balanced = balanced;
        }

        @Override
        protected ChannelFuture connectChannel(Bootstrap ofPool) {
            return balanced.connectPooled(ofPool);
        }
    }

    /** Notes which channels wait in the pool; on the event loops of the channels. */
    private record Events(ChannelPoolHandler application) implements ChannelPoolHandler {
        @Override
        public void channelCreated(Channel channel) throws Exception {
            application.channelCreated(channel);
        }

        @Override
        public void channelAcquired(Channel channel) throws Exception {
            mark(channel, false);
            application.channelAcquired(channel);
        }

        @Override
        public void channelReleased(Channel channel) throws Exception {
            mark(channel, true);
            application.channelReleased(channel);
            BalancedChannel balanced = BalancedChannel.of(channel);
            if (balanced != null) {
                // The pool drops a channel that is not reusable, and does not close it.
                balanced.sweep();
            }
        }

        private static void mark(Channel channel, boolean idle) {
            BalancedChannel balanced = BalancedChannel.of(channel);
            if (balanced != null) {
                balanced.idle(idle);
            }
        }
    }
}
