package org.lvs4j.netty.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpResponse.BodySubscribers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.lvs4j.Connection;
import org.lvs4j.Director;
import org.lvs4j.ServerListener;
import org.lvs4j.UnavailableException;
import org.lvs4j.net.Endpoint;
import org.lvs4j.netty.FreePort;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

/** Whose fault a failed request is, and what remains of it. */
@Tag("slow")
@Timeout(60)
final class BalancedHttpFailuresTest {
    private static final ServiceKey ORDERS = ServiceKey.named("orders");
    private static final URI CART = URI.create("http://orders.example/cart");

    private final Director director = Director.builder().linger(false).build();
    private final List<RawServer> servers = new ArrayList<>();
    private final Queue<Endpoint> failed = new ConcurrentLinkedQueue<>();
    private final BalancedHttpClient client =
            BalancedHttpClient.builder(director, ORDERS).attempts(3).build();

    BalancedHttpFailuresTest() {
        director.addService(VirtualService.of(ORDERS, "rr"));
        director.addServerListener(new ServerListener() {
            @Override
            public void failed(ServiceKey service, Endpoint server, Throwable cause) {
                failed.add(server);
            }

            @Override
            public void answered(ServiceKey service, Endpoint server) {}
        });
    }

    @AfterEach
    void stop() throws IOException {
        client.close();
        for (RawServer server : servers) {
            server.close();
        }
    }

    /** What a server does with one connection. */
    private interface Script {
        void run(Socket socket, BufferedReader in) throws Exception;
    }

    /** A server that notes the lines of requests. */
    private static final class RawServer implements AutoCloseable {
        final Queue<String> asked = new ConcurrentLinkedQueue<>();
        private final ServerSocket listening =
                new ServerSocket(FreePort.next(), 100, InetAddress.getByName("127.0.0.1"));
        private final Queue<Socket> open = new ConcurrentLinkedQueue<>();

        RawServer(Script script) throws IOException {
            Thread accepting = new Thread(() -> {
                while (true) {
                    try {
                        Socket socket = listening.accept();
                        open.add(socket);
                        Thread serving = new Thread(() -> serve(socket, script));
                        serving.setDaemon(true);
                        serving.start();
                    } catch (IOException e) {
                        return;
                    }
                }
            });
            accepting.setDaemon(true);
            accepting.start();
        }

        private void serve(Socket socket, Script script) {
            try (socket) {
                BufferedReader in =
                        new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
                for (String line = in.readLine(); line != null; line = in.readLine()) {
                    asked.add(line);
                    int length = 0;
                    for (String field = in.readLine(); field != null && !field.isEmpty(); field = in.readLine()) {
                        if (field.toLowerCase(java.util.Locale.ROOT).startsWith("content-length: ")) {
                            length = Integer.parseInt(field.substring("content-length: ".length()));
                        }
                    }
                    for (int i = 0; i < length; i++) {
                        if (in.read() < 0) {
                            return;
                        }
                    }
                    script.run(socket, in);
                }
            } catch (Exception e) {
                // The client has gone.
            }
        }

        RealServer real() {
            return RealServer.of("127.0.0.1:" + listening.getLocalPort());
        }

        @Override
        public void close() throws IOException {
            listening.close();
            for (Socket socket : open) {
                socket.close();
            }
        }
    }

    /** A server that ends each connection when the first byte has come, so that no handshake of TLS succeeds. */
    private ServerSocket startRude() throws IOException {
        ServerSocket rude = new ServerSocket(FreePort.next(), 100, InetAddress.getByName("127.0.0.1"));
        Thread accepting = new Thread(() -> {
            while (!rude.isClosed()) {
                try (Socket socket = rude.accept()) {
                    socket.getInputStream().read();
                } catch (IOException e) {
                    // Closed, or the client has gone.
                }
            }
        });
        accepting.setDaemon(true);
        accepting.start();
        director.addServer(ORDERS, RealServer.of("127.0.0.1:" + rude.getLocalPort()));
        return rude;
    }

    private static Endpoint endpoint(ServerSocket server) {
        return RealServer.of("127.0.0.1:" + server.getLocalPort()).endpoint();
    }

    private RawServer start(Script script) throws IOException {
        RawServer server = new RawServer(script);
        servers.add(server);
        director.addServer(ORDERS, server.real());
        return server;
    }

    private static void write(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static void ok(Socket socket, BufferedReader in) throws IOException {
        write(socket, "HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nbody");
    }

    private static void reset(Socket socket, BufferedReader in) throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    private static HttpRequest.Builder get() {
        return HttpRequest.newBuilder(CART).timeout(Duration.ofSeconds(20));
    }

    private <T> HttpResponse<T> send(boolean waits, HttpRequest request, BodyHandler<T> body) throws Exception {
        if (waits) {
            return client.send(request, body);
        }
        try {
            return client.sendAsync(request, body).get(20, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw (Exception) e.getCause();
        }
    }

    private int counted() {
        return director.service(ORDERS).servers().stream()
                .mapToInt(server -> server.active() + server.inactive())
                .sum();
    }

    private void awaitNothingCounted() throws InterruptedException {
        await("nothing is counted", () -> counted() == 0);
    }

    private static void await(String what, BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("waited too long: %s", what).isLessThan(end);
            Thread.sleep(2);
        }
    }

    /** Makes builders of clients, and notes where their tunnels are. */
    private static HttpClient.Builder noting(HttpClient.Builder builder, Queue<InetSocketAddress> tunnels) {
        return (HttpClient.Builder) Proxy.newProxyInstance(
                HttpClient.Builder.class.getClassLoader(),
                new Class<?>[] {HttpClient.Builder.class},
                (proxy, method, arguments) -> {
                    if (method.getName().equals("proxy")) {
                        tunnels.add((InetSocketAddress) ((ProxySelector) arguments[0])
                                .select(CART)
                                .get(0)
                                .address());
                    }
                    Object result = method.invoke(builder, arguments);
                    return result == builder ? proxy : result;
                });
    }

    private static boolean listens(InetSocketAddress address) {
        try (Socket socket = new Socket()) {
            socket.connect(address);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private int asked() {
        return servers.stream().mapToInt(server -> server.asked.size()).sum();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void handler_throws_askedOnceAndNoServerBlamed(boolean waits) throws Exception {
        start(BalancedHttpFailuresTest::ok);
        start(BalancedHttpFailuresTest::ok);
        Throwable thrown = catchThrowable(() -> send(waits, get().build(), head -> {
            throw new IllegalStateException("of the application");
        }));
        assertThat(thrown).hasStackTraceContaining("of the application");
        awaitNothingCounted();
        assertThat(failed).isEmpty();
        assertThat(asked()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void body_cannotBeParsed_askedOnceAndNoServerBlamed(boolean waits) throws Exception {
        start(BalancedHttpFailuresTest::ok);
        start(BalancedHttpFailuresTest::ok);
        Throwable thrown = catchThrowable(() -> send(
                waits,
                get().build(),
                head -> BodySubscribers.mapping(BodySubscribers.ofString(StandardCharsets.US_ASCII), text -> {
                    throw new UncheckedIOException(new IOException("not JSON"));
                })));
        assertThat(thrown).hasStackTraceContaining("not JSON");
        awaitNothingCounted();
        assertThat(failed).isEmpty();
        assertThat(asked()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void body_fileCannotBeWritten_askedOnceAndNoServerBlamed(boolean waits, @TempDir Path directory) throws Exception {
        start(BalancedHttpFailuresTest::ok);
        start(BalancedHttpFailuresTest::ok);
        BodyHandler<Path> handler =
                BodyHandlers.ofFile(directory.resolve("missing").resolve("file"));
        assertThatThrownBy(() -> send(waits, get().build(), handler)).isInstanceOf(IOException.class);
        awaitNothingCounted();
        assertThat(failed).isEmpty();
        assertThat(asked()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void requestBody_cannotBeRepeated_onlyTheServerThatFailedIsBlamed(boolean waits) throws Exception {
        RawServer first = start(BalancedHttpFailuresTest::reset);
        RawServer second = start(BalancedHttpFailuresTest::ok);
        RawServer third = start(BalancedHttpFailuresTest::ok);
        // Round robin begins with the server that was added last.
        Queue<RawServer> order = new ArrayDeque<>(List.of(third, second, first));
        while (order.remove() != first) {
            send(waits, get().build(), BodyHandlers.ofString());
        }
        int before = asked();
        Queue<InputStream> streams = new ArrayDeque<>(List.of(new ByteArrayInputStream(new byte[3])));
        HttpRequest put = get().PUT(BodyPublishers.fromPublisher(BodyPublishers.ofInputStream(streams::poll), 3))
                .build();
        Throwable thrown = catchThrowable(() -> send(waits, put, BodyHandlers.ofString()));
        assertThat(thrown).isInstanceOf(IOException.class);
        assertThat(thrown.getSuppressed()).as("the failure of the first server").hasSize(1);
        awaitNothingCounted();
        assertThat(failed).containsExactly(first.real().endpoint());
        assertThat(asked() - before).isLessThanOrEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void streamedBody_serverFailsBeforeItsEnd_reported(boolean waits) throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        RawServer server = start((socket, in) -> {
            write(socket, "HTTP/1.1 200 OK\r\ncontent-length: 40\r\n\r\nbody");
            go.await();
            reset(socket, in);
        });
        HttpResponse<InputStream> answer = send(waits, get().build(), BodyHandlers.ofInputStream());
        assertThat(counted()).isEqualTo(1);
        go.countDown();
        assertThatThrownBy(() -> answer.body().readAllBytes()).isInstanceOf(IOException.class);
        awaitNothingCounted();
        await("the failure is reported", () -> !failed.isEmpty());
        assertThat(failed).containsExactly(server.real().endpoint());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void streamedBody_closedEarly_notReported(boolean waits) throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        start((socket, in) -> {
            write(socket, "HTTP/1.1 200 OK\r\ncontent-length: 40\r\n\r\nbody");
            go.await();
        });
        HttpResponse<InputStream> answer = send(waits, get().build(), BodyHandlers.ofInputStream());
        assertThat(answer.body().read()).isEqualTo('b');
        answer.body().close();
        awaitNothingCounted();
        go.countDown();
        assertThat(failed).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "http://orders.example, /",
        "http://orders.example?x=1, /?x=1",
        "http://orders.example:8080/cart#top, /cart",
        "http://alice:secret@orders.example/cart?x=%20y#top, /cart?x=%20y",
        "http://[::1]:81/cart, /cart",
        "http://alice@[::1], /"
    })
    void target_anyUri_absoluteWithPathOnly(String uri, String path) throws Exception {
        RawServer server = start(BalancedHttpFailuresTest::ok);
        HttpRequest request = HttpRequest.newBuilder(URI.create(uri)).build();
        assertThat(client.send(request, BodyHandlers.ofString()).body()).isEqualTo("body");
        String authority = URI.create(uri).getRawAuthority();
        assertThat(server.asked)
                .containsExactly("GET http://" + authority.substring(authority.indexOf('@') + 1) + path + " HTTP/1.1");
    }

    @Test
    void sendAsync_completedByTheApplication_endsTheRequest() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        start((socket, in) -> {
            go.await();
            // More than is buffered while nobody reads.
            write(socket, "HTTP/1.1 200 OK\r\ncontent-length: 8000000\r\n\r\n");
            socket.getOutputStream().write(new byte[8_000_000]);
        });
        CompletableFuture<HttpResponse<InputStream>> answer =
                client.sendAsync(get().build(), BodyHandlers.ofInputStream());
        await("the server is asked", () -> asked() == 1);
        answer.orTimeout(1, TimeUnit.MILLISECONDS);
        await("the application waits no longer", answer::isDone);
        go.countDown();
        awaitNothingCounted();
        assertThat(failed).isEmpty();
    }

    @Test
    void sendAsync_cancelledWithinTheBody_notReported() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        CountDownLatch begun = new CountDownLatch(1);
        start((socket, in) -> {
            write(socket, "HTTP/1.1 200 OK\r\ncontent-length: 40\r\n\r\nbody");
            go.await();
        });
        CompletableFuture<HttpResponse<String>> answer = client.sendAsync(get().build(), head -> {
            begun.countDown();
            return BodySubscribers.ofString(StandardCharsets.US_ASCII);
        });
        assertThat(begun.await(20, TimeUnit.SECONDS)).isTrue();
        answer.cancel(true);
        awaitNothingCounted();
        go.countDown();
        assertThat(failed).isEmpty();
        assertThat(asked()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void send_interrupted_endsWithoutReport(boolean head) throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        start((socket, in) -> {
            if (head) {
                write(socket, "HTTP/1.1 200 OK\r\ncontent-length: 40\r\n\r\nbody");
            }
            go.await();
        });
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        Thread thread =
                new Thread(() -> thrown.set(catchThrowable(() -> client.send(get().build(), BodyHandlers.ofString()))));
        thread.start();
        await("the server is asked", () -> asked() == 1);
        thread.interrupt();
        thread.join();
        assertThat(thrown.get()).isInstanceOf(InterruptedException.class);
        awaitNothingCounted();
        go.countDown();
        assertThat(failed).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "HEAD, 200, content-length: 4",
        "GET, 204, x: y",
        "GET, 304, etag: y",
        "GET, 200, content-length: 0",
        "DELETE, 205, content-length: 0"
    })
    void answer_withoutBody_nothingCountedAlthoughNobodyReads(String method, int status, String field)
            throws Exception {
        start((socket, in) -> write(socket, "HTTP/1.1 " + status + " Fine\r\n" + field + "\r\n\r\n"));
        for (boolean waits : new boolean[] {true, false}) {
            HttpRequest request = get().method(method, BodyPublishers.noBody()).build();
            assertThat(send(waits, request, BodyHandlers.ofInputStream()).statusCode())
                    .isEqualTo(status);
            assertThat(send(waits, request, BodyHandlers.discarding()).statusCode())
                    .isEqualTo(status);
            awaitNothingCounted();
        }
        assertThat(failed).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void listener_throws_answersAllTheSame(boolean waits) throws Exception {
        director.addServerListener(new ServerListener() {
            @Override
            public void failed(ServiceKey service, Endpoint server, Throwable cause) {
                throw new IllegalStateException("of a listener");
            }

            @Override
            public void answered(ServiceKey service, Endpoint server) {
                throw new IllegalStateException("of a listener");
            }
        });
        start(BalancedHttpFailuresTest::reset);
        start(BalancedHttpFailuresTest::ok);
        for (int i = 0; i < 4; i++) {
            assertThat(send(waits, get().build(), BodyHandlers.ofString()).body())
                    .isEqualTo("body");
        }
        awaitNothingCounted();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void close_tunnelledRequestRunning_endsWithoutReportOrAnotherAttempt(boolean waits) throws Exception {
        MultiThreadIoEventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        Queue<InetSocketAddress> tunnels = new ConcurrentLinkedQueue<>();
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        CountDownLatch connected = new CountDownLatch(1);
        try (ServerSocket silent = new ServerSocket(FreePort.next(), 100, InetAddress.getByName("127.0.0.1"));
                ServerSocket other = new ServerSocket(FreePort.next(), 100, InetAddress.getByName("127.0.0.1"))) {
            for (ServerSocket each : Arrays.asList(silent, other)) {
                director.addServer(ORDERS, RealServer.of("127.0.0.1:" + each.getLocalPort()));
                Thread accepting = new Thread(() -> {
                    try {
                        each.accept();
                        connected.countDown();
                        each.accept();
                    } catch (IOException e) {
                        // closed
                    }
                });
                accepting.setDaemon(true);
                accepting.start();
            }
            BalancedHttpClient secure = BalancedHttpClient.builder(director, ORDERS)
                    .eventLoops(loops)
                    .settings(() -> noting(HttpClient.newBuilder(), tunnels))
                    .attempts(3)
                    .build();
            HttpRequest request = HttpRequest.newBuilder(URI.create("https://orders.example/"))
                    .build();
            Thread thread = new Thread(() -> thrown.set(catchThrowable(() -> {
                if (waits) {
                    secure.send(request, BodyHandlers.ofString());
                } else {
                    secure.sendAsync(request, BodyHandlers.ofString()).get();
                }
            })));
            thread.start();
            assertThat(connected.await(20, TimeUnit.SECONDS)).isTrue();
            secure.close();
            thread.join();
            assertThat(thrown.get()).isInstanceOfAny(IOException.class, ExecutionException.class);
            awaitNothingCounted();
            assertThat(failed).isEmpty();
            assertThat(tunnels).isNotEmpty();
            await("no tunnel listens", () -> tunnels.stream().noneMatch(BalancedHttpFailuresTest::listens));
        } finally {
            loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).sync();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void service_removed_noTunnelLeft(boolean all) throws Exception {
        MultiThreadIoEventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        Queue<InetSocketAddress> tunnels = new ConcurrentLinkedQueue<>();
        try (ServerSocket server = startRude();
                BalancedHttpClient secure = BalancedHttpClient.builder(director, ORDERS)
                        .eventLoops(loops)
                        .settings(() -> noting(HttpClient.newBuilder(), tunnels))
                        .build()) {
            HttpRequest request = HttpRequest.newBuilder(URI.create("https://orders.example/"))
                    .timeout(Duration.ofSeconds(20))
                    .build();
            assertThatThrownBy(() -> secure.send(request, BodyHandlers.ofString()))
                    .isInstanceOf(IOException.class);
            assertThat(tunnels).isNotEmpty().allMatch(BalancedHttpFailuresTest::listens);
            if (all) {
                director.removeService(ORDERS);
            } else {
                director.removeServer(ORDERS, endpoint(server));
            }
            assertThat(tunnels).isNotEmpty();
            await("no tunnel listens", () -> tunnels.stream().noneMatch(BalancedHttpFailuresTest::listens));
        } finally {
            loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).sync();
        }
    }

    @Test
    void sendAsync_onAnEventLoopOfTheTunnels_works() throws Exception {
        MultiThreadIoEventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        try (ServerSocket server = startRude();
                BalancedHttpClient secure = BalancedHttpClient.builder(director, ORDERS)
                        .eventLoops(loops)
                        .settings(HttpClient::newBuilder)
                        .build()) {
            HttpRequest request = HttpRequest.newBuilder(URI.create("https://orders.example/"))
                    .timeout(Duration.ofSeconds(20))
                    .build();
            CompletableFuture<HttpResponse<String>> answer = loops.submit(
                            () -> secure.sendAsync(request, BodyHandlers.ofString()))
                    .get(20, TimeUnit.SECONDS);
            assertThatThrownBy(() -> answer.get(20, TimeUnit.SECONDS)).hasCauseInstanceOf(IOException.class);
            assertThat(failed).containsOnly(endpoint(server));
            awaitNothingCounted();
        } finally {
            loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).sync();
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Connection refused | true",
                "Tunnel failed, got: 502 | true",
                "Cannot assign requested address | false",
                "Too many open files | false",
                "Tunnel failed, got: 503 | false"
            })
    void failure_lackOfThisHost_noServerBlamed(String message, boolean ofServer) {
        director.addServer(ORDERS, RealServer.of("127.0.0.1:1"));
        try (Connection placed = director.open(ORDERS)) {
            HttpAttempt<Void> attempt = new HttpAttempt<>(placed, BodyHandlers.discarding(), () -> false);
            assertThat(attempt.isOfServer(new IOException(message))).isEqualTo(ofServer);
            attempt.report(new IOException(message));
            assertThat(failed).hasSize(ofServer ? 1 : 0);
        }
    }

    @Test
    void load_everyKindOfEnd_nothingCountedAtTheEnd() throws Exception {
        Script script = (socket, in) -> {
            switch (ThreadLocalRandom.current().nextInt(10)) {
                case 0 -> reset(socket, in);
                case 1 -> {
                    write(socket, "HTTP/1.1 200 OK\r\ncontent-length: 40\r\n\r\nbody");
                    reset(socket, in);
                }
                case 2 -> {
                    write(socket, "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nbody\r\n");
                    socket.close();
                }
                case 3 -> {
                    Thread.sleep(20);
                    ok(socket, in);
                }
                case 4 -> write(socket, "HTTP/1.1 204 Empty\r\n\r\n");
                case 5 -> write(socket, "not HTTP\r\n\r\n");
                default -> ok(socket, in);
            }
        };
        List<RawServer> three = List.of(start(script), start(script), start(script));
        List<Thread> callers = new ArrayList<>();
        Queue<Throwable> unexpected = new ConcurrentLinkedQueue<>();
        for (int i = 0; i < 4; i++) {
            Thread caller = new Thread(() -> {
                try {
                    for (int call = 0; call < 200; call++) {
                        oneOfMany();
                    }
                } catch (Throwable e) {
                    unexpected.add(e);
                }
            });
            caller.start();
            callers.add(caller);
        }
        int changes = 0;
        while (callers.stream().anyMatch(Thread::isAlive)) {
            RealServer changed = three.get(changes++ % 3).real();
            director.removeServer(ORDERS, changed.endpoint());
            Thread.sleep(5);
            director.addServer(ORDERS, changed);
            Thread.sleep(5);
        }
        assertThat(unexpected).isEmpty();
        awaitNothingCounted();
    }

    private void oneOfMany() throws Exception {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        HttpRequest.Builder builder = get().timeout(Duration.ofMillis(random.nextBoolean() ? 10 : 20_000));
        switch (random.nextInt(4)) {
            case 0 -> builder.POST(BodyPublishers.ofString("a body"));
            case 1 -> {
                Queue<InputStream> once = new ArrayDeque<>(List.of(new ByteArrayInputStream(new byte[3])));
                builder.PUT(BodyPublishers.fromPublisher(BodyPublishers.ofInputStream(once::poll), 3));
            }
            case 2 -> builder.method("HEAD", BodyPublishers.noBody());
            default -> builder.GET();
        }
        HttpRequest request = builder.build();
        try {
            switch (random.nextInt(6)) {
                case 0 -> client.send(request, BodyHandlers.ofString());
                case 1 -> {
                    try (InputStream in =
                            client.send(request, BodyHandlers.ofInputStream()).body()) {
                        in.read();
                    }
                }
                case 2 -> {
                    CompletableFuture<HttpResponse<String>> answer = client.sendAsync(request, BodyHandlers.ofString());
                    LockSupport.parkNanos(random.nextInt(1_000_000));
                    answer.cancel(true);
                }
                case 3 ->
                    client.sendAsync(request, BodyHandlers.ofInputStream())
                            .orTimeout(1 + random.nextInt(5), TimeUnit.MILLISECONDS)
                            .get()
                            .body()
                            .close();
                case 4 -> {
                    Thread.currentThread().interrupt();
                    client.send(request, BodyHandlers.ofString());
                }
                default ->
                    client.send(request, head -> {
                        throw new IllegalStateException("of the application");
                    });
            }
        } catch (IOException | InterruptedException | ExecutionException | UnavailableException e) {
            // As it may be.
        }
    }
}
