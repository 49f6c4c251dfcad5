package org.lvs4j.admin.internal.http;

import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** All operations of an endpoint. Immutable. */
public final class Routes {
    private static final int MAX_PARAMETERS = 32;

    private final List<Route> routes;

    /** Operations whose paths differ. */
    public Routes(List<Route> routes) {
        this.routes = List.copyOf(routes);
    }

    /** Every one. */
    public List<Route> all() {
        return routes;
    }

    /**
     * The operation of a request.
     *
     * @param route the route
     * @param variables of the path
     */
    record Match(Route route, Map<String, String> variables) {}

    /**
     * Finds the operation of a path.
     *
     * @param rawPath as it was sent, with its escapes
     * @throws Problem if there is none, or not with this method
     */
    Match find(String method, String rawPath) throws Problem {
        List<String> segments = segments(rawPath);
        TreeSet<String> methods = new TreeSet<>();
        // Every resource that can be read can be asked for its headers.
        String effective = method.equals("HEAD") ? "GET" : method;
        for (Route route : routes) {
            Map<String, String> variables = route.match(segments);
            if (variables != null) {
                if (route.method().equals(effective)) {
                    return new Match(route, variables);
                }
                methods.add(route.method());
            }
        }
        if (methods.contains("GET")) {
            methods.add("HEAD");
        }
        if (methods.isEmpty()) {
            throw Problem.notFound("there is nothing at " + rawPath + "; GET / lists what there is");
        }
        String allowed = String.join(", ", methods);
        throw new Problem(
                HttpResponseStatus.METHOD_NOT_ALLOWED,
                method + " is not possible at " + rawPath + ", only " + allowed,
                Map.of("Allow", allowed));
    }

    /** Whether a link on a page of another site may lead to a path. */
    boolean isLinked(String method, String rawPath) {
        try {
            return find(method, rawPath).route().linked();
        } catch (Problem e) {
            return false;
        }
    }

    /** The segments of a path, each decoded by itself: an escaped slash belongs to its segment. */
    private static List<String> segments(String rawPath) throws Problem {
        if (!rawPath.startsWith("/")) {
            throw Problem.badRequest("the path has to begin with a slash");
        }
        List<String> segments = new ArrayList<>();
        for (String segment : rawPath.substring(1).split("/", -1)) {
            String decoded;
            try {
                decoded = QueryStringDecoder.decodeComponent(segment.replace("+", "%2B"), StandardCharsets.UTF_8);
            } catch (IllegalArgumentException e) {
                throw Problem.badRequest("the path has an escape that is not one: " + e.getMessage());
            }
            if (decoded.equals(".") || decoded.equals("..") || decoded.indexOf('\0') >= 0) {
                throw Problem.badRequest("the path must have neither . nor .. nor NUL for a segment");
            }
            segments.add(decoded);
        }
        return segments;
    }

    /**
     * The parameters of a query.
     *
     * @throws Problem if an escape is wrong
     */
    static Map<String, List<String>> query(String uri) throws Problem {
        try {
            return new QueryStringDecoder(uri, StandardCharsets.UTF_8, true, MAX_PARAMETERS).parameters();
        } catch (IllegalArgumentException e) {
            throw Problem.badRequest("the query has an escape that is not one: " + e.getMessage());
        }
    }
}
