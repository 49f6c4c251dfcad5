package org.lvs4j.admin.internal.api;

import static java.util.Objects.requireNonNull;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.lvs4j.admin.internal.http.Problem;
import org.lvs4j.admin.internal.http.Request;
import org.lvs4j.admin.internal.http.Response;
import org.lvs4j.admin.internal.http.Route;

/**
 * The page for people: a few files in memory, the same for everybody. The file {@code dashboard.txt} lists them; nothing
 * else of the module can be asked for. The page has no rights of its own: what it shows it reads as every other client.
 */
final class Dashboard {
    private static final String INDEX = "index.html";
    private static final String ETAG = "ETag";
    private static final String HTML = "text/html";

    /** The page consists of its own files, talks to this endpoint only, and cannot be framed. */
    private static final String CONTENT_SECURITY_POLICY = "default-src 'none'; script-src 'self'; style-src 'self';"
            + " connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private static final Map<String, String> TYPES =
            Map.of("html", HTML, "css", "text/css", "js", "text/javascript", "svg", "image/svg+xml");

    private final Map<String, Response> files;

    private Dashboard(Map<String, Response> files) {
        this.files = files;
    }

    /** Reads all files. */
    static Dashboard read() {
        Map<String, Response> files = new TreeMap<>();
        Resources.text("dashboard.txt").lines().forEach(name -> files.put(name, file(name)));
        return new Dashboard(files);
    }

    private static Response file(String name) {
        String type = TYPES.get(name.substring(name.lastIndexOf('.') + 1));
        if (type == null) {
            throw new IllegalStateException("the type of dashboard/" + name + " is unknown");
        }
        String text = Resources.text("dashboard/" + name);
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put(ETAG, ETags.hash(text));
        headers.put("Cache-Control", "no-cache");
        headers.put("Content-Security-Policy", CONTENT_SECURITY_POLICY);
        headers.put("Referrer-Policy", "no-referrer");
        return Response.ok(type + "; charset=utf-8", text).withHeaders(headers);
    }

    /** All files by their names. */
    Route files() {
        return Route.page("/dashboard/{file}", request -> {
            Response file = files.get(request.variable("file"));
            if (file == null) {
                throw Problem.notFound("the dashboard has no such file");
            }
            return unlessKnown(request, file);
        });
    }

    /** The page for a client that prefers it, such as a browser, and a list for all others. */
    Route index(Response list) {
        Response page = varying(requireNonNull(files.get(INDEX), INDEX));
        Response plain = varying(list);
        return Route.page("/", request -> prefersHtml(request.accept()) ? unlessKnown(request, page) : plain);
    }

    private static Response varying(Response response) {
        Map<String, String> headers = new LinkedHashMap<>(response.headers());
        headers.put("Vary", "Accept");
        return response.withHeaders(headers);
    }

    /** The file, or that it is what the client has already. */
    private static Response unlessKnown(Request request, Response file) {
        String known = request.ifNoneMatch();
        // Proxies that compress make the tag a weak one.
        boolean same = known != null
                && ETags.lists(
                        known.replace("W/", ""), requireNonNull(file.headers().get(ETAG), ETAG));
        return same ? Response.notModified().withHeaders(file.headers()) : file;
    }

    private static boolean prefersHtml(String accept) {
        return quality(accept, HTML) > quality(accept, "text/plain");
    }

    /** How much a client wants a type, 0..1, by the most specific range that it names. */
    private static double quality(String accept, String type) {
        double quality = 0;
        int specific = 0;
        for (String each : accept.toLowerCase(Locale.ROOT).split(",", -1)) {
            String[] parts = each.split(";", -1);
            String range = parts[0].strip();
            int found = range.equals(type) ? 3 : range.equals("text/*") ? 2 : range.equals("*/*") ? 1 : 0;
            if (found > specific) {
                specific = found;
                quality = quality(parts);
            }
        }
        return quality;
    }

    private static double quality(String[] parameters) {
        for (String each : parameters) {
            String parameter = each.strip();
            if (parameter.startsWith("q=")) {
                try {
                    return Double.parseDouble(parameter.substring(2));
                } catch (NumberFormatException e) {
                    return 0;
                }
            }
        }
        return 1;
    }
}
