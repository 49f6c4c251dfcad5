package org.lvs4j.examples.embedded.kubernetes;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lvs4j.discovery.FoundServer;
import org.lvs4j.discovery.ServerSource;

/** Against an HTTP server that plays the API. */
@Tag("slow")
final class EndpointSliceSourceTest {
    private static final String END = "";

    @TempDir
    Path directory;

    private final BlockingQueue<Object> told = new LinkedBlockingQueue<>();
    private final Queue<String> lists = new ConcurrentLinkedQueue<>();
    /** Lines of watches, each of which an empty line ends. */
    private final BlockingQueue<String> events = new LinkedBlockingQueue<>();

    private final Queue<String> requests = new ConcurrentLinkedQueue<>();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private HttpServer api;
    private Path token;
    private ServerSource.Subscription subscription;
    private volatile int status = 200;

    @BeforeEach
    void start() throws IOException {
        token = Files.writeString(directory.resolve("token"), "first\n");
        api = HttpServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 0);
        api.setExecutor(threads);
        api.createContext("/apis/discovery.k8s.io/v1/namespaces/shop/endpointslices", this::answer);
        api.start();
    }

    @AfterEach
    void end() {
        subscription.close();
        threads.shutdownNow();
        api.stop(0);
    }

    private void answer(HttpExchange exchange) throws IOException {
        String query = exchange.getRequestURI().getQuery();
        requests.add(exchange.getRequestHeaders().getFirst("Authorization") + " " + query);
        try (exchange) {
            exchange.sendResponseHeaders(status, 0);
            if (status != 200) {
                return;
            }
            if (!query.contains("watch=1")) {
                exchange.getResponseBody().write(lists.remove().getBytes(UTF_8));
                return;
            }
            exchange.getResponseBody().flush();
            for (String line = events.take(); !line.equals(END); line = events.take()) {
                exchange.getResponseBody().write((line + "\n").getBytes(UTF_8));
                exchange.getResponseBody().flush();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void subscribe() {
        URI uri = URI.create("http://127.0.0.1:" + api.getAddress().getPort());
        subscription = new EndpointSliceSource(HttpClient.newHttpClient(), uri, token, "shop", "orders", "http")
                .subscribe(new ServerSource.Observer() {
                    @Override
                    public void found(Collection<FoundServer> servers) {
                        told.add(servers.stream()
                                .map(server -> server.endpoint() + " " + server.weight())
                                .toList());
                    }

                    @Override
                    public void failed(Throwable cause) {
                        told.add(String.valueOf(cause.getMessage()));
                    }
                });
    }

    private Object next() throws InterruptedException {
        return told.poll(20, TimeUnit.SECONDS);
    }

    private static String list(String version, String... slices) {
        return "{\"metadata\": {\"resourceVersion\": \"" + version + "\"}, \"items\": [" + String.join(",", slices)
                + "]}";
    }

    private static String slice(String name, String version, String... endpoints) {
        return ("{'metadata': {'name': '" + name + "', 'resourceVersion': '" + version + "'}, 'addressType': 'IPv4',"
                        + "'ports': [{'name': 'admin', 'port': 9}, {'name': 'http', 'port': 8080}],"
                        + "'endpoints': [" + String.join(",", endpoints) + "]}")
                .replace('\'', '"');
    }

    private static String pod(String address, String conditions) {
        return "{'addresses': ['" + address + "'], 'conditions': {" + conditions + "}}";
    }

    private static String event(String type, String object) {
        return "{\"type\": \"" + type + "\", \"object\": " + object + "}";
    }

    @Test
    void slices_listedAndWatched_mergedWithTheConditionsOfTheirPods() throws Exception {
        lists.add(list(
                "10",
                slice(
                        "a",
                        "8",
                        pod("10.0.0.1", "'ready': true, 'serving': true, 'terminating': false"),
                        pod("10.0.0.2", "'ready': false, 'serving': false, 'terminating': false"),
                        pod("10.0.0.3", "")),
                slice("b", "9", pod("fd00::1", "'ready': null"), pod("10.0.0.1", "'ready': true"))));
        subscribe();
        assertThat(next()).isEqualTo(List.of("10.0.0.1:8080 1", "10.0.0.3:8080 1", "[fd00::1]:8080 1"));
        events.add(event(
                "MODIFIED",
                slice(
                        "a",
                        "11",
                        pod("10.0.0.3", "'ready': false, 'serving': true, 'terminating': true"),
                        pod("10.0.0.4", "'ready': false, 'serving': false, 'terminating': true"))));
        assertThat(next())
                .as("the first pod is in the other slice too")
                .isEqualTo(List.of("10.0.0.1:8080 1", "10.0.0.3:8080 0", "[fd00::1]:8080 1"));
        events.add(event("DELETED", slice("b", "12")));
        assertThat(next()).isEqualTo(List.of("10.0.0.3:8080 0"));
        events.add(event("ADDED", slice("c", "13", pod("10.0.0.5", ""))));
        assertThat(next()).isEqualTo(List.of("10.0.0.3:8080 0", "10.0.0.5:8080 1"));
    }

    @Test
    void slice_withoutEndpoints_isNullAsTheApiWritesIt() throws Exception {
        String none = slice("b", "9").replace("[]", "null");
        lists.add(list("10", slice("a", "8", pod("10.0.0.1", "")), none));
        subscribe();
        assertThat(next()).isEqualTo(List.of("10.0.0.1:8080 1"));
        events.add(event("MODIFIED", slice("b", "11", pod("10.0.0.2", ""))));
        assertThat(next()).isEqualTo(List.of("10.0.0.1:8080 1", "10.0.0.2:8080 1"));
        events.add(event("MODIFIED", slice("a", "12").replace("[]", "null")));
        assertThat(next()).isEqualTo(List.of("10.0.0.2:8080 1"));
    }

    @Test
    void watch_ended_goesOnFromTheBookmarkWithTheNewToken() throws Exception {
        lists.add(list("10", slice("a", "8", pod("10.0.0.1", ""))));
        subscribe();
        assertThat(next()).isEqualTo(List.of("10.0.0.1:8080 1"));
        Files.writeString(token, "second\n");
        events.add(event("BOOKMARK", "{\"metadata\": {\"resourceVersion\": \"20\"}}"));
        events.add(END);
        events.add(event("ADDED", slice("b", "21", pod("10.0.0.2", ""))));
        assertThat(next()).isEqualTo(List.of("10.0.0.1:8080 1", "10.0.0.2:8080 1"));
        assertThat(requests).hasSize(3);
        assertThat(requests).first().isEqualTo("Bearer first labelSelector=kubernetes.io/service-name=orders");
        assertThat(requests)
                .last()
                .asString()
                .startsWith("Bearer second ")
                .endsWith("&watch=1&allowWatchBookmarks=true&timeoutSeconds=240&resourceVersion=20");
    }

    @Test
    void watch_versionIsGone_listedAgain() throws Exception {
        lists.add(list("10", slice("a", "8", pod("10.0.0.1", ""))));
        lists.add(list("50", slice("c", "49", pod("10.0.0.9", ""))));
        subscribe();
        assertThat(next()).isEqualTo(List.of("10.0.0.1:8080 1"));
        events.add(event("ERROR", "{\"code\": 410, \"message\": \"too old resource version\"}"));
        assertThat(next()).isEqualTo(List.of("10.0.0.9:8080 1"));
    }

    @Test
    void list_refused_reportedAndTriedAgain() throws Exception {
        status = 403;
        lists.add(list("10", slice("a", "8", pod("10.0.0.1", ""))));
        subscribe();
        assertThat(next()).asString().startsWith("Kubernetes answers 403: /apis/discovery.k8s.io/");
        status = 200;
        assertThat(next()).isEqualTo(List.of("10.0.0.1:8080 1"));
    }

    @Test
    void close_whileItWatches_threadEnds() throws Exception {
        lists.add(list("10", slice("a", "8", pod("10.0.0.1", ""))));
        subscribe();
        assertThat(next()).isEqualTo(List.of("10.0.0.1:8080 1"));
        Thread thread = watching().findFirst().orElseThrow();
        subscription.close();
        thread.join(20_000);
        assertThat(thread.isAlive()).isFalse();
        assertThat(told).isEmpty();
    }

    private static Stream<Thread> watching() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("endpoint-slices") && thread.isAlive());
    }
}
