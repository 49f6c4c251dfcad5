package org.lvs4j.netty.client;

import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

/** Tells a balanced channel of the first bytes that it receives, and leaves the pipeline. */
@Sharable
final class FirstRead extends ChannelInboundHandlerAdapter {
    static final FirstRead INSTANCE = new FirstRead();

    private FirstRead() {}

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        BalancedChannel channel = BalancedChannel.of(context.channel());
        if (channel != null) {
            channel.firstRead();
        }
        context.fireChannelRead(message);
        if (!context.isRemoved()) {
            context.pipeline().remove(this);
        }
    }
}
