package org.lvs4j.admin.internal.http;

import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The answer to a request: a text, or a stream of events that follows.
 *
 * @param status of HTTP
 * @param contentType of the body
 * @param body the whole text; of a stream, the event after which it begins
 * @param headers further ones
 * @param events what is sent instead of a body, or null
 */
public record Response(
        HttpResponseStatus status,
        String contentType,
        CharSequence body,
        Map<String, String> headers,
        @Nullable EventFeed events) {
    /** The type of JSON. */
    public static final String JSON = "application/json";

    private static final String PROBLEM = "application/problem+json";

    /** A text that was found. */
    public static Response ok(String contentType, CharSequence body) {
        return new Response(HttpResponseStatus.OK, contentType, body, Map.of(), null);
    }

    /** JSON. */
    public static Response json(CharSequence body) {
        return ok(JSON, body);
    }

    /** Done, and nothing to tell. */
    public static Response noContent() {
        return new Response(HttpResponseStatus.NO_CONTENT, "", "", Map.of(), null);
    }

    /** What the client has already. */
    public static Response notModified() {
        return new Response(HttpResponseStatus.NOT_MODIFIED, "", "", Map.of(), null);
    }

    /**
     * A stream of events.
     *
     * @param lastEventId that the client has seen; empty for none
     */
    public static Response stream(EventFeed events, String lastEventId) {
        return new Response(HttpResponseStatus.OK, "text/event-stream", lastEventId, Map.of(), events);
    }

    /** The same answer with another status. */
    public Response withStatus(HttpResponseStatus other) {
        return new Response(other, contentType, body, headers, events);
    }

    /** The same answer with other headers instead of those that it has. */
    public Response withHeaders(Map<String, String> others) {
        return new Response(status, contentType, body, Map.copyOf(others), events);
    }

    static Response of(Problem problem) {
        return new Response(
                problem.status(),
                PROBLEM,
                "{\"title\":" + quoted(problem.status().reasonPhrase()) + ",\"status\":"
                        + problem.status().code() + ",\"detail\":" + quoted(problem.detail()) + "}\n",
                problem.headers(),
                null);
    }

    private static String quoted(String text) {
        return new com.google.gson.JsonPrimitive(text).toString();
    }
}
