package org.lvs4j.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.lvs4j.admin.AdminClient.head;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.UnixDomainSocketAddress;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.lvs4j.ConfigurationChange;
import org.lvs4j.Director;
import org.lvs4j.ServiceEdit;
import org.lvs4j.admin.internal.http.HttpLimits;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

/** Surroundings that fail or block, clients that read nothing, and an endpoint that ends meanwhile. */
@Timeout(120)
@Tag("slow")
final class AdminFailuresTest {
    private static final ServiceKey ORDERS = ServiceKey.named("orders");
    private static final String SERVICE = "/api/v1/services/name:orders";
    private static final String SERVER = SERVICE + "/servers/10.0.0.1:80";

    private final Director director = Director.create();

    AdminFailuresTest() {
        director.addService(VirtualService.of(ORDERS), RealServer.of("10.0.0.1:80"));
    }

    private AdminServer.Builder builder() {
        return AdminServer.builder(director)
                .listen("127.0.0.1:0")
                .token(AdminClient.TOKEN)
                .requestsPerSecond(100_000);
    }

    /** Runs something before each change, or after it. */
    private static class Surroundings implements AdminControl {
        private final AdminControl director;

        Surroundings(Director director) {
            this.director = AdminControl.of(director);
        }

        void before() {}

        void after() {}

        @Override
        public <E extends Exception> List<ConfigurationChange> change(ServiceKey key, ServiceEdit<E> edit) throws E {
            before();
            List<ConfigurationChange> made = director.change(key, edit);
            after();
            return made;
        }
    }

    /** Blocks each change until it is let go. */
    private static final class Blocking extends Surroundings {
        private final Semaphore entered = new Semaphore(0);
        private final CountDownLatch gate = new CountDownLatch(1);
        private final AtomicInteger changes = new AtomicInteger();

        Blocking(Director director) {
            super(director);
        }

        @Override
        void before() {
            changes.incrementAndGet();
            entered.release();
            try {
                gate.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }

        void awaitEntered() throws InterruptedException {
            assertThat(entered.tryAcquire(30, TimeUnit.SECONDS)).isTrue();
        }
    }

    private static byte[] patch(int weight) {
        String body = "{\"weight\":" + weight + "}";
        return ("PATCH " + SERVER + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + AdminClient.TOKEN
                        + "\r\nContent-Type: application/json\r\nContent-Length: " + body.length() + "\r\n\r\n" + body)
                .getBytes(StandardCharsets.US_ASCII);
    }

    @SuppressWarnings("unchecked")
    private static <E extends Throwable> void sneak(Throwable any) throws E {
        throw (E) any;
    }

    // ---- surroundings that fail

    @Test
    void control_throwsAnything_answeredAndTheNextChangeIsMade() throws Exception {
        AtomicReference<Throwable> failure = new AtomicReference<>();
        Surroundings failing = new Surroundings(director) {
            @Override
            void before() {
                if (failure.get() != null) {
                    AdminFailuresTest.<RuntimeException>sneak(failure.get());
                }
            }
        };
        try (AdminServer admin = builder().control(failing).start()) {
            AdminClient client = new AdminClient(admin);
            for (Throwable each : List.of(
                    new AssertionError("of a test"),
                    new OutOfMemoryError("of a test"),
                    new StackOverflowError(),
                    new NoClassDefFoundError("of a test"),
                    new IOException("of a test"),
                    new IndexOutOfBoundsException("of a test"))) {
                failure.set(each);
                assertThat(client.change("PATCH", SERVER, "{\"weight\":4}").statusCode())
                        .as("%s", each)
                        .isEqualTo(500);
            }
            failure.set(null);
            assertThat(client.change("PATCH", SERVER, "{\"weight\":4}").statusCode())
                    .isEqualTo(200);
        }
    }

    @Test
    void readiness_throwsAnError_answered() throws Exception {
        try (AdminServer admin = builder()
                .readiness(() -> {
                    throw new AssertionError("of a test");
                })
                .start()) {
            AdminClient client = new AdminClient(admin);
            assertThat(client.get("/readyz").statusCode()).isEqualTo(500);
            assertThat(client.get("/healthz").statusCode()).isEqualTo(200);
        }
    }

    @Test
    void control_blocks_readersAreAnswered() throws Exception {
        Blocking blocking = new Blocking(director);
        try (AdminServer admin = builder().control(blocking).start()) {
            AdminClient client = new AdminClient(admin);
            List<Socket> changing = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                Socket socket = client.connect();
                changing.add(socket);
                socket.getOutputStream().write(patch(i));
            }
            blocking.awaitEntered();
            for (String each : List.of("/healthz", "/metrics", "/api/v1/services")) {
                assertThat(client.get(each).statusCode()).as(each).isEqualTo(200);
            }
            blocking.gate.countDown();
            for (Socket each : changing) {
                assertThat(each.getInputStream().readNBytes(12)).asString().isEqualTo("HTTP/1.1 200");
                each.close();
            }
        }
    }

    @Test
    void change_anotherOneRightAfterIt_tagOfItsOwnOrNone() throws Exception {
        Surroundings racing = new Surroundings(director) {
            @Override
            void after() {
                director.editServer(
                        ORDERS, RealServer.builder("10.0.0.1:80").weight(99).build());
            }
        };
        try (AdminServer admin = builder().control(racing).start()) {
            AdminClient client = new AdminClient(admin);
            HttpResponse<String> mine = client.change("PATCH", SERVER, "{\"weight\":4}");
            mine.headers()
                    .firstValue("ETag")
                    .ifPresent(tag -> assertThat(tagOf(client, SERVER)).isNotEqualTo(tag));
            HttpResponse<String> service =
                    client.change("PUT", SERVICE, "{\"servers\":[{\"endpoint\":\"10.0.0.1:80\"}]}");
            service.headers()
                    .firstValue("ETag")
                    .ifPresent(tag -> assertThat(tagOf(client, SERVICE)).isNotEqualTo(tag));
        }
    }

    private static String tagOf(AdminClient client, String path) {
        try {
            return client.get(path).headers().firstValue("ETag").orElseThrow();
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    // ---- clients that do not wait, or do not read

    @Test
    void pipelinedRequests_behindASlowOne_areNotRead() throws Exception {
        Blocking blocking = new Blocking(director);
        try (AdminServer admin = builder().control(blocking).start();
                Socket socket = new AdminClient(admin).connect()) {
            // The first segment ends within a request, so that the endpoint would like to have the rest of it.
            byte[] request = ("POST /api/v1/reload HTTP/1.1\r\nHost: localhost\r\nContent-Length: 200000\r\n\r\n"
                            + "x".repeat(200_000))
                    .getBytes(StandardCharsets.US_ASCII);
            byte[] change = patch(1);
            byte[] first = Arrays.copyOf(change, change.length + 1000);
            System.arraycopy(request, 0, first, change.length, 1000);
            socket.getOutputStream().write(first);
            blocking.awaitEntered();
            socket.getOutputStream().write(request, 1000, request.length - 1000);
            AtomicLong sent = new AtomicLong();
            Thread writer = new Thread(() -> {
                try {
                    for (int i = 0; i < 320; i++) {
                        socket.getOutputStream().write(request);
                        sent.addAndGet(request.length);
                    }
                } catch (IOException e) {
                    // The socket is closed at the end.
                }
            });
            writer.setDaemon(true);
            writer.start();
            long before = -1;
            while (writer.isAlive() && sent.get() != before) {
                before = sent.get();
                writer.join(3000);
            }
            assertThat(sent.get()).as("bytes that the endpoint has taken").isLessThan(16_000_000);
            blocking.gate.countDown();
        }
    }

    @Test
    void pipelinedRequest_refusedWhileTheOneBeforeItWaits_answeredInOrder() throws Exception {
        Blocking blocking = new Blocking(director);
        try (AdminServer admin = builder().control(blocking).start();
                Socket socket = new AdminClient(admin).connect()) {
            byte[] tooLarge = "POST /api/v1/reload HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2000000\r\n\r\n"
                    .getBytes(StandardCharsets.US_ASCII);
            byte[] first = patch(7);
            byte[] both = Arrays.copyOf(first, first.length + tooLarge.length);
            System.arraycopy(tooLarge, 0, both, first.length, tooLarge.length);
            socket.getOutputStream().write(both);
            blocking.awaitEntered();
            blocking.gate.countDown();
            String answers = AdminClient.rest(socket);
            assertThat(answers).startsWith("HTTP/1.1 200 OK").contains("HTTP/1.1 413");
        }
    }

    @Test
    void answers_largeAndNotRead_furtherOnesHaveToWait(@TempDir Path directory) throws Exception {
        // Larger than what a system buffers between two ends of a local socket, which is less than of TCP.
        List<RealServer> many = new ArrayList<>();
        for (int i = 0; i < 4000; i++) {
            many.add(RealServer.of("10.1." + i / 250 + "." + (i % 250 + 1) + ":80"));
        }
        director.addService(VirtualService.of(ServiceKey.tcp("10.0.0.9:80")), many.toArray(new RealServer[0]));
        String large = "/api/v1/services/tcp:10.0.0.9:80";
        Path path = directory.resolve("admin");
        List<SocketChannel> clients = new ArrayList<>();
        try (AdminServer admin = builder()
                .limits(HttpLimits.DEFAULT.withAnswerBytes(5_000_000))
                .requestsPerSecond(100_000)
                .listen("unix:" + path)
                .start()) {
            assertThat(admin.address()).isEqualTo("unix:" + path);
            try {
                List<String> statuses = new ArrayList<>();
                for (int i = 0; i < 8; i++) {
                    clients.add(SocketChannel.open(UnixDomainSocketAddress.of(path)));
                    statuses.add(status(clients.get(i), large));
                }
                assertThat(statuses).startsWith("HTTP/1.1 200").endsWith("HTTP/1.1 503");
                assertThat(status(path, "/healthz")).endsWith("200");
                assertThat(status(path, SERVICE)).endsWith("200");
            } finally {
                for (SocketChannel each : clients) {
                    each.close();
                }
            }
            String status = "";
            for (long end = System.nanoTime() + AdminClient.LIMIT.toNanos();
                    !status.endsWith("200") && System.nanoTime() - end < 0; ) {
                status = status(path, large);
            }
            assertThat(status).endsWith("200");
        }
    }

    private static String status(Path path, String what) throws IOException {
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
            return status(channel, what);
        }
    }

    /** Reads the status of an answer and nothing more. */
    private static String status(SocketChannel channel, String what) throws IOException {
        channel.write(ByteBuffer.wrap(
                ("GET " + what + " HTTP/1.1\r\nHost: localhost\r\n\r\n").getBytes(StandardCharsets.US_ASCII)));
        return new String(Channels.newInputStream(channel).readNBytes(12), StandardCharsets.US_ASCII);
    }

    @Test
    void events_http10_notChunked() throws Exception {
        try (AdminServer admin = builder().start();
                Socket socket = new AdminClient(admin).connect()) {
            socket.getOutputStream()
                    .write("GET /api/v1/events HTTP/1.0\r\nHost: localhost\r\n\r\n"
                            .getBytes(StandardCharsets.US_ASCII));
            StringBuilder answer = new StringBuilder();
            while (answer.indexOf("as they happen\n") < 0) {
                answer.append((char) socket.getInputStream().read());
            }
            assertThat(answer.toString())
                    .doesNotContainIgnoringCase("transfer-encoding")
                    .containsIgnoringCase("connection: close")
                    .contains("\r\n\r\n: the changes");
        }
    }

    // ---- the end

    @Test
    void close_changesWait_noneIsMadeAfterwards() throws Exception {
        Blocking blocking = new Blocking(director);
        AdminServer admin = builder().control(blocking).start();
        AdminClient client = new AdminClient(admin);
        List<Socket> sockets = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            Socket socket = client.connect();
            sockets.add(socket);
            socket.getOutputStream().write(patch(10 + i));
        }
        blocking.awaitEntered();
        assertThat(client.get("/healthz").statusCode()).isEqualTo(200);
        int begun = blocking.changes.get();
        admin.close();
        blocking.gate.countDown();
        for (Socket each : sockets) {
            each.close();
        }
        for (Thread each : Thread.getAllStackTraces().keySet()) {
            if (each.getName().startsWith("lvs-admin")) {
                each.join(30_000);
            }
        }
        assertThat(blocking.changes).hasValueLessThanOrEqualTo(Math.max(begun, 2));
    }

    @Test
    void close_onTheEventLoop_nothingLeft() throws Exception {
        AtomicReference<AdminServer> self = new AtomicReference<>();
        CountDownLatch closed = new CountDownLatch(1);
        AdminServer admin = builder()
                .readiness(() -> {
                    self.get().close();
                    closed.countDown();
                    return null;
                })
                .start();
        self.set(admin);
        int port = admin.port();
        new AdminClient(admin).raw(head("GET /readyz HTTP/1.1", "Host: localhost"));
        assertThat(closed.await(30, TimeUnit.SECONDS)).isTrue();
        admin.close();
        for (Thread each : Thread.getAllStackTraces().keySet()) {
            if (each.getName().startsWith("lvs-admin")) {
                each.join(30_000);
                assertThat(each.isAlive()).as(each.getName()).isFalse();
            }
        }
        new ServerSocket(port, 1, InetAddress.getLoopbackAddress()).close();
    }
}
