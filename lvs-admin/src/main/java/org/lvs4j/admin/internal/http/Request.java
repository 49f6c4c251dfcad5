package org.lvs4j.admin.internal.http;

import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One request that was allowed, with its whole body.
 *
 * @param method of HTTP
 * @param path as it was sent, without the query, for logs
 * @param variables of the path by their names, decoded
 * @param query its parameters by their names, decoded
 * @param headers of the request
 * @param body decoded from UTF-8
 * @param origin where it comes from, for logs
 */
public record Request(
        String method,
        String path,
        Map<String, String> variables,
        Map<String, List<String>> query,
        HttpHeaders headers,
        String body,
        String origin) {
    private static final int DEFAULT_LIMIT = 100;
    private static final int MAX_LIMIT = 1000;

    /** The path in one line of visible characters, for logs: it is what a client has sent. */
    public String printablePath() {
        return path.codePoints().allMatch(c -> c > ' ' && c < 0x7f) ? path : "(a path with control characters)";
    }

    /**
     * Takes a request from the wire.
     *
     * @throws Problem if its query is malformed
     */
    static Request of(FullHttpRequest request, Map<String, String> variables, String origin) throws Problem {
        String uri = request.uri();
        int query = uri.indexOf('?');
        return new Request(
                request.method().name(),
                query < 0 ? uri : uri.substring(0, query),
                variables,
                Routes.query(uri),
                request.headers().copy(),
                request.content().toString(StandardCharsets.UTF_8),
                origin);
    }

    /** The value of a variable of the path. */
    public String variable(String name) {
        String value = variables.get(name);
        if (value == null) {
            throw new IllegalStateException("the route has no variable " + name);
        }
        return value;
    }

    /**
     * A parameter of the query, or null.
     *
     * @throws Problem if it is given twice
     */
    public @Nullable String parameter(String name) throws Problem {
        List<String> values = query.getOrDefault(name, List.of());
        if (values.size() > 1) {
            throw Problem.badRequest("the parameter '" + name + "' is given " + values.size() + " times");
        }
        return values.isEmpty() ? null : values.get(0);
    }

    /**
     * Refuses parameters that an operation does not have.
     *
     * @throws Problem naming the first one
     */
    public void requireParameters(List<String> known) throws Problem {
        for (String name : query.keySet()) {
            if (!known.contains(name)) {
                throw Problem.badRequest("unknown parameter '" + name + "'; expected "
                        + (known.isEmpty() ? "none" : String.join(", ", known)));
            }
        }
    }

    /**
     * The parameter {@code limit}: how many items a page has at most.
     *
     * @throws Problem if it is no number from 1 to 1000
     */
    public int limit() throws Problem {
        String text = parameter("limit");
        if (text == null) {
            return DEFAULT_LIMIT;
        }
        try {
            int limit = Integer.parseInt(text);
            if (limit >= 1 && limit <= MAX_LIMIT) {
                return limit;
            }
        } catch (NumberFormatException e) {
            // As any other wrong value.
        }
        throw Problem.badRequest("limit '" + text + "' is not a number from 1 to " + MAX_LIMIT);
    }

    /** The header {@code If-Match}, or null. */
    public @Nullable String ifMatch() {
        return headers.get(HttpHeaderNames.IF_MATCH);
    }

    /** The header {@code If-None-Match}, or null. */
    public @Nullable String ifNoneMatch() {
        return headers.get(HttpHeaderNames.IF_NONE_MATCH);
    }

    /** The header {@code Accept}; empty if there is none. */
    public String accept() {
        return headers.get(HttpHeaderNames.ACCEPT, "");
    }
}
