package org.lvs4j.netty.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.lvs4j.Affinity;
import org.lvs4j.Director;
import org.lvs4j.DrainOptions;
import org.lvs4j.ServerListener;
import org.lvs4j.UnavailableException;
import org.lvs4j.net.Endpoint;
import org.lvs4j.netty.FreePort;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.HttpProtocol;

@Tag("slow")
final class BalancedHttpClientTest {
    private static final ServiceKey ORDERS = ServiceKey.named("orders");
    private static final String NAME = "orders.example";

    @TempDir
    private static Path directory;

    private static SSLContext tls;
    private static KeyManagerFactory keys;

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<HttpServer> servers = new ArrayList<>();
    private final AtomicInteger answered = new AtomicInteger();
    private final Director director = Director.builder().linger(false).build();
    private volatile CountDownLatch held = new CountDownLatch(0);

    BalancedHttpClientTest() {
        director.addService(VirtualService.of(ORDERS, "rr"));
    }

    /** A key whose certificate is for the name of the service, and for nothing else. */
    @BeforeAll
    static void makeKey() throws Exception {
        Path file = directory.resolve("key.p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "key",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=" + NAME,
                        "-ext",
                        "SAN=dns:" + NAME,
                        "-validity",
                        "2",
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        file.toString(),
                        "-storepass",
                        "password")
                .redirectErrorStream(true)
                .start();
        keytool.getInputStream().readAllBytes();
        assertThat(keytool.waitFor()).isZero();
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(file)) {
            store.load(in, "password".toCharArray());
        }
        keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, "password".toCharArray());
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("key", store.getCertificate("key"));
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        tls = SSLContext.getInstance("TLS");
        tls.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
    }

    @AfterEach
    void stop() {
        held.countDown();
        servers.forEach(server -> server.stop(0));
        threads.shutdownNow();
    }

    private HttpServer start(String scheme) throws IOException {
        InetSocketAddress any = new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0);
        HttpServer server;
        if (scheme.equals("https")) {
            HttpsServer secure = HttpsServer.create(any, 100);
            secure.setHttpsConfigurator(new HttpsConfigurator(tls));
            server = secure;
        } else {
            server = HttpServer.create(any, 100);
        }
        server.createContext("/", this::answer);
        server.setExecutor(threads);
        server.start();
        servers.add(server);
        return server;
    }

    private void answer(HttpExchange exchange) throws IOException {
        String text = exchange.getLocalAddress().getPort() + " "
                + exchange.getRequestHeaders().getFirst("Host") + " "
                + exchange.getRequestURI().getPath();
        try {
            assertThat(held.await(20, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        answered.incrementAndGet();
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(200, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    private static RealServer real(HttpServer server) {
        return RealServer.of("127.0.0.1:" + server.getAddress().getPort());
    }

    private BalancedHttpClient client() {
        return BalancedHttpClient.builder(director, ORDERS)
                .settings(() -> HttpClient.newBuilder().sslContext(tls))
                .attempts(3)
                .build();
    }

    private static HttpRequest request(String scheme) {
        return HttpRequest.newBuilder(URI.create(scheme + "://" + NAME + "/cart?x=1"))
                .timeout(Duration.ofSeconds(20))
                .build();
    }

    private void assertReleased() throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (active() != 0 && System.nanoTime() < end) {
            Thread.sleep(5);
        }
        assertThat(active()).isZero();
    }

    private int active() {
        return director.service(ORDERS).servers().stream()
                .mapToInt(server -> server.active() + server.inactive())
                .sum();
    }

    @ParameterizedTest
    @ValueSource(strings = {"http", "https"})
    void send_threeServers_eachInTurnWithTheNameOfTheService(String scheme) throws Exception {
        for (int i = 0; i < 3; i++) {
            director.addServer(ORDERS, real(start(scheme)));
        }
        Map<String, Integer> ports = new TreeMap<>();
        try (BalancedHttpClient client = client()) {
            for (int i = 0; i < 9; i++) {
                HttpResponse<String> answer = client.send(request(scheme), BodyHandlers.ofString());
                String[] words = answer.body().split(" ");
                ports.merge(words[0], 1, Integer::sum);
                assertThat(words[1]).isEqualTo(NAME);
                assertThat(words[2]).isEqualTo("/cart");
                if (scheme.equals("https")) {
                    assertThat(((ExtendedSSLSession) answer.sslSession().orElseThrow()).getRequestedServerNames())
                            .hasToString("[type=host_name (0), value=" + NAME + "]");
                }
            }
            assertReleased();
        }
        assertThat(ports)
                .hasSize(3)
                .allSatisfy((port, count) -> assertThat(count).isEqualTo(3));
    }

    @Test
    void send_certificateOfAnotherName_refused() throws Exception {
        director.addServer(ORDERS, real(start("https")));
        try (BalancedHttpClient client = client()) {
            HttpRequest other =
                    HttpRequest.newBuilder(URI.create("https://other.example/")).build();
            assertThatThrownBy(() -> client.send(other, BodyHandlers.ofString()))
                    .isInstanceOf(IOException.class)
                    .hasStackTraceContaining("other.example");
            assertReleased();
        }
        assertThat(answered).hasValue(0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"http", "https"})
    void send_serversCannotBeReached_othersAnswerAnyMethod(String scheme) throws Exception {
        List<Endpoint> failed = new ArrayList<>();
        director.addServerListener(new ServerListener() {
            @Override
            public void failed(ServiceKey service, Endpoint server, Throwable cause) {
                failed.add(server);
            }

            @Override
            public void answered(ServiceKey service, Endpoint server) {}
        });
        for (int i = 0; i < 2; i++) {
            try (ServerSocket closed = new ServerSocket(FreePort.next(), 1, InetAddress.getByName("127.0.0.1"))) {
                director.addServer(ORDERS, RealServer.of("127.0.0.1:" + closed.getLocalPort()));
            }
        }
        director.addServer(ORDERS, real(start(scheme)));
        try (BalancedHttpClient client = client()) {
            for (int i = 0; i < 6; i++) {
                HttpRequest post = HttpRequest.newBuilder(request(scheme).uri())
                        .POST(BodyPublishers.ofString("once"))
                        .build();
                assertThat(client.send(post, BodyHandlers.ofString()).statusCode())
                        .isEqualTo(200);
            }
            assertReleased();
        }
        assertThat(answered).hasValue(6);
        assertThat(failed).isNotEmpty();
    }

    @Test
    void send_serverEndsWithoutAnAnswer_repeatedOnlyIfThatIsSafe() throws Exception {
        try (ServerSocket rude = new ServerSocket(FreePort.next(), 100, InetAddress.getByName("127.0.0.1"))) {
            AtomicInteger asked = new AtomicInteger();
            threads.execute(() -> {
                while (!rude.isClosed()) {
                    try (var socket = rude.accept()) {
                        asked.incrementAndGet();
                        socket.getInputStream().read();
                        socket.setSoLinger(true, 0);
                    } catch (IOException e) {
                        return;
                    }
                }
            });
            director.addServer(ORDERS, RealServer.of("127.0.0.1:" + rude.getLocalPort()));
            HttpServer up = start("http");
            director.addServer(ORDERS, real(up));
            int failures = 0;
            try (BalancedHttpClient client = client()) {
                for (int i = 0; i < 4; i++) {
                    assertThat(client.send(request("http"), BodyHandlers.ofString())
                                    .statusCode())
                            .isEqualTo(200);
                }
                for (int i = 0; i < 4; i++) {
                    try {
                        client.send(
                                HttpRequest.newBuilder(request("http").uri())
                                        .POST(BodyPublishers.ofString("once"))
                                        .build(),
                                BodyHandlers.ofString());
                    } catch (IOException e) {
                        failures++;
                    }
                }
                assertReleased();
            }
            assertThat(failures).isEqualTo(2);
            assertThat(asked.get()).isGreaterThanOrEqualTo(4);
        }
    }

    @Test
    void sendAsync_running_isCountedUntilTheAnswerIsReadOrCancelled() throws Exception {
        director.addServer(ORDERS, real(start("http")));
        held = new CountDownLatch(1);
        try (BalancedHttpClient client = client()) {
            List<CompletableFuture<HttpResponse<String>>> running = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                running.add(client.sendAsync(request("http"), BodyHandlers.ofString()));
            }
            assertThat(active()).isEqualTo(5);
            running.get(0).cancel(true);
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
            while (active() != 4 && System.nanoTime() < end) {
                Thread.sleep(5);
            }
            assertThat(active()).isEqualTo(4);
            held.countDown();
            for (CompletableFuture<HttpResponse<String>> each : running.subList(1, 5)) {
                assertThat(each.get(20, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
            }
            assertReleased();
        }
    }

    @Test
    void send_affinity_sameServer() throws Exception {
        director.editService(VirtualService.of(ORDERS, "mh"));
        for (int i = 0; i < 3; i++) {
            director.addServer(ORDERS, real(start("http")));
        }
        try (BalancedHttpClient client = client()) {
            String first = client.send(request("http"), Affinity.of("alice"), BodyHandlers.ofString())
                    .body();
            for (int i = 0; i < 5; i++) {
                assertThat(client.send(request("http"), Affinity.of("alice"), BodyHandlers.ofString())
                                .body())
                        .isEqualTo(first);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"http", "https"})
    void load_oneKilledOneDrainedOneAdded_noErrorButOfTheKilledOne(String scheme) throws Exception {
        List<HttpServer> three = List.of(start(scheme), start(scheme), start(scheme));
        for (HttpServer server : three) {
            director.addServer(ORDERS, real(server));
        }
        AtomicInteger errors = new AtomicInteger();
        AtomicInteger done = new AtomicInteger();
        try (BalancedHttpClient client = client()) {
            List<Thread> load = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                Thread thread = new Thread(() -> {
                    while (!Thread.currentThread().isInterrupted()) {
                        try {
                            client.send(request(scheme), BodyHandlers.ofString());
                            done.incrementAndGet();
                        } catch (IOException e) {
                            errors.incrementAndGet();
                        } catch (InterruptedException e) {
                            return;
                        }
                    }
                });
                thread.start();
                load.add(thread);
            }
            awaitDone(done, 100);
            three.get(0).stop(0);
            awaitDone(done, 100);
            director.removeServer(ORDERS, real(three.get(0)).endpoint());
            director.drain(ORDERS, real(three.get(1)).endpoint(), DrainOptions.within(Duration.ofSeconds(1)));
            awaitDone(done, 100);
            HttpServer fourth = start(scheme);
            director.addServer(ORDERS, real(fourth));
            awaitDone(done, 200);
            assertThat(director.service(ORDERS).servers())
                    .filteredOn(server -> server.server().equals(real(fourth)))
                    .allSatisfy(
                            server -> assertThat(server.traffic().connections()).isGreaterThan(20));
            load.forEach(Thread::interrupt);
            for (Thread thread : load) {
                thread.join();
            }
            assertReleased();
        }
        assertThat(errors).as("all requests may be repeated").hasValue(0);
    }

    /** A server of HTTP/2 whose answers come after some time. */
    private static DisposableServer startHttp2() throws Exception {
        SslContext secure = SslContextBuilder.forServer(keys)
                .applicationProtocolConfig(new ApplicationProtocolConfig(
                        ApplicationProtocolConfig.Protocol.ALPN,
                        ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
                        ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
                        ApplicationProtocolNames.HTTP_2))
                .build();
        return reactor.netty.http.server.HttpServer.create()
                .host("127.0.0.1")
                .port(0)
                .protocol(HttpProtocol.H2)
                .secure(spec -> spec.sslContext(secure))
                .handle((request, response) -> response.sendString(
                        Mono.just("from " + "x".repeat(20_000)).delayElement(Duration.ofMillis(5))))
                .bindNow();
    }

    @Test
    void http2_oneKilledOneRemovedOneAddedSomeCancelled_noErrorAndNothingCounted() throws Exception {
        List<DisposableServer> all = List.of(startHttp2(), startHttp2(), startHttp2(), startHttp2());
        List<RealServer> reals = all.stream()
                .map(server -> RealServer.of("127.0.0.1:" + server.port()))
                .collect(Collectors.toList());
        director.addServer(ORDERS, reals.get(0));
        director.addServer(ORDERS, reals.get(1));
        director.addServer(ORDERS, reals.get(2));
        try (BalancedHttpClient client = client()) {
            List<CompletableFuture<HttpResponse<String>>> running = new ArrayList<>();
            for (int i = 0; i < 300; i++) {
                CompletableFuture<HttpResponse<String>> answer =
                        client.sendAsync(request("https"), BodyHandlers.ofString());
                if (i % 10 == 0) {
                    answer.cancel(true);
                } else {
                    running.add(answer);
                }
                if (i % 20 == 19) {
                    running.get(running.size() - 15).get(20, TimeUnit.SECONDS);
                }
                if (i == 100) {
                    director.addServer(ORDERS, reals.get(3));
                } else if (i == 150) {
                    director.removeServer(ORDERS, reals.get(0).endpoint());
                } else if (i == 200) {
                    // In order: a stream that has begun is finished, one that has not is repeated.
                    all.get(1).disposeNow(Duration.ofSeconds(20));
                }
            }
            for (CompletableFuture<HttpResponse<String>> each : running) {
                HttpResponse<String> answer = each.get(20, TimeUnit.SECONDS);
                assertThat(answer.version()).isEqualTo(HttpClient.Version.HTTP_2);
                assertThat(answer.body()).hasSize(20_005);
            }
            assertReleased();
        } finally {
            all.forEach(server -> server.disposeNow(Duration.ofSeconds(20)));
        }
    }

    private static void awaitDone(AtomicInteger done, int more) throws InterruptedException {
        int wanted = done.get() + more;
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (done.get() < wanted) {
            assertThat(System.nanoTime()).isLessThan(end);
            Thread.sleep(5);
        }
    }

    @Test
    void send_noServerOrClosed_refused() {
        BalancedHttpClient client = client();
        assertThatThrownBy(() -> client.send(request("http"), BodyHandlers.ofString()))
                .isInstanceOf(UnavailableException.class);
        client.close();
        client.close();
        assertThatThrownBy(() -> client.send(request("http"), BodyHandlers.ofString()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("the client is closed");
        assertThatThrownBy(() ->
                        BalancedHttpClient.builder(director, ORDERS).attempts(0).build())
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> BalancedHttpClient.builder(director, ORDERS)
                        .connectTimeout(Duration.ZERO)
                        .build())
                .isInstanceOf(IllegalArgumentException.class);
    }
}
