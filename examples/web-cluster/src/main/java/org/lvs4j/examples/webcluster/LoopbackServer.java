package org.lvs4j.examples.webcluster;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.lvs4j.net.Endpoint;

/** An HTTP server on a free port of 127.0.0.1. Its handler maps a request to a reply and is called by many threads. */
final class LoopbackServer implements AutoCloseable {
    private static final int THREADS = 16;
    private static final int BACKLOG = 256;
    private static final int STOP_SECONDS = 1;
    private static final long MAX_DISCARDED_BYTES = 16L << 20;
    private static final byte[] LOCALHOST = {127, 0, 0, 1};

    private final HttpServer http;
    private final ExecutorService threads = Executors.newFixedThreadPool(THREADS, LoopbackServer::daemon);
    private final Handler handler;
    private final Map<String, String> headers;

    private LoopbackServer(HttpServer http, Handler handler, Map<String, String> headers) {
        this.http = http;
        this.handler = handler;
        this.headers = headers;
    }

    /**
     * Starts a server.
     *
     * @param headers the headers of every reply
     */
    static LoopbackServer start(Handler handler, Map<String, String> headers) throws IOException {
        InetSocketAddress address = new InetSocketAddress(InetAddress.getByAddress(LOCALHOST), 0);
        LoopbackServer server = new LoopbackServer(HttpServer.create(address, BACKLOG), handler, headers);
        server.http.setExecutor(server.threads);
        server.http.createContext("/", server::serve);
        server.http.start();
        return server;
    }

    Endpoint address() {
        return Endpoint.of(http.getAddress());
    }

    private void serve(HttpExchange exchange) throws IOException {
        try (exchange) {
            Reply reply = answer(exchange);
            headers.forEach(exchange.getResponseHeaders()::set);
            exchange.getResponseHeaders().set("Content-Type", reply.type);
            exchange.getResponseHeaders().set("X-Content-Type-Options", "nosniff");
            exchange.sendResponseHeaders(reply.status, reply.body.length == 0 ? -1 : reply.body.length);
            if (reply.body.length != 0) {
                exchange.getResponseBody().write(reply.body);
            }
        }
    }

    private Reply answer(HttpExchange exchange) throws IOException {
        try {
            String path = exchange.getRequestURI().getPath();
            if (path == null || !path.startsWith("/")) {
                throw new HttpException(HttpException.BAD_REQUEST, "expected a path that starts with a slash");
            }
            return handler.handle(new Request(exchange.getRequestMethod(), path, exchange.getRequestBody()));
        } catch (HttpException e) {
            return new Reply(e.status(), Reply.TEXT, (e.getMessage() + "\n").getBytes(StandardCharsets.UTF_8));
        }
    }

    /** Closes the port and completes the pending requests. */
    @Override
    public void close() {
        http.stop(STOP_SECONDS);
        threads.shutdown();
    }

    private static Thread daemon(Runnable task) {
        Thread thread = new Thread(task, "http");
        thread.setDaemon(true);
        return thread;
    }

    /** Handles requests. */
    interface Handler {
        Reply handle(Request request) throws HttpException, IOException;
    }

    /**
     * A request.
     *
     * @param path decoded, without the query
     * @param content the body, not read yet
     */
    record Request(String method, String path, InputStream content) {
        /** Reads the body; refuses one that is larger than the limit. */
        byte[] body(int maxBytes) throws HttpException, IOException {
            byte[] body = content.readNBytes(maxBytes + 1);
            if (body.length > maxBytes) {
                discardRest();
                throw new HttpException(HttpException.TOO_LARGE, "too large; expected at most " + maxBytes + " bytes");
            }
            return body;
        }

        // A client that is still sending when the connection closes would not receive the reply.
        private void discardRest() throws IOException {
            byte[] buffer = new byte[8192];
            long left = MAX_DISCARDED_BYTES;
            while (left > 0) {
                int count = content.read(buffer);
                if (count < 0) {
                    return;
                }
                left -= count;
            }
        }
    }

    /** A reply. */
    record Reply(int status, String type, byte[] body) {
        static final String TEXT = "text/plain; charset=utf-8";
        static final String BYTES = "application/octet-stream";

        static Reply ok(String type, byte[] body) {
            return new Reply(200, type, body);
        }

        static Reply text(Object text) {
            return ok(TEXT, (text + "\n").getBytes(StandardCharsets.UTF_8));
        }
    }
}
