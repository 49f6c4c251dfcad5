package org.lvs4j.netty;

import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.IoOps;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollIoOps;

/**
 * Netty's epoll, except that a socket stays registered while its channel waits for no event.
 *
 * <p>The socket of a client that has ended its stream and has read everything so far is in that state: there is nothing
 * more to read, and nothing waits to be written. Netty 4.2.13 and later remove it from the kernel's set of sockets
 * then. As soon as a write to it has to wait, they fail to change its events, because it is not in the set, and the
 * client is cut off in the middle of its answer.
 *
 * <p>Here the registration asks for edge-triggered events and for no particular event instead. The kernel then reports
 * an error or a hang-up once, and nothing repeatedly.
 */
final class WatchedEpoll implements IoHandler {
    private final IoHandler epoll;

    private WatchedEpoll(IoHandler epoll) {
        this.epoll = epoll;
    }

    static IoHandlerFactory newFactory() {
        IoHandlerFactory factory = EpollIoHandler.newFactory();
        return executor -> new WatchedEpoll(factory.newHandler(executor));
    }

    @Override
    public void initialize() {
        epoll.initialize();
    }

    @Override
    public int run(IoHandlerContext context) {
        return epoll.run(context);
    }

    @Override
    public void prepareToDestroy() {
        epoll.prepareToDestroy();
    }

    @Override
    public void destroy() {
        epoll.destroy();
    }

    @Override
    public IoRegistration register(IoHandle handle) throws Exception {
        return watch(epoll.register(handle));
    }

    /** A registration that waits for errors at least. */
    static IoRegistration watch(IoRegistration registration) {
        return new Registration(registration);
    }

    @Override
    public void wakeup() {
        epoll.wakeup();
    }

    @Override
    public boolean isCompatible(Class<? extends IoHandle> handleType) {
        return epoll.isCompatible(handleType);
    }

    private record Registration(IoRegistration registration) implements IoRegistration {
        @Override
        public <T> T attachment() {
            return registration.attachment();
        }

        @Override
        public long submit(IoOps ops) {
            return registration.submit(EpollIoOps.NONE.equals(ops) ? EpollIoOps.EPOLLET : ops);
        }

        @Override
        public boolean isValid() {
            return registration.isValid();
        }

        @Override
        public boolean cancel() {
            return registration.cancel();
        }
    }
}
