package org.lvs4j.examples.embedded;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import org.lvs4j.Director;
import org.lvs4j.netty.Relay;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

/** Relays port 8080, or the port given as argument, to two web servers in turn. */
public final class PortRelay {
    private PortRelay() {}

    /** Sends four requests through the relay. */
    public static void main(String[] args) throws IOException {
        HttpServer apple = startServer("apple");
        HttpServer banana = startServer("banana");

        ServiceKey web = ServiceKey.tcp("127.0.0.1:" + (args.length == 0 ? "8080" : args[0]));
        Director director = Director.create();
        director.addService(
                VirtualService.builder(web).scheduler("rr").build(),
                RealServer.of("127.0.0.1:" + apple.getAddress().getPort()),
                RealServer.of("127.0.0.1:" + banana.getAddress().getPort()));
        try (Relay relay = Relay.start(director)) {
            for (int i = 0; i < 4; i++) {
                try (InputStream page =
                        URI.create("http:/" + relay.address(web)).toURL().openStream()) {
                    System.out.println(new String(page.readAllBytes(), StandardCharsets.UTF_8));
                }
            }
            System.out.println("relayed " + relay.snapshot().accepted() + " connections");
        }
        apple.stop(0);
        banana.stop(0);
    }

    private static HttpServer startServer(String name) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        server.createContext("/", exchange -> {
            exchange.getResponseHeaders().set("Connection", "close"); // a new connection for each request
            exchange.sendResponseHeaders(200, 0);
            exchange.getResponseBody().write(("hello from " + name).getBytes(StandardCharsets.UTF_8));
            exchange.close();
        });
        server.start();
        return server;
    }
}
