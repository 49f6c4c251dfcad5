package org.lvs4j.netty;

import io.netty.channel.AbstractEventLoop;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelPromise;
import io.netty.channel.DefaultChannelPromise;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/**
 * The part of a relay in an event loop of the application: that loop, except that the relay's channels and timers are
 * known, so that the relay can end all of them and leave the loop running. On epoll its sockets are {@link WatchedSocket}s, as
 * those in a loop of the relay's own.
 *
 * <p>Thread-safe, as an event loop is.
 */
@SuppressWarnings("deprecation") // Netty deprecates what an event loop must implement.
final class SharedLoop extends AbstractEventLoop implements IoEventLoop {
    private static final long CLOSE_MILLIS = 100;

    private final IoEventLoop loop;
    private final Set<Channel> channels = ConcurrentHashMap.newKeySet();
    private final Set<ScheduledFuture<?>> timers = ConcurrentHashMap.newKeySet();

    // Written before the timers are cancelled, read after one is added: at least one of the two sides sees the other.
    private volatile boolean ended;

    SharedLoop(EventLoopGroup parent, IoEventLoop loop) {
        super(parent);
        this.loop = loop;
    }

    /**
     * Closes the channels that are left, cancels the timers, and waits until the loop has done what it was given.
     *
     * <p>No channel may be added meanwhile, except by a task that the loop has already been given.
     */
    void end() {
        awaitTasks();
        while (!channels.isEmpty() && !loop.isTerminated()) {
            List<Channel> open = List.copyOf(channels);
            open.forEach(Channel::close);
            open.forEach(SharedLoop::awaitClosed);
        }
        ended = true;
        timers.forEach(timer -> timer.cancel(false));
        awaitTasks();
    }

    /**
     * Waits until a channel is closed, or its loop has ended: one that the application ends without a quiet period may
     * leave channels open.
     */
    static void awaitClosed(Channel channel) {
        while (!channel.closeFuture().awaitUninterruptibly(CLOSE_MILLIS)
                && !channel.eventLoop().isTerminated()) {
            RelayState.LOGGER.debug("{} is being closed", channel);
        }
    }

    private void awaitTasks() {
        try {
            loop.submit(() -> {}).awaitUninterruptibly();
        } catch (RejectedExecutionException e) {
            loop.terminationFuture().awaitUninterruptibly();
        }
    }

    // ---- channels

    @Override
    public IoEventLoop next() {
        return this;
    }

    @Override
    public ChannelFuture register(Channel channel) {
        return register(new DefaultChannelPromise(channel, this));
    }

    @Override
    public ChannelFuture register(ChannelPromise promise) {
        Channel channel = promise.channel();
        channels.add(channel);
        channel.closeFuture().addListener(closed -> channels.remove(channel));
        channel.unsafe().register(this, promise);
        return promise;
    }

    @Deprecated
    @Override
    @SuppressWarnings("InlineMeSuggester") // Netty deprecates it, and a call of it must reach this class
    public ChannelFuture register(Channel channel, ChannelPromise promise) {
        return register(promise);
    }

    @Override
    public Future<IoRegistration> register(IoHandle handle) {
        if (!(handle instanceof EpollIoHandle)) {
            return loop.register(handle);
        }
        WatchedSocket socket = new WatchedSocket(handle);
        Promise<IoRegistration> watched = newPromise();
        loop.register(socket).addListener((Future<IoRegistration> done) -> {
            if (done.isSuccess()) {
                socket.registered(done.getNow(), loop::execute);
                watched.setSuccess(socket);
            } else {
                watched.setFailure(done.cause());
            }
        });
        return watched;
    }

    @Override
    public boolean isCompatible(Class<? extends IoHandle> handleType) {
        return loop.isCompatible(handleType);
    }

    @Override
    public boolean isIoType(Class<? extends IoHandler> handlerType) {
        return loop.isIoType(handlerType);
    }

    // ---- tasks

    @Override
    public void execute(Runnable task) {
        loop.execute(task);
    }

    @Override
    public ScheduledFuture<?> schedule(Runnable task, long delay, TimeUnit unit) {
        return known(loop.schedule(task, delay, unit));
    }

    @Override
    public <V> ScheduledFuture<V> schedule(Callable<V> task, long delay, TimeUnit unit) {
        return known(loop.schedule(task, delay, unit));
    }

    @Override
    public ScheduledFuture<?> scheduleAtFixedRate(Runnable task, long first, long period, TimeUnit unit) {
        return known(loop.scheduleAtFixedRate(task, first, period, unit));
    }

    @Override
    public ScheduledFuture<?> scheduleWithFixedDelay(Runnable task, long first, long delay, TimeUnit unit) {
        return known(loop.scheduleWithFixedDelay(task, first, delay, unit));
    }

    private <F extends ScheduledFuture<?>> F known(F timer) {
        timers.add(timer);
        timer.addListener(done -> timers.remove(timer));
        if (ended) {
            timer.cancel(false);
        }
        return timer;
    }

    @Override
    public boolean inEventLoop(Thread thread) {
        return loop.inEventLoop(thread);
    }

    // ---- the application ends the loop

    @Override
    public boolean isShuttingDown() {
        return ended || loop.isShuttingDown();
    }

    @Override
    public boolean isShutdown() {
        return loop.isShutdown();
    }

    @Override
    public boolean isTerminated() {
        return loop.isTerminated();
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
        return loop.awaitTermination(timeout, unit);
    }

    @Override
    public Future<?> terminationFuture() {
        return loop.terminationFuture();
    }

    @Override
    public Future<?> shutdownGracefully(long quietPeriod, long timeout, TimeUnit unit) {
        throw new UnsupportedOperationException("a relay does not end the application's event loops");
    }

    @Deprecated
    @Override
    public void shutdown() {
        throw new UnsupportedOperationException("a relay does not end the application's event loops");
    }
}
