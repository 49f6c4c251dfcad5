package org.lvs4j.examples.embedded;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.lvs4j.Director;
import org.lvs4j.netty.http.BalancedHttpClient;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

/** Balances requests of {@code java.net.http}: the servers see the name of the service, whatever their addresses are. */
public final class HttpRequests {
    private HttpRequests() {}

    /** Asks three servers, of which one stops. */
    public static void main(String[] args) throws IOException, InterruptedException {
        ServiceKey orders = ServiceKey.named("orders");
        Director director = Director.create();
        director.addService(VirtualService.of(orders, "rr"));
        List<HttpServer> servers = new ArrayList<>();
        for (String name : List.of("apple", "banana", "cherry")) {
            HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 50);
            server.createContext("/", exchange -> {
                String host = exchange.getRequestHeaders().getFirst("Host");
                byte[] answer = (name + " answers for " + host).getBytes(StandardCharsets.UTF_8);
                exchange.sendResponseHeaders(200, answer.length);
                exchange.getResponseBody().write(answer);
                exchange.close();
            });
            server.start();
            servers.add(server);
            director.addServer(
                    orders, RealServer.of("127.0.0.1:" + server.getAddress().getPort()));
        }
        HttpRequest request =
                HttpRequest.newBuilder(URI.create("http://orders.example/cart")).build();
        try (BalancedHttpClient client =
                BalancedHttpClient.builder(director, orders).build()) {
            for (int i = 0; i < 6; i++) {
                if (i == 3) {
                    servers.get(0).stop(0);
                }
                System.out.println(client.send(request, BodyHandlers.ofString()).body());
            }
        }
        servers.forEach(server -> server.stop(0));
    }
}
