package org.lvs4j.netty.internal;

import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.IoRegistration;
import io.netty.channel.uring.IoUringIoHandler;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Netty's io_uring, except that a lack of memory does not end the event loop.
 *
 * <p>Netty's other transports report it to the channel whose buffer could not be allocated. On io_uring the error ends
 * the thread of the loop, and with it all of its connections and listening sockets for good. Here only the socket whose
 * read could not be started is affected: it reads nothing more, and the relay ends it as idle.
 */
public final class EnduringIoUring implements IoHandler {
    private static final Logger LOGGER = LoggerFactory.getLogger(EnduringIoUring.class);
    private static final long LOG_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final IoHandler ring;
    private long nextLogNanos = System.nanoTime();

    EnduringIoUring(IoHandler ring) {
        this.ring = ring;
    }

    /** Makes the handlers of event loops. */
    public static IoHandlerFactory newFactory() {
        IoHandlerFactory factory = IoUringIoHandler.newFactory();
        return executor -> new EnduringIoUring(factory.newHandler(executor));
    }

    @Override
    public void initialize() {
        ring.initialize();
    }

    @Override
    public int run(IoHandlerContext context) {
        try {
            return ring.run(context);
        } catch (OutOfMemoryError e) {
            long now = System.nanoTime();
            if (now - nextLogNanos >= 0) {
                nextLogNanos = now + LOG_NANOS;
                LOGGER.warn("a socket cannot be read any more: {}", SocketFailure.MEMORY);
            }
            return 1;
        }
    }

    @Override
    public void prepareToDestroy() {
        ring.prepareToDestroy();
    }

    @Override
    public void destroy() {
        ring.destroy();
    }

    @Override
    public IoRegistration register(IoHandle handle) throws Exception {
        return ring.register(handle);
    }

    @Override
    public void wakeup() {
        ring.wakeup();
    }

    @Override
    public boolean isCompatible(Class<? extends IoHandle> handleType) {
        return ring.isCompatible(handleType);
    }
}
