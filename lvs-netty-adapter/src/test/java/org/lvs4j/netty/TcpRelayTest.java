package org.lvs4j.netty;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.SocketException;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.lvs4j.Director;
import org.lvs4j.net.Protocol;
import org.lvs4j.stats.Traffic;

/** Bytes, ends of stream and resets pass through the relay, on every available transport. */
@ExtendWith(LeakCheck.class)
final class TcpRelayTest {
    private static final int BODY_BYTES = 64 << 20;

    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.Loopback#transports")
    void relay_clientFinishesFirst_serverStillAnswers(Transport transport) throws Exception {
        Loopback.assumeAvailable(transport);
        try (TestServer server = TestServer.start()) {
            Director director = Loopback.director(server.address());
            try (Relay relay = Loopback.relay(director, Protocol.TCP)
                            .transport(transport)
                            .start();
                    Socket client = Loopback.connect(relay)) {
                client.getOutputStream().write("hello".getBytes(UTF_8));
                client.shutdownOutput();

                assertThat(new String(client.getInputStream().readAllBytes(), UTF_8))
                        .isEqualTo("hello");
                Loopback.awaitReleased(relay, director);
                assertThat(relay.snapshot().aborted()).isZero();
                Traffic traffic = director.traffic();
                assertThat(traffic.inBytes()).isEqualTo(5);
                assertThat(traffic.outBytes()).isEqualTo(5);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.Loopback#transports")
    void relay_serverFinishesFirst_clientStillSends(Transport transport) throws Exception {
        Loopback.assumeAvailable(transport);
        CompletableFuture<String> received = new CompletableFuture<>();
        try (TestServer server = TestServer.start(socket -> {
            socket.getOutputStream().write("greeting".getBytes(UTF_8));
            socket.shutdownOutput();
            received.complete(new String(socket.getInputStream().readAllBytes(), UTF_8));
        })) {
            Director director = Loopback.director(server.address());
            try (Relay relay = Loopback.relay(director, Protocol.TCP)
                            .transport(transport)
                            .start();
                    Socket client = Loopback.connect(relay)) {
                assertThat(new String(client.getInputStream().readAllBytes(), UTF_8))
                        .isEqualTo("greeting");
                Loopback.await(
                        "counted as inactive",
                        () -> Loopback.server(director, 0).inactive() == 1);
                client.getOutputStream().write("late".getBytes(UTF_8));
                client.shutdownOutput();

                assertThat(received.get(20, TimeUnit.SECONDS)).isEqualTo("late");
                Loopback.awaitReleased(relay, director);
                assertThat(relay.snapshot().aborted()).isZero();
            }
        }
    }

    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.Loopback#transports")
    @Tag("slow")
    void relay_bigBodyBothWays_arrivesIntact(Transport transport) throws Exception {
        Loopback.assumeAvailable(transport);
        try (TestServer server = TestServer.start()) {
            Director director = Loopback.director(server.address());
            try (Relay relay = Loopback.relay(director, Protocol.TCP)
                            .transport(transport)
                            .start();
                    Socket client = Loopback.connect(relay)) {
                CRC32 sent = new CRC32();
                CompletableFuture<Void> sending = CompletableFuture.runAsync(() -> send(client, sent));
                CRC32 received = new CRC32();
                byte[] buffer = new byte[1 << 16];
                long bytes = 0;
                for (int n = client.getInputStream().read(buffer);
                        n > 0;
                        n = client.getInputStream().read(buffer)) {
                    received.update(buffer, 0, n);
                    bytes += n;
                }
                sending.get(20, TimeUnit.SECONDS);

                assertThat(bytes).isEqualTo(BODY_BYTES);
                assertThat(received.getValue()).isEqualTo(sent.getValue());
                Loopback.awaitReleased(relay, director);
                assertThat(director.traffic().inBytes()).isEqualTo(BODY_BYTES);
                assertThat(director.traffic().outBytes()).isEqualTo(BODY_BYTES);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.Loopback#transports")
    @Tag("slow")
    void relay_clientFinishesAndReadsLate_getsTheWholeAnswer(Transport transport) throws Exception {
        Loopback.assumeAvailable(transport);
        try (TestServer server = TestServer.start(socket -> {
            // Afterwards the client's socket waits for no event: nothing more to read, nothing to write yet.
            socket.getInputStream().readAllBytes();
            byte[] buffer = new byte[1 << 16];
            for (int left = BODY_BYTES; left > 0; left -= buffer.length) {
                socket.getOutputStream().write(buffer);
            }
        })) {
            Director director = Loopback.director(server.address());
            try (Relay relay = Loopback.relay(director, Protocol.TCP)
                            .transport(transport)
                            .start();
                    Socket client = Loopback.connect(relay)) {
                client.getOutputStream().write("question".getBytes(UTF_8));
                client.shutdownOutput();
                long[] before = new long[1];
                Loopback.await("the relay cannot write any more", () -> {
                    long sent = director.traffic().outBytes();
                    return sent > 0 && sent == before[0] || (before[0] = sent) < 0;
                });
                assertThat(client.getInputStream().readAllBytes()).hasSize(BODY_BYTES);
                Loopback.awaitReleased(relay, director);
                assertThat(relay.snapshot().aborted()).isZero();
            }
        }
    }

    private static void send(Socket client, CRC32 checksum) {
        try {
            SplittableRandom random = new SplittableRandom(1);
            OutputStream out = client.getOutputStream();
            byte[] buffer = new byte[1 << 16];
            for (int left = BODY_BYTES; left > 0; left -= buffer.length) {
                random.nextBytes(buffer);
                checksum.update(buffer);
                out.write(buffer);
            }
            client.shutdownOutput();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.Loopback#transports")
    void relay_clientResets_serverSeesReset(Transport transport) throws Exception {
        Loopback.assumeAvailable(transport);
        CompletableFuture<Throwable> seen = new CompletableFuture<>();
        try (TestServer server = TestServer.start(socket -> {
            try {
                socket.getOutputStream().write(1);
                seen.complete(
                        new AssertionError("read " + socket.getInputStream().read()));
            } catch (SocketException e) {
                seen.complete(e);
            }
        })) {
            Director director = Loopback.director(server.address());
            try (Relay relay =
                    Loopback.relay(director, Protocol.TCP).transport(transport).start()) {
                Socket client = Loopback.connect(relay);
                assertThat(client.getInputStream().read()).isEqualTo(1);
                client.setSoLinger(true, 0);
                client.close();

                assertThat(seen.get(20, TimeUnit.SECONDS))
                        .isInstanceOf(SocketException.class)
                        .hasMessageContaining("reset");
                Loopback.awaitReleased(relay, director);
                assertThat(relay.snapshot().aborted()).isOne();
            }
        }
    }

    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.Loopback#transports")
    void relay_serverResets_clientSeesReset(Transport transport) throws Exception {
        Loopback.assumeAvailable(transport);
        try (TestServer server = TestServer.start(socket -> {
            socket.getInputStream().read();
            socket.setSoLinger(true, 0);
        })) {
            Director director = Loopback.director(server.address());
            try (Relay relay = Loopback.relay(director, Protocol.TCP)
                            .transport(transport)
                            .start();
                    Socket client = Loopback.connect(relay)) {
                client.getOutputStream().write(1);

                assertThatThrownBy(() -> client.getInputStream().read())
                        .isInstanceOf(SocketException.class)
                        .hasMessageContaining("reset");
                Loopback.awaitReleased(relay, director);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.Loopback#transports")
    @Tag("slow")
    void relay_clientFinishesBeforeServerIsConnected_nothingLost(Transport transport) throws Exception {
        Loopback.assumeAvailable(transport);
        try (TestServer server = TestServer.start()) {
            // The first attempts fail, so that the client's whole stream arrives before a server is connected.
            Director director = Loopback.director(Loopback.closedPort(), Loopback.closedPort(), server.address());
            try (Relay relay =
                    Loopback.relay(director, Protocol.TCP).transport(transport).start()) {
                for (int i = 0; i < 30; i++) {
                    try (Socket client = Loopback.connect(relay)) {
                        client.getOutputStream().write(new byte[100_000]);
                        client.shutdownOutput();
                        assertThat(client.getInputStream().readAllBytes()).hasSize(100_000);
                    }
                }
                Loopback.awaitReleased(relay, director);
                assertThat(relay.snapshot().aborted()).isZero();
            }
        }
    }

    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.Loopback#transports")
    void relay_twoServersRoundRobin_shareConnectionsEqually(Transport transport) throws Exception {
        Loopback.assumeAvailable(transport);
        try (TestServer one = TestServer.start();
                TestServer two = TestServer.start()) {
            Director director = Loopback.director(one.address(), two.address());
            try (Relay relay = Loopback.relay(director, Protocol.TCP)
                    .transport(transport)
                    .acceptors(2)
                    .start()) {
                for (int i = 0; i < 40; i++) {
                    try (Socket client = Loopback.connect(relay)) {
                        client.getOutputStream().write(i);
                        assertThat(client.getInputStream().read()).isEqualTo(i);
                    }
                }
                assertThat(one.accepted).hasValue(20);
                assertThat(two.accepted).hasValue(20);
                assertThat(relay.snapshot().accepted()).isEqualTo(40);
                Loopback.awaitReleased(relay, director);
            }
        }
    }
}
