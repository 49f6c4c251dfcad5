package org.lvs4j.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.lvs4j.Director;
import org.lvs4j.TimeoutSettings;
import org.lvs4j.net.Protocol;

/** A side that takes bytes slowly but steadily is not idle; one that takes none is cut off at the limit. */
@ExtendWith(LeakCheck.class)
@Tag("slow")
final class SlowPeerTest {
    private static final int BODY_BYTES = 600_000;
    /** So slow that the body takes several times the limit of a second. */
    private static final int BYTES_PER_SECOND = 250_000;

    private static final int RECEIVE_BUFFER_BYTES = 8192;

    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.Loopback#transports")
    void serverHasFinished_clientReadsSlowly_getsEverything(Transport transport) throws Exception {
        Loopback.assumeAvailable(transport);
        try (TestServer server = TestServer.start(socket -> {
            socket.getInputStream().read();
            socket.getOutputStream().write(new byte[BODY_BYTES]);
            socket.shutdownOutput();
            socket.getInputStream().read();
        })) {
            Director director = Loopback.director(server.address());
            director.setTimeouts(new TimeoutSettings(0, 1, 0));
            try (Relay relay = Loopback.relay(director, Protocol.TCP)
                            .transport(transport)
                            .bufferBytes(32 * 1024)
                            .start();
                    Socket client = slowClient(relay)) {
                client.getOutputStream().write(1);
                assertThat(readSlowly(client.getInputStream())).isEqualTo(BODY_BYTES);
                client.shutdownOutput();
                Loopback.awaitReleased(relay, director);
                assertThat(relay.snapshot().idleTimeouts()).isZero();
                assertThat(relay.snapshot().aborted()).isZero();
            }
        }
    }

    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.Loopback#transports")
    void clientHasFinished_serverReadsSlowly_getsEverything(Transport transport) throws Exception {
        Loopback.assumeAvailable(transport);
        CompletableFuture<Integer> received = new CompletableFuture<>();
        try (TestServer server = TestServer.start(socket -> {
            socket.setReceiveBufferSize(4 * RECEIVE_BUFFER_BYTES);
            received.complete(readSlowly(socket.getInputStream()));
            socket.getOutputStream().write(1);
        })) {
            Director director = Loopback.director(server.address());
            try (Relay relay = Loopback.relay(director, Protocol.TCP)
                            .transport(transport)
                            .bufferBytes(32 * 1024)
                            .idleTimeout(Duration.ofSeconds(1))
                            .start();
                    Socket client = Loopback.connect(relay)) {
                client.getOutputStream().write(new byte[BODY_BYTES]);
                client.shutdownOutput();
                assertThat(client.getInputStream().read()).isOne();
                assertThat(received.get(20, TimeUnit.SECONDS)).isEqualTo(BODY_BYTES);
                assertThat(client.getInputStream().read()).isEqualTo(-1);
                Loopback.awaitReleased(relay, director);
                assertThat(relay.snapshot().idleTimeouts()).isZero();
            }
        }
    }

    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.Loopback#transports")
    void serverIsQuiet_clientReadsSlowly_notIdleUntilItHasEverything(Transport transport) throws Exception {
        Loopback.assumeAvailable(transport);
        try (TestServer server = TestServer.start(socket -> {
            socket.getOutputStream().write(new byte[BODY_BYTES]);
            socket.getInputStream().read();
        })) {
            Director director = Loopback.director(server.address());
            try (Relay relay = Loopback.relay(director, Protocol.TCP)
                            .transport(transport)
                            .bufferBytes(32 * 1024)
                            .idleTimeout(Duration.ofSeconds(1))
                            .start();
                    Socket client = slowClient(relay)) {
                InputStream in = client.getInputStream();
                long start = System.nanoTime();
                int got = 0;
                byte[] block = new byte[4096];
                while (got < BODY_BYTES) {
                    got += Math.max(0, in.read(block));
                    pace(start, got);
                }
                assertThat(relay.snapshot().idleTimeouts()).isZero();
                assertThatThrownBy(in::read).isInstanceOf(SocketException.class).hasMessageContaining("reset");
                assertThat(relay.snapshot().idleTimeouts()).isOne();
                Loopback.awaitReleased(relay, director);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.Loopback#transports")
    void serverHasFinished_clientReadsNothing_isCutOffAtTheLimit(Transport transport) throws Exception {
        Loopback.assumeAvailable(transport);
        try (TestServer server = TestServer.start(socket -> {
            socket.getOutputStream().write(new byte[BODY_BYTES]);
            socket.shutdownOutput();
            socket.getInputStream().read();
        })) {
            Director director = Loopback.director(server.address());
            director.setTimeouts(new TimeoutSettings(0, 1, 0));
            try (Relay relay = Loopback.relay(director, Protocol.TCP)
                            .transport(transport)
                            .bufferBytes(32 * 1024)
                            .idleTimeout(Duration.ofSeconds(1))
                            .start();
                    Socket client = slowClient(relay)) {
                Loopback.await("cut off", () -> relay.snapshot().idleTimeouts() == 1);
                Loopback.awaitReleased(relay, director);
                assertThatThrownBy(() -> client.getInputStream().readAllBytes()).isInstanceOf(SocketException.class);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.Loopback#transports")
    void serverHasFinished_relayCloses_clientStillGetsWhatTheSystemHolds(Transport transport) throws Exception {
        Loopback.assumeAvailable(transport);
        int bytes = 60_000;
        try (TestServer server = TestServer.start(socket -> {
            socket.getOutputStream().write(new byte[bytes]);
            socket.shutdownOutput();
            socket.getInputStream().read();
        })) {
            Director director = Loopback.director(server.address());
            Relay relay =
                    Loopback.relay(director, Protocol.TCP).transport(transport).start();
            try (relay;
                    Socket client = slowClient(relay)) {
                Loopback.await(
                        "everything is with the system",
                        () -> director.traffic().outBytes() == bytes
                                && relay.queuedBytes() == 0
                                && Loopback.server(director, 0).inactive() == 1);
                assertThat(relay.drain(Duration.ZERO)).isFalse();
                assertThat(client.getInputStream().readAllBytes()).hasSize(bytes);
            }
        }
    }

    private static Socket slowClient(Relay relay) throws IOException {
        Socket socket = new Socket();
        socket.setReceiveBufferSize(RECEIVE_BUFFER_BYTES);
        socket.connect(relay.address(Loopback.SERVICE));
        socket.setSoTimeout((int) Loopback.TIMEOUT.toMillis());
        return socket;
    }

    private static int readSlowly(InputStream in) throws IOException {
        byte[] block = new byte[4096];
        int got = 0;
        long start = System.nanoTime();
        for (int n = in.read(block); n >= 0; n = in.read(block)) {
            got += n;
            pace(start, got);
        }
        return got;
    }

    /** Waits until so many bytes are due. */
    private static void pace(long start, long bytes) {
        long due = start + bytes * TimeUnit.SECONDS.toNanos(1) / BYTES_PER_SECOND;
        for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }
}
