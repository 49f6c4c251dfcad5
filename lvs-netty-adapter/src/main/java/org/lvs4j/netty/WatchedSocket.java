package org.lvs4j.netty;

import io.netty.channel.IoEvent;
import io.netty.channel.IoHandle;
import io.netty.channel.IoOps;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.unix.FileDescriptor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A socket in Netty's epoll: between the channel, whose registration it is, and the event loop, whose handle it is.
 *
 * <p>It stays registered while its channel waits for no event. The socket of a client that has ended its stream and has
 * read everything so far is in that state: there is nothing more to read, and nothing waits to be written. Netty 4.2.13
 * and later remove it from the kernel's set of sockets then. As soon as a write to it has to wait, they fail to change its
 * events, because it is not in the set, and the client is cut off in the middle of its answer. Here the registration asks
 * for edge-triggered events and for no particular event instead. The kernel then reports an error or a hang-up once, and
 * nothing repeatedly.
 *
 * <p>It passes no event of an earlier socket on. The event loop gets events in batches and finds the channel of each by its
 * descriptor. If one event of a batch makes a handler close a socket and open or accept another one, the new socket has the
 * descriptor of the old one, and Netty takes a later event of the batch, which is of the old one, for the new one's: the
 * hang-up of a server would end the stream of the server that is asked instead of it, before that is even connected. So
 * nothing is passed on until the loop runs the task that is given to it at the registration, which it does after a batch.
 *
 * <p>Belongs to its event loop: all fields are plain.
 */
@SuppressWarnings("try") // Netty declares that close throws any exception.
final class WatchedSocket implements EpollIoHandle, IoRegistration {
    private final EpollIoHandle channel;
    private @Nullable IoRegistration registration;
    private @Nullable IoOps awaited;
    private boolean listening;
    private boolean missed;

    WatchedSocket(IoHandle channel) {
        this.channel = (EpollIoHandle) channel;
    }

    /**
     * It has been registered.
     *
     * @param loop what runs a task after the batch of events that is being handled
     */
    void registered(IoRegistration with, Consumer<Runnable> loop) {
        registration = with;
        try {
            loop.accept(this::listen);
        } catch (RejectedExecutionException e) {
            listen();
        }
    }

    /** Passes events on from now on; what was held back and still holds is reported again. */
    private void listen() {
        listening = true;
        if (missed && awaited != null && isValid()) {
            registration().submit(awaited);
        }
    }

    private IoRegistration registration() {
        IoRegistration registered = registration;
        if (registered == null) {
            throw new IllegalStateException("the socket has not been registered");
        }
        return registered;
    }

    // ---- what the event loop sees

    @Override
    public FileDescriptor fd() {
        return channel.fd();
    }

    @Override
    public void handle(IoRegistration source, IoEvent event) {
        if (listening) {
            channel.handle(source, event);
        } else {
            missed = true;
        }
    }

    @Override
    public void registered() {
        channel.registered();
    }

    @Override
    public void unregistered() {
        channel.unregistered();
    }

    @Override
    public void close() throws Exception {
        channel.close();
    }

    // ---- what the channel sees

    @Override
    public <T> T attachment() {
        return registration().attachment();
    }

    @Override
    public long submit(IoOps ops) {
        awaited = EpollIoOps.NONE.equals(ops) ? EpollIoOps.EPOLLET : ops;
        return registration().submit(awaited);
    }

    @Override
    public boolean isValid() {
        return registration().isValid();
    }

    @Override
    public boolean cancel() {
        return registration().cancel();
    }
}
