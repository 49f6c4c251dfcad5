package org.lvs4j.examples.embedded;

import java.io.IOException;
import java.io.InputStream;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URLConnection;
import java.nio.charset.StandardCharsets;
import org.lvs4j.Director;
import org.lvs4j.netty.Relay;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

/** An application that opens a port and relays what comes in to a pool of servers. */
public final class EmbeddedRelay {
    private EmbeddedRelay() {}

    /** Relays six requests to three servers. */
    public static void main(String[] args) throws IOException {
        try (TinyServer apple = new TinyServer("apple");
                TinyServer banana = new TinyServer("banana");
                TinyServer cherry = new TinyServer("cherry")) {
            String address = "127.0.0.1:" + freePort();

            Director director = Director.create();
            director.addService(
                    VirtualService.builder(ServiceKey.tcp(address))
                            .scheduler("rr")
                            .build(),
                    RealServer.of(apple.address()),
                    RealServer.of(banana.address()),
                    RealServer.of(cherry.address()));
            try (Relay relay = Relay.start(director)) {
                for (int i = 0; i < 6; i++) {
                    System.out.print(get("http://" + address + "/"));
                }
                System.out.println("relayed " + relay.snapshot().accepted() + " connections");
            }
        }
    }

    private static String get(String uri) throws IOException {
        URLConnection request = URI.create(uri).toURL().openConnection();
        request.setRequestProperty("Connection", "close");
        try (InputStream answer = request.getInputStream()) {
            return new String(answer.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket probe = new ServerSocket(0)) {
            return probe.getLocalPort();
        }
    }
}
