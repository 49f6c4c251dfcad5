package org.lvs4j.examples.webcluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.lvs4j.examples.webcluster.LoopbackServer.Reply;
import org.lvs4j.net.Endpoint;

@Tag("slow")
final class ClientsTest {
    private static final long DEADLINE_MILLIS = 60_000;
    private static final Map<String, String> HEADERS = Map.of(WebServer.SERVER_HEADER, "web1", "Connection", "close");

    @Test
    void requests_allAnswered_countedByServer() throws Exception {
        try (LoopbackServer server = LoopbackServer.start(request -> Reply.text("hello"), HEADERS)) {
            Clients clients = Clients.start(server.address(), 50, 4);
            assertThat(clients.await(DEADLINE_MILLIS)).isTrue();
            assertThat(clients.answered()).isEqualTo(50);
            assertThat(clients.answeredBy()).isEqualTo(Map.of("web1", 50L));
            assertThat(clients.failed()).isZero();
            assertThat(clients.repeated()).isZero();
        }
    }

    @Test
    void response_error_countedAsFailed() throws Exception {
        LoopbackServer.Handler busy = request -> {
            throw new HttpException(HttpException.UNAVAILABLE, "busy");
        };
        try (LoopbackServer server = LoopbackServer.start(busy, HEADERS)) {
            Clients clients = Clients.start(server.address(), 10, 2);
            assertThat(clients.await(DEADLINE_MILLIS)).isTrue();
            assertThat(clients.failed()).isEqualTo(10);
            assertThat(clients.completed()).isEqualTo(10);
            assertThat(clients.answered()).isZero();
        }
    }

    @Test
    void connection_brokenOnce_repeatedAndCounted() throws Exception {
        AtomicInteger connections = new AtomicInteger();
        try (ServerSocket server = breakingServer(connections, 1)) {
            Clients clients = Clients.start(Endpoint.of((InetSocketAddress) server.getLocalSocketAddress()), 3, 1);
            assertThat(clients.await(DEADLINE_MILLIS)).isTrue();
            assertThat(clients.answered()).isEqualTo(3);
            assertThat(clients.repeated()).isEqualTo(1);
            assertThat(clients.failed()).isZero();
            assertThat(connections).hasValue(4);
        }
    }

    @Test
    void connection_brokenTwice_failed() throws Exception {
        AtomicInteger connections = new AtomicInteger();
        try (ServerSocket server = breakingServer(connections, 2)) {
            Clients clients = Clients.start(Endpoint.of((InetSocketAddress) server.getLocalSocketAddress()), 3, 1);
            assertThat(clients.await(DEADLINE_MILLIS)).isTrue();
            assertThat(clients.answered()).isEqualTo(2);
            assertThat(clients.repeated()).isEqualTo(1);
            assertThat(clients.failed()).isEqualTo(1);
        }
    }

    @Test
    void stop_unlimitedRequests_ends() throws Exception {
        try (LoopbackServer server = LoopbackServer.start(request -> Reply.text("hello"), HEADERS)) {
            Clients clients = Clients.start(server.address(), Long.MAX_VALUE, 2);
            assertThat(clients.await(0)).isFalse();
            clients.stop();
            assertThat(clients.await(DEADLINE_MILLIS)).isTrue();
            assertThat(clients.completed()).isEqualTo(clients.answered());
        }
    }

    /** Reads each request, closes the first connections without a response, and answers the others. */
    private static ServerSocket breakingServer(AtomicInteger connections, int broken) throws IOException {
        ServerSocket server = new ServerSocket(0, 16, InetAddress.getByName("127.0.0.1"));
        byte[] answer = ("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n" + WebServer.SERVER_HEADER
                        + ": web1\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII);
        Thread thread = new Thread(() -> {
            while (true) {
                try (Socket socket = server.accept()) {
                    socket.getInputStream().read(new byte[4096]);
                    if (connections.incrementAndGet() > broken) {
                        socket.getOutputStream().write(answer);
                    }
                } catch (IOException e) {
                    if (server.isClosed()) {
                        return;
                    }
                }
            }
        });
        thread.setDaemon(true);
        thread.start();
        return server;
    }
}
