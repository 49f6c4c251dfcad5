package org.lvs4j.examples.embedded;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import org.lvs4j.Connection;
import org.lvs4j.Director;
import org.lvs4j.ServerSnapshot;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

/** An application that balances its own outgoing connections: no proxy, and no socket but its own. */
public final class BalancedClient {
    private BalancedClient() {}

    /** Sends twelve requests to three servers of weight 3, 2 and 1. */
    public static void main(String[] args) throws IOException, InterruptedException {
        try (TinyServer apple = new TinyServer("apple");
                TinyServer banana = new TinyServer("banana");
                TinyServer cherry = new TinyServer("cherry")) {
            ServiceKey fruit = ServiceKey.tcp("10.0.0.1:80"); // a name; nobody listens there
            Director director = Director.create();
            director.addService(
                    VirtualService.builder(fruit).scheduler("wrr").build(),
                    RealServer.builder(apple.address()).weight(3).build(),
                    RealServer.builder(banana.address()).weight(2).build(),
                    RealServer.builder(cherry.address()).weight(1).build());

            HttpClient http = HttpClient.newHttpClient();
            for (int i = 0; i < 12; i++) {
                try (Connection connection = director.open(fruit)) {
                    URI uri = URI.create("http://" + connection.destination() + "/");
                    System.out.print(http.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString())
                            .body());
                }
            }

            for (ServerSnapshot server : director.service(fruit).servers()) {
                System.out.println(server.server().endpoint() + " weight "
                        + server.server().weight() + ": " + server.traffic().connections() + " connections");
            }
        }
    }
}
