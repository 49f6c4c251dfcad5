package org.lvs4j.netty;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelPromise;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoEventLoop;
import io.netty.util.concurrent.AbstractEventExecutorGroup;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** The event loops of the application, as one relay uses them: it gives them back as they were. Thread-safe. */
final class SharedLoops extends AbstractEventExecutorGroup implements EventLoopGroup {
    private final EventLoopGroup application;
    private final List<SharedLoop> loops = new ArrayList<>();
    private final AtomicInteger turn = new AtomicInteger();

    /** The loops of a group, all of which are of one known {@linkplain Transport#of transport}. */
    SharedLoops(EventLoopGroup application) {
        this.application = application;
        for (EventExecutor each : application) {
            loops.add(new SharedLoop(this, (IoEventLoop) each));
        }
    }

    /** Ends everything of the relay on these loops. Waits for them. */
    void end() {
        loops.forEach(SharedLoop::end);
    }

    @Override
    public EventLoop next() {
        return loops.get(Math.floorMod(turn.getAndIncrement(), loops.size()));
    }

    @Override
    public Iterator<EventExecutor> iterator() {
        return List.<EventExecutor>copyOf(loops).iterator();
    }

    @Override
    public ChannelFuture register(Channel channel) {
        return next().register(channel);
    }

    @Override
    public ChannelFuture register(ChannelPromise promise) {
        return next().register(promise);
    }

    @Deprecated
    @Override
    @SuppressWarnings("InlineMeSuggester") // as in SharedLoop
    public ChannelFuture register(Channel channel, ChannelPromise promise) {
        return register(promise);
    }

    @Override
    public boolean isShuttingDown() {
        return application.isShuttingDown();
    }

    @Override
    public boolean isShutdown() {
        return application.isShutdown();
    }

    @Override
    public boolean isTerminated() {
        return application.isTerminated();
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
        return application.awaitTermination(timeout, unit);
    }

    @Override
    public Future<?> terminationFuture() {
        return application.terminationFuture();
    }

    @Override
    public Future<?> shutdownGracefully(long quietPeriod, long timeout, TimeUnit unit) {
        throw new UnsupportedOperationException("a relay does not end the application's event loops");
    }

    @Deprecated
    @Override
    @SuppressWarnings("InlineMeSuggester") // as in SharedLoop
    public void shutdown() {
        throw new UnsupportedOperationException("a relay does not end the application's event loops");
    }
}
