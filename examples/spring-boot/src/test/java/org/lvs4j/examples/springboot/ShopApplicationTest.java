package org.lvs4j.examples.springboot;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.web.servlet.context.ServletWebServerApplicationContext;

@Tag("slow")
final class ShopApplicationTest {
    private final HttpClient client = HttpClient.newHttpClient();
    private HttpServer apple = server("apple", 0);
    private final HttpServer banana = server("banana", 0);

    private static HttpServer server(String name, int port) {
        try {
            HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", port), 50);
            server.createContext("/", exchange -> {
                byte[] answer = name.getBytes(StandardCharsets.UTF_8);
                exchange.sendResponseHeaders(200, answer.length);
                exchange.getResponseBody().write(answer);
                exchange.close();
            });
            server.start();
            return server;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @AfterEach
    void stop() {
        apple.stop(0);
        banana.stop(0);
    }

    private static String address(HttpServer server) {
        return "127.0.0.1:" + server.getAddress().getPort();
    }

    private HttpResponse<String> get(ServletWebServerApplicationContext shop, String path) throws Exception {
        URI uri = URI.create("http://127.0.0.1:" + shop.getWebServer().getPort() + path);
        return client.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
    }

    private void await(ServletWebServerApplicationContext shop, String path, Predicate<String> wanted)
            throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        String last = "";
        while (System.nanoTime() < end) {
            last = get(shop, path).body();
            if (wanted.test(last)) {
                return;
            }
            Thread.sleep(20);
        }
        throw new AssertionError("the last answer to " + path + " was " + last);
    }

    @Test
    void shop_serversStopAndReturn_healthMetricsAndAnswersFollow() throws Exception {
        try (ServletWebServerApplicationContext shop = (ServletWebServerApplicationContext) SpringApplication.run(
                ShopApplication.class,
                "--server.port=0",
                "--lvs.check-interval=100ms",
                "--lvs.services.orders.scheduler=rr",
                "--lvs.services.orders.servers=" + address(apple) + "," + address(banana))) {
            Set<String> answers = new TreeSet<>();
            for (int i = 0; i < 4; i++) {
                answers.add(get(shop, "/cart").body());
            }
            assertThat(answers).containsExactly("apple", "banana");
            assertThat(get(shop, "/actuator/health").body())
                    .contains("\"lvs\":{\"status\":\"UP\",\"details\":{\"orders\":\"2 servers\"}}");
            assertThat(get(shop, "/actuator/metrics").body()).contains("\"lvs.server.connections\"");
            await(shop, "/actuator/metrics/lvs.service.connections", text -> text.contains("\"value\":4"));

            int port = apple.getAddress().getPort();
            apple.stop(0);
            await(shop, "/actuator/health", text -> text.contains("\"orders\":\"1 servers\""));
            assertThat(get(shop, "/cart").body()).isEqualTo("banana");

            banana.stop(0);
            await(shop, "/actuator/health", text -> text.contains("\"lvs\":{\"status\":\"DOWN\""));
            assertThat(get(shop, "/actuator/health").statusCode()).isEqualTo(503);

            apple = server("apple again", port);
            await(shop, "/actuator/health", text -> text.contains("\"lvs\":{\"status\":\"UP\""));
            assertThat(get(shop, "/cart").body()).isEqualTo("apple again");
        }
    }
}
