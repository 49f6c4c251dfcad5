package org.lvs4j.admin.internal.http;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;

/** Tells the handler of a connection that bytes have come, before they are a request. */
final class FirstBytes extends ChannelInboundHandlerAdapter {
    private final ClientHandler client;

    FirstBytes(ClientHandler client) {
        this.client = client;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (client.bytesCome()) {
            ctx.fireChannelRead(message);
        } else {
            ReferenceCountUtil.release(message);
        }
    }
}
