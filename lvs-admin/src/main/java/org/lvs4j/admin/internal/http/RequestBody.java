package org.lvs4j.admin.internal.http;

import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponseStatus;

/** Collects the body of a request, up to a limit. */
final class RequestBody extends HttpObjectAggregator {
    private final int maxBytes;
    private final ClientHandler client;

    RequestBody(int maxBytes, ClientHandler client) {
        super(maxBytes, true);
        this.maxBytes = maxBytes;
        this.client = client;
    }

    @Override
    protected void handleOversizedMessage(ChannelHandlerContext ctx, HttpMessage oversized) {
        client.refuse(new Problem(
                HttpResponseStatus.REQUEST_ENTITY_TOO_LARGE, "the body has more than " + maxBytes + " bytes"));
    }
}
