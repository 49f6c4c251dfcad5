package org.lvs4j.netty.health;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * An event loop of epoll for pings beside event loops of another transport, which cannot adopt the descriptor of a socket
 * of ICMP. Its thread is started with the first ping. Thread-safe.
 */
final class PingLoop implements AutoCloseable {
    private static final long TERMINATION_MILLIS = 5000;

    private @Nullable EventLoopGroup group;

    /**
     * The event loop.
     *
     * @throws IllegalStateException if this host cannot make one now
     */
    synchronized EventLoop get() {
        EventLoopGroup started = group;
        if (started == null) {
            started = new MultiThreadIoEventLoopGroup(
                    1, new DefaultThreadFactory("lvs-health-ping", true), EpollIoHandler.newFactory());
            group = started;
        }
        return started.next();
    }

    /** Ends the event loop after the tasks that wait there. */
    @Override
    public synchronized void close() {
        EventLoopGroup started = group;
        if (started != null) {
            started.shutdownGracefully(0, TERMINATION_MILLIS, TimeUnit.MILLISECONDS)
                    .awaitUninterruptibly();
        }
    }
}
