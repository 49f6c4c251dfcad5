package org.lvs4j.netty;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.unix.Socket;
import java.util.concurrent.RejectedExecutionException;
import org.lvs4j.netty.internal.SocketFailure;

/**
 * Watches over a listening socket of TCP. Accepting pauses while there are no descriptors for a client and its server,
 * and after a client could not be accepted, so that the event loop does not repeat the failure without end. Clients
 * wait in the system's backlog meanwhile.
 *
 * <p>Belongs to the event loop of the socket: the fields are plain.
 */
final class TcpAcceptor extends ChannelInboundHandlerAdapter {
    private final RelayState state;
    private final ListeningSocket listening;
    private final Channel channel;
    private final EventLoopGroup loops;
    private boolean paused;

    /**
     * An acceptor.
     *
     * @param channel the listening socket
     * @param loops of the relay, among which clients are spread
     */
    TcpAcceptor(RelayState state, ListeningSocket listening, Channel channel, EventLoopGroup loops) {
        this.state = state;
        this.listening = listening;
        this.channel = channel;
        this.loops = loops;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        state.descriptors.countAcceptor(1);
        // The accepted sockets inherit it, so that it holds for what a client sends before it is accepted, too.
        TcpSockets.keepUrgentData(channel);
        if (channel instanceof EpollServerSocketChannel) {
            TcpSockets.setInherited(channel);
        }
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        state.descriptors.countAcceptor(-1);
        state.descriptors.forget(this);
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object accepted) {
        if (accepted instanceof EpollSocketChannel client) {
            // Of the channel only the descriptor and the addresses are used; it is never registered.
            accepted(client);
        } else {
            DescriptorClaim.make(state.descriptors, (Channel) accepted);
            context.fireChannelRead(accepted);
        }
    }

    private void accepted(EpollSocketChannel client) {
        Socket socket = (Socket) client.fd();
        DescriptorClaim claim = DescriptorClaim.make(state.descriptors);
        try {
            EventLoop loop = loops.next();
            if (loop.inEventLoop()) {
                TcpConnection.accept(state, listening, loop, client, claim);
            } else {
                loop.execute(() -> TcpConnection.accept(state, listening, loop, client, claim));
            }
        } catch (RejectedExecutionException | OutOfMemoryError e) {
            RelayState.LOGGER.debug("{}: a client could not be taken over", listening, e);
            TcpSockets.close(socket);
            claim.clientClosed();
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        if (!paused && !state.descriptors.fits(1)) {
            pause(SocketFailure.DESCRIPTORS);
        }
        context.fireChannelReadComplete();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        SocketFailure kind = SocketFailure.of(cause);
        if (kind == SocketFailure.DESCRIPTORS) {
            state.descriptors.exhausted();
        }
        pause(kind.describe(cause));
    }

    private void pause(Object reason) {
        state.counters.acceptFailures.increment();
        state.log.warn("{}: cannot accept clients, which wait: {}", listening, reason);
        if (!paused) {
            state.descriptors.whenFits(this);
            paused = true;
            channel.config().setAutoRead(false);
        }
    }

    /** Accepts clients again. Called by any thread. */
    void resume() {
        try {
            channel.eventLoop().execute(this::resumeOnLoop);
        } catch (RejectedExecutionException e) {
            RelayState.LOGGER.trace("{}: the relay is closed", listening, e);
        } catch (OutOfMemoryError e) {
            state.descriptors.whenFits(this);
        }
    }

    private void resumeOnLoop() {
        if (!state.descriptors.fits(1)) {
            state.descriptors.whenFits(this);
        } else {
            paused = false;
            if (!state.handedOver()) {
                channel.config().setAutoRead(true);
            }
        }
    }
}
