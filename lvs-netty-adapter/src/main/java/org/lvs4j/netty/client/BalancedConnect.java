package org.lvs4j.netty.client;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerAdapter;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.ImmediateEventExecutor;
import io.netty.util.concurrent.Promise;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.lvs4j.Affinity;
import org.lvs4j.Connection;
import org.lvs4j.UnavailableException;
import org.lvs4j.netty.internal.SocketFailure;

/**
 * Places one connection and connects a channel to its server, or to another server if that fails.
 *
 * <p>All of it happens on the event loop of the channels, so that nothing is placed on a loop that has ended: all fields
 * are plain.
 */
final class BalancedConnect implements Runnable {
    private final BalancedBootstrap balanced;
    private final Bootstrap bootstrap;
    private final @Nullable Affinity affinity;
    private final EventLoop loop;
    private final Promise<Channel> promise;
    private int attemptsLeft;
    private @Nullable Attempt current;
    private @Nullable Throwable earlier;

    /**
     * A connect that is not started.
     *
     * @param bootstrap with a handler
     * @param loop of the channels
     */
    BalancedConnect(BalancedBootstrap balanced, Bootstrap bootstrap, @Nullable Affinity affinity, EventLoop loop) {
        this.balanced = balanced;
        this.bootstrap = bootstrap;
        this.affinity = affinity;
        this.loop = loop;
        promise = loop.newPromise();
        attemptsLeft = balanced.attempts();
    }

    /** Starts it; called by any thread. */
    Future<Channel> start() {
        if (loop.inEventLoop()) {
            run();
        } else {
            try {
                loop.execute(this);
            } catch (RejectedExecutionException e) {
                // No listener could be called on this loop.
                return ImmediateEventExecutor.INSTANCE.newFailedFuture(e);
            }
        }
        return promise;
    }

    @Override
    public void run() {
        if (promise.isDone()) {
            return;
        }
        Connection connection;
        try {
            connection = affinity == null
                    ? balanced.director().open(balanced.service())
                    : balanced.director().open(balanced.service(), affinity);
        } catch (RuntimeException | Error e) {
            promise.tryFailure(e);
            return;
        }
        if (!connection.accepted()) {
            promise.tryFailure(new UnavailableException(balanced.service()));
            return;
        }
        promise.addListener(done -> {
            Attempt attempt = current;
            if (done.isCancelled() && attempt != null) {
                attempt.cancel();
            }
        });
        if (promise.isDone()) {
            // Cancelled while it was placed, when there was no attempt to cancel.
            connection.expire();
            return;
        }
        attempt(connection);
    }

    private void attempt(Connection connection) {
        Attempt attempt = new Attempt(connection);
        current = attempt;
        ChannelFuture connecting;
        try {
            connecting = bootstrap
                    .clone(loop)
                    .handler(attempt)
                    .connect(connection.destination().toSocketAddress());
        } catch (RuntimeException | Error e) {
            attempt.notOpened(e);
            return;
        }
        BalancedChannel bound = attempt.channel;
        if (bound != null) {
            bound.await(connecting);
        } else {
            // On its own loop a channel is registered at once, or not at all.
            attempt.notOpened(connecting.cause());
        }
    }

    /** One attempt: the first handler of its channel, which adds the application's. */
    private final class Attempt extends ChannelHandlerAdapter implements BalancedChannel.Outcome {
        private final Connection connection;
        private @Nullable BalancedChannel channel;
        private @Nullable Throwable notInitialized;

        Attempt(Connection connection) {
            this.connection = connection;
        }

        @Override
        public void handlerAdded(ChannelHandlerContext context) {
            channel = BalancedChannel.bind(
                    balanced.director(), connection, context.channel(), balanced.firstByte(), this);
            ChannelPipeline pipeline = context.pipeline();
            ChannelHandler application = bootstrap.config().handler();
            try {
                pipeline.addLast(ServerWatch.INSTANCE);
                if (balanced.firstByte()) {
                    pipeline.addLast(FirstRead.INSTANCE);
                }
                pipeline.addLast(application);
            } catch (RuntimeException e) {
                notInitialized = e;
                context.close();
            }
            pipeline.remove(this);
        }

        void cancel() {
            if (channel != null) {
                channel.channel().close();
            }
        }

        /** There is no channel that could tell of the failure. */
        void notOpened(@Nullable Throwable cause) {
            BalancedChannel bound = channel;
            if (bound != null) {
                bound.channel().close();
            } else {
                failed(null, cause == null ? new ClosedChannelException() : cause);
            }
        }

        @Override
        public void connected(BalancedChannel bound) {
            current = null;
            if (!promise.trySuccess(bound.channel())) {
                bound.channel().close();
            }
        }

        @Override
        public void failed(@Nullable BalancedChannel bound, Throwable cause) {
            Throwable reason = notInitialized == null ? cause : notInitialized;
            boolean ofServer = bound != null && BalancedChannel.isOfServer(reason);
            current = null;
            if (ofServer) {
                BalancedChannel.reportFailure(connection, reason);
            }
            if (earlier != null && earlier != reason) {
                reason.addSuppressed(earlier);
            }
            earlier = reason;
            // Local ports are free towards each server by itself.
            boolean another = ofServer || SocketFailure.of(reason) == SocketFailure.PORTS;
            attemptsLeft--;
            try {
                if (another && attemptsLeft > 0 && !promise.isDone() && !loop.isShuttingDown() && connection.retry()) {
                    attempt(connection);
                    return;
                }
            } catch (RuntimeException | Error e) {
                reason.addSuppressed(e);
            }
            if (ofServer) {
                connection.reset();
            } else {
                // It has never reached the server, so it does not linger there.
                connection.expire();
            }
            promise.tryFailure(reason);
        }
    }
}
