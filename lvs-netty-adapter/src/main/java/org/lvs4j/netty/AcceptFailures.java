package org.lvs4j.netty;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.concurrent.TimeUnit;

/**
 * Pauses a listening TCP socket that cannot accept, mostly because the process has too many open files. Without a pause,
 * the event loop would try again at once, for ever. Clients wait in the backlog meanwhile.
 */
final class AcceptFailures extends ChannelInboundHandlerAdapter {
    static final long PAUSE_MILLIS = 200;

    private final RelayState state;
    private final ListeningSocket listening;

    AcceptFailures(RelayState state, ListeningSocket listening) {
        this.state = state;
        this.listening = listening;
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        state.log.warn(
                "{}: cannot accept a connection, which waits: {}",
                listening,
                BindFailure.of(cause).reason());
        if (context.channel().config().isAutoRead()) {
            context.channel().config().setAutoRead(false);
            context.executor()
                    .schedule(
                            () -> {
                                context.channel().config().setAutoRead(true);
                            },
                            PAUSE_MILLIS,
                            TimeUnit.MILLISECONDS);
        }
    }
}
