package org.lvs4j.admin.internal.http;

import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import java.util.Map;

/** Why a request is refused: a status, and a sentence for people. Answered as problem details of RFC 9457. */
public final class Problem extends Exception {
    private static final long serialVersionUID = 1;

    private final transient HttpResponseStatus status;
    private final transient Map<String, String> headers;

    /** A refusal without further headers. */
    public Problem(HttpResponseStatus status, String detail) {
        this(status, detail, Map.of());
    }

    /** A refusal with headers, such as {@code Allow}. */
    public Problem(HttpResponseStatus status, String detail, Map<String, String> headers) {
        super(detail, null, false, false);
        this.status = status;
        this.headers = headers;
    }

    /** A request that is wrong in itself. */
    public static Problem badRequest(String detail) {
        return new Problem(HttpResponseStatus.BAD_REQUEST, detail);
    }

    /** Something that does not exist. */
    public static Problem notFound(String detail) {
        return new Problem(HttpResponseStatus.NOT_FOUND, detail);
    }

    /** Why bytes are no request. */
    static Problem undecodable(Throwable cause) {
        if (cause instanceof TooLongHttpLineException) {
            return new Problem(
                    HttpResponseStatus.REQUEST_URI_TOO_LONG,
                    "the request line has more than " + HttpLimits.LINE_BYTES + " bytes");
        } else if (cause instanceof TooLongHttpHeaderException) {
            return new Problem(
                    HttpResponseStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
                    "the headers have more than " + HttpLimits.HEADER_BYTES + " bytes");
        }
        return Problem.badRequest("this is not a request of HTTP/1.1");
    }

    /** The status. */
    public HttpResponseStatus status() {
        return status;
    }

    Map<String, String> headers() {
        return headers;
    }

    /** The sentence. */
    public String detail() {
        return String.valueOf(getMessage());
    }
}
