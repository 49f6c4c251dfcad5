package org.lvs4j.examples.webcluster.web;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpHeaderValue;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;
import org.lvs4j.examples.webcluster.storage.DatabaseUnavailableException;

/** The pages for what no route sees: broken requests, missing files, a server that is too busy. */
final class ErrorPages extends ErrorHandler {
    private static final Map<Integer, String> TEXTS = Map.of(
            400, "The request could not be understood.",
            404, "There is no such page or file in this shop.",
            405, "This address does not take requests of this kind.",
            413, "That was more than this shop takes in one request.",
            414, "That address is too long.",
            431, "The headers of the request are too long.",
            503, "This server has more to do than it can. Try again in a moment.");

    static final String DATABASE_DOWN =
            "The database of the shop does not answer, so nothing was ordered and nothing was changed. Your basket is"
                    + " safe. Try again in a moment.";

    private final String server;
    private final Pages pages;

    ErrorPages(String server, Pages pages) {
        this.server = server;
        this.pages = pages;
    }

    static Problem problem(int status) {
        return new Problem(status, title(status), text(status));
    }

    private static String title(int status) {
        return switch (status) {
            case 404 -> "Page not found";
            case 405 -> "Method not allowed";
            case 413, 414, 431 -> "Request too large";
            case 500 -> "Our mistake";
            case 503 -> "We will be right back";
            default -> status < 500 ? "That did not work" : "Our mistake";
        };
    }

    private static String text(int status) {
        return TEXTS.getOrDefault(
                status, status < 500 ? "The request could not be answered." : "Something went wrong in this server.");
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        int status = response.getStatus() < 400 ? 500 : response.getStatus();
        String text = text(status);
        if (request.getAttribute(ERROR_EXCEPTION) instanceof DatabaseUnavailableException) {
            status = HttpStatus.SERVICE_UNAVAILABLE_503;
            response.setStatus(status);
            text = DATABASE_DOWN;
        }
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, "text/html;charset=utf-8");
        response.getHeaders().put(HttpHeader.CACHE_CONTROL, "no-store");
        response.getHeaders().put("X-Web-Server", server);
        response.getHeaders().put("X-Content-Type-Options", "nosniff");
        response.getHeaders().put("Content-Security-Policy", "default-src 'self'; frame-ancestors 'none'");
        if (status == HttpStatus.SERVICE_UNAVAILABLE_503) {
            response.getHeaders().put(HttpHeader.RETRY_AFTER, "5");
        }
        if (status == HttpStatus.PAYLOAD_TOO_LARGE_413) {
            // The rest of the request is not read: the client must not send another one after it.
            response.getHeaders().put(HttpHeader.CONNECTION, HttpHeaderValue.CLOSE);
        }
        byte[] page = pages.error(status, title(status), text).getBytes(StandardCharsets.UTF_8);
        response.write(true, ByteBuffer.wrap(page), callback);
        return true;
    }
}
