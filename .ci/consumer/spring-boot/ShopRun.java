package org.lvs4j.examples.springboot;

import com.sun.net.httpserver.HttpServer;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.web.servlet.context.ServletWebServerApplicationContext;

/** Starts the application with one server, asks it for an answer of that server and for its health, and ends it. */
public final class ShopRun {
    private ShopRun() {}

    public static void main(String[] args) throws Exception {
        HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 50);
        server.createContext("/", exchange -> {
            byte[] answer = "apple".getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, answer.length);
            exchange.getResponseBody().write(answer);
            exchange.close();
        });
        server.start();
        try (ServletWebServerApplicationContext shop = (ServletWebServerApplicationContext) SpringApplication.run(
                ShopApplication.class,
                "--server.port=0",
                "--spring.main.banner-mode=off",
                "--logging.level.root=warn",
                "--lvs.services.orders.servers=127.0.0.1:" + server.getAddress().getPort())) {
            for (String path : new String[] {"/cart", "/actuator/health"}) {
                URI uri = URI.create("http://127.0.0.1:" + shop.getWebServer().getPort() + path);
                System.out.println("shop: "
                        + HttpClient.newHttpClient()
                                .send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString())
                                .body());
            }
        } finally {
            server.stop(0);
        }
    }
}
