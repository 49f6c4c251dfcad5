package org.lvs4j.admin.internal.http;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;
import java.util.Queue;

/**
 * Passes one request at a time on. What a client has sent behind it waits here, at most that of one read: until the answer
 * is written, nothing more is read.
 */
final class OneRequest extends ChannelDuplexHandler {
    private final ClientHandler client;
    private final Queue<Object> waiting = new ArrayDeque<>();
    private boolean passed;

    OneRequest(ClientHandler client) {
        this.client = client;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (passed) {
            waiting.add(message);
        } else {
            pass(ctx, message);
        }
    }

    private void pass(ChannelHandlerContext ctx, Object message) {
        passed = message instanceof LastHttpContent;
        ctx.fireChannelRead(message);
    }

    @Override
    public void read(ChannelHandlerContext ctx) {
        // Of a connection that discards what comes, the end has to be noticed.
        if (!passed || ctx.channel().config().isAutoRead()) {
            ctx.read();
        }
    }

    /** The request has been answered: passes the next one on, or what there is of it. */
    void next(ChannelHandlerContext ctx) {
        passed = false;
        while (!passed && !waiting.isEmpty()) {
            client.bytesCome();
            pass(ctx, waiting.remove());
        }
        if (!passed) {
            ctx.read();
        }
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        release();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        release();
        ctx.fireChannelInactive();
    }

    private void release() {
        waiting.forEach(ReferenceCountUtil::release);
        waiting.clear();
    }
}
