package org.lvs4j.examples.standalone;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** A target for Prometheus on loopback, which serves a page of meters at {@code /metrics}. */
final class MetricsTarget implements AutoCloseable {
    private final HttpServer server;

    private MetricsTarget(HttpServer server) {
        this.server = server;
    }

    static MetricsTarget start(Supplier<String> page) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/metrics", exchange -> {
            byte[] body = page.get().getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
        return new MetricsTarget(server);
    }

    String endpoint() {
        return "127.0.0.1:" + server.getAddress().getPort();
    }

    /** The configuration and the rules of {@code monitoring} in a directory, for these targets, with a second between scrapes. */
    static Path configuration(Path directory, MetricsTarget... targets) throws IOException {
        return configuration(
                directory, Arrays.stream(targets).map(MetricsTarget::endpoint).toArray(String[]::new));
    }

    /** Likewise, for other targets. */
    static Path configuration(Path directory, String... endpoints) throws IOException {
        Path monitoring = Path.of("monitoring");
        String list = Arrays.stream(endpoints)
                .map(endpoint -> "\"" + endpoint + "\"")
                .collect(Collectors.joining(", ", "targets: [", "]"));
        String text = Files.readString(monitoring.resolve("prometheus.yml"));
        String changed = text.replace("      - targets: [\"127.0.0.1:9110\"]", "      - " + list)
                .replace("scrape_interval: 15s", "scrape_interval: 1s")
                .replace("evaluation_interval: 15s", "evaluation_interval: 1s");
        if (!changed.contains(list) || changed.contains(": 15s")) {
            throw new IOException("prometheus.yml is not as expected:\n" + text);
        }
        Files.copy(monitoring.resolve("rules.yml"), directory.resolve("rules.yml"));
        return Files.writeString(directory.resolve("prometheus.yml"), changed);
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
