package org.lvs4j.netty;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.concurrent.TimeUnit;

/**
 * Watches over a listening socket of TCP. If a client cannot be accepted, for instance because no descriptor is left,
 * accepting pauses, so that the event loop does not repeat the failure without end. Clients wait in the system's
 * backlog meanwhile.
 */
@ChannelHandler.Sharable
final class TcpAcceptor extends ChannelInboundHandlerAdapter {
    static final long PAUSE_MILLIS = 200;

    private final RelayState state;
    private final ListeningSocket listening;

    TcpAcceptor(RelayState state, ListeningSocket listening) {
        this.state = state;
        this.listening = listening;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        // The accepted sockets inherit it, so that it holds for what a client sends before it is accepted, too.
        TcpSockets.keepUrgentData(context.channel());
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        state.counters.acceptFailures.increment();
        state.log.warn(
                "{}: cannot accept clients, which wait: {}",
                listening,
                SocketFailure.of(cause).describe(cause));
        Channel channel = context.channel();
        if (channel.config().isAutoRead()) {
            channel.config().setAutoRead(false);
            channel.eventLoop().schedule(() -> resume(channel), PAUSE_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    private void resume(Channel channel) {
        if (!state.handedOver()) {
            channel.config().setAutoRead(true);
        }
    }
}
