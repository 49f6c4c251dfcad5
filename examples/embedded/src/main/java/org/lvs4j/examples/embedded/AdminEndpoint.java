package org.lvs4j.examples.embedded;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import org.lvs4j.Director;
import org.lvs4j.admin.AdminServer;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

/** Serves the metrics of a director and an API that changes it, over HTTP. */
public final class AdminEndpoint {
    private static final String TOKEN = "keep-this-in-a-file-of-its-own";

    private AdminEndpoint() {}

    /** Reads a meter and changes a weight, as any client of HTTP can. */
    public static void main(String[] args) throws IOException, InterruptedException {
        ServiceKey orders = ServiceKey.named("orders");
        Director director = Director.create();
        director.addService(VirtualService.of(orders, "wrr"), RealServer.of("10.0.0.11:5432"));

        try (AdminServer admin = AdminServer.builder(director)
                .listen("127.0.0.1:0") // a free port; without a token it would only read
                .token(TOKEN)
                .start()) {
            HttpClient client = HttpClient.newHttpClient();
            HttpRequest metrics = HttpRequest.newBuilder(URI.create(admin.address() + "/metrics"))
                    .build();
            client.send(metrics, BodyHandlers.ofString())
                    .body()
                    .lines()
                    .filter(line -> line.startsWith("lvs_servers"))
                    .forEach(System.out::println);

            HttpRequest change = HttpRequest.newBuilder(
                            URI.create(admin.address() + "/api/v1/services/name:orders/servers/10.0.0.11:5432"))
                    .header("Authorization", "Bearer " + TOKEN)
                    .header("Content-Type", "application/json")
                    .method("PATCH", HttpRequest.BodyPublishers.ofString("{\"weight\": 3}"))
                    .build();
            System.out.println("status "
                    + client.send(change, BodyHandlers.ofString()).statusCode() + ", weight "
                    + director.configuration(orders).servers().get(0).weight());
        }
    }
}
