package org.lvs4j.netty.internal;

import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.util.concurrent.DefaultThreadFactory;

/** Makes event loops. Each needs a few descriptors, which the process may lack. */
public final class EventLoops {
    private EventLoops() {}

    /**
     * Makes event loops, whose threads start with their first task.
     *
     * @param name the prefix of the names of the threads
     * @param daemon whether the threads let the JVM end
     * @throws IllegalStateException with the number of loops and the reason, for an operator
     */
    public static MultiThreadIoEventLoopGroup of(int count, String name, boolean daemon, IoHandlerFactory handlers) {
        try {
            return new MultiThreadIoEventLoopGroup(count, new DefaultThreadFactory(name, daemon), handlers);
        } catch (IllegalStateException e) {
            // Netty tells only that there was a failure; its cause is the system's error.
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new IllegalStateException(
                    count + (count == 1 ? " event loop" : " event loops") + " cannot be opened: "
                            + SocketFailure.of(cause).describe(cause),
                    e);
        }
    }
}
