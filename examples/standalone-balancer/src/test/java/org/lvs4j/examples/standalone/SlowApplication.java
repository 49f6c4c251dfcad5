package org.lvs4j.examples.standalone;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** The application behind a web server, which takes as long for an answer as it is told. */
final class SlowApplication implements AutoCloseable {
    private static final byte[] ANSWER = "c\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII);

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final HttpServer server;
    private volatile Duration delay = Duration.ZERO;

    SlowApplication() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1024);
        server.setExecutor(threads);
        server.createContext("/", this::answer);
        server.start();
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            TimeUnit.NANOSECONDS.sleep(delay.toNanos());
            exchange.sendResponseHeaders(200, ANSWER.length);
            exchange.getResponseBody().write(ANSWER);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The directive of nginx that passes requests on to it. */
    String directive() {
        return "proxy_pass http://127.0.0.1:" + server.getAddress().getPort() + ";";
    }

    void delay(Duration time) {
        delay = time;
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
