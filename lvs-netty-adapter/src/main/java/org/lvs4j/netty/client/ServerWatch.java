package org.lvs4j.netty.client;

import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

/** Tells a balanced channel of its failures. Netty does not call it for anything else. */
@Sharable
final class ServerWatch extends ChannelInboundHandlerAdapter {
    static final ServerWatch INSTANCE = new ServerWatch();

    private ServerWatch() {}

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        BalancedChannel channel = BalancedChannel.of(context.channel());
        if (channel != null) {
            channel.caught(cause);
        }
        context.fireExceptionCaught(cause);
    }
}
