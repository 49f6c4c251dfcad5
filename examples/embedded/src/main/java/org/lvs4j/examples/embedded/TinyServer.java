package org.lvs4j.examples.embedded;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import org.lvs4j.net.Endpoint;

/** A web server on a free port of loopback that answers every request with its own name. */
final class TinyServer implements AutoCloseable {
    private final HttpServer http;

    TinyServer(String name) throws IOException {
        byte[] answer = ("hello from " + name + "\n").getBytes(StandardCharsets.UTF_8);
        http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        http.createContext("/", exchange -> {
            try (exchange) {
                exchange.sendResponseHeaders(200, answer.length);
                exchange.getResponseBody().write(answer);
            }
        });
        http.start();
    }

    String address() {
        return Endpoint.of(http.getAddress()).toString();
    }

    @Override
    public void close() {
        http.stop(0);
    }
}
