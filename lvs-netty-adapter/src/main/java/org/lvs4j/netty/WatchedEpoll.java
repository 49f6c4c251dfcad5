package org.lvs4j.netty;

import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.util.concurrent.ThreadAwareExecutor;

/** Netty's epoll, except that each channel in it is a {@link WatchedSocket}, and that batches of events are numbered. */
final class WatchedEpoll implements IoHandler {
    private final IoHandler epoll;
    private final ThreadAwareExecutor loop;
    private long batch;

    private WatchedEpoll(IoHandler epoll, ThreadAwareExecutor loop) {
        this.epoll = epoll;
        this.loop = loop;
    }

    static IoHandlerFactory newFactory() {
        IoHandlerFactory factory = EpollIoHandler.newFactory();
        return executor -> new WatchedEpoll(factory.newHandler(executor), executor);
    }

    /** The number of the batch of events that is being handled, or was handled last. */
    long batch() {
        return batch;
    }

    @Override
    public void initialize() {
        epoll.initialize();
    }

    @Override
    public int run(IoHandlerContext context) {
        batch++;
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
        if (handle instanceof EpollSocket socket) {
            socket.watchedBy(this);
            return epoll.register(socket);
        }
        WatchedSocket socket = new WatchedSocket(handle);
        socket.registered(epoll.register(socket), loop::execute);
        return socket;
    }

    @Override
    public void wakeup() {
        epoll.wakeup();
    }

    @Override
    public boolean isCompatible(Class<? extends IoHandle> handleType) {
        return epoll.isCompatible(handleType);
    }
}
