package org.lvs4j.admin.internal.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;

/** Responses as messages of HTTP. */
final class Messages {
    private Messages() {}

    /**
     * What the answer to a request looks like on the wire.
     *
     * @param keepAlive whether another request may follow
     * @param bodyless whether only the headers are asked for
     * @param chunks whether the client knows chunks, from HTTP/1.1 on
     */
    record Framing(boolean keepAlive, boolean bodyless, boolean chunks) {
        Framing last() {
            return new Framing(false, bodyless, chunks);
        }
    }

    /**
     * A response with its body.
     *
     * @param body which the message owns from now on
     * @param size of the whole body, which is not there if only the headers are asked for
     */
    static FullHttpResponse whole(Response response, ByteBuf body, int size, Framing framing) {
        FullHttpResponse message = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, response.status(), body);
        setHeaders(message, response);
        int status = response.status().code();
        if (status != HttpResponseStatus.NO_CONTENT.code() && status != HttpResponseStatus.NOT_MODIFIED.code()) {
            message.headers().set(HttpHeaderNames.CONTENT_LENGTH, size);
        }
        message.headers()
                .set(
                        HttpHeaderNames.CONNECTION,
                        framing.keepAlive() ? HttpHeaderValues.KEEP_ALIVE : HttpHeaderValues.CLOSE);
        return message;
    }

    /** The head of a response whose body follows in pieces. */
    static HttpResponse head(Response response, Framing framing) {
        HttpResponse head = new DefaultHttpResponse(HttpVersion.HTTP_1_1, response.status());
        setHeaders(head, response);
        if (framing.chunks()) {
            head.headers().set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
        } else {
            head.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        }
        return head;
    }

    /** A text in UTF-8. */
    static ByteBuf body(ChannelHandlerContext ctx, CharSequence text, int bytes) {
        if (bytes == 0) {
            return Unpooled.EMPTY_BUFFER;
        }
        ByteBuf buffer = ctx.alloc().buffer(bytes);
        ByteBufUtil.reserveAndWriteUtf8(buffer, text, bytes);
        return buffer;
    }

    private static void setHeaders(HttpResponse message, Response response) {
        HttpHeaders headers = message.headers();
        if (!response.contentType().isEmpty()) {
            headers.set(HttpHeaderNames.CONTENT_TYPE, response.contentType());
        }
        headers.set(HttpHeaderNames.CACHE_CONTROL, HttpHeaderValues.NO_STORE);
        headers.set("X-Content-Type-Options", "nosniff");
        headers.set(HttpHeaderNames.CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'");
        headers.set("Cross-Origin-Resource-Policy", "same-origin");
        response.headers().forEach(headers::set);
    }
}
