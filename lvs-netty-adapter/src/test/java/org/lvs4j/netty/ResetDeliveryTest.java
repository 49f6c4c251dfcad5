package org.lvs4j.netty;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.lvs4j.Director;
import org.lvs4j.TimeoutSettings;
import org.lvs4j.net.Protocol;

/** After a reset of one side, the other one gets what was on its way, and then the reset. */
@ExtendWith(LeakCheck.class)
@Tag("slow")
final class ResetDeliveryTest {
    private static final int BODY_BYTES = 400_000;
    private static final int BUFFER_BYTES = 1 << 20;
    private static final int RECEIVE_BUFFER_BYTES = 8192;

    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.Loopback#transports")
    void serverResets_clientReadsLate_getsWhatTheRelayHasTaken(Transport transport) throws Exception {
        Loopback.assumeAvailable(transport);
        CountDownLatch mayReset = new CountDownLatch(1);
        try (TestServer server = TestServer.start(socket -> {
            socket.getOutputStream().write(new byte[BODY_BYTES]);
            mayReset.await(20, TimeUnit.SECONDS);
            socket.setSoLinger(true, 0);
        })) {
            Director director = Loopback.director(server.address());
            try (Relay relay = Loopback.relay(director, Protocol.TCP)
                            .transport(transport)
                            .bufferBytes(BUFFER_BYTES)
                            .start();
                    Socket client = new Socket()) {
                client.setReceiveBufferSize(RECEIVE_BUFFER_BYTES);
                client.connect(relay.address(Loopback.SERVICE));
                client.setSoTimeout((int) Loopback.TIMEOUT.toMillis());
                Loopback.await("taken", () -> director.traffic().outBytes() == BODY_BYTES);
                mayReset.countDown();
                Loopback.await("server released", () -> relay.snapshot().aborted() == 1);
                assertThat(Loopback.server(director, 0).active()).isZero();
                assertThat(relay.snapshot().openConnections()).isOne();

                assertThat(readUntilReset(client.getInputStream())).isEqualTo(BODY_BYTES);
                Loopback.awaitReleased(relay, director);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.Loopback#transports")
    void clientResets_serverReadsLate_getsWhatTheClientSent(Transport transport) throws Exception {
        Loopback.assumeAvailable(transport);
        CountDownLatch mayRead = new CountDownLatch(1);
        CompletableFuture<Integer> received = new CompletableFuture<>();
        try (TestServer server = TestServer.start(socket -> {
            mayRead.await(20, TimeUnit.SECONDS);
            complete(received, () -> readUntilReset(socket.getInputStream()));
        })) {
            Director director = Loopback.director(server.address());
            try (Relay relay = Loopback.relay(director, Protocol.TCP)
                    .transport(transport)
                    .bufferBytes(BUFFER_BYTES)
                    .start()) {
                Socket client = Loopback.connect(relay);
                client.getOutputStream().write(new byte[BODY_BYTES]);
                Loopback.await("taken", () -> director.traffic().inBytes() == BODY_BYTES);
                client.setSoLinger(true, 0);
                client.close();
                Loopback.await("reset", () -> relay.snapshot().aborted() == 1);
                mayRead.countDown();

                assertThat(received.get(20, TimeUnit.SECONDS)).isEqualTo(BODY_BYTES);
                Loopback.awaitReleased(relay, director);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.Loopback#transports")
    void clientResetsWhileTheServerSends_lastRequestStillArrives(Transport transport) throws Exception {
        Loopback.assumeAvailable(transport);
        CompletableFuture<Integer> received = new CompletableFuture<>();
        CountDownLatch closed = new CountDownLatch(1);
        try (TestServer server = TestServer.start(socket -> {
            // The relay cannot write this any more when the client has gone, and still has the request to read.
            // The reset may arrive while this is written: the JDK writes a long array in pieces.
            boolean written = tryWrite(socket, BODY_BYTES);
            closed.await(20, TimeUnit.SECONDS);
            written = written && tryWrite(socket, 1);
            InputStream in = socket.getInputStream();
            // A write that has failed has reported the reset already.
            boolean noticed = !written;
            complete(received, () -> noticed ? in.readAllBytes().length : readUntilReset(in));
        })) {
            Director director = Loopback.director(server.address());
            try (Relay relay = Loopback.relay(director, Protocol.TCP)
                    .transport(transport)
                    .bufferBytes(16 * 1024)
                    .start()) {
                Socket client = new Socket();
                client.setReceiveBufferSize(RECEIVE_BUFFER_BYTES);
                client.connect(relay.address(Loopback.SERVICE));
                assertThat(client.getInputStream().read()).isZero();
                client.getOutputStream().write(new byte[100]);
                // Without this, the end of the stream goes before the reset, and the server may be told of that.
                client.setSoLinger(true, 0);
                client.close();
                closed.countDown();

                assertThat(received.get(20, TimeUnit.SECONDS)).isEqualTo(100);
                Loopback.awaitReleased(relay, director);
                assertThat(relay.snapshot().aborted()).isOne();
            }
        }
    }

    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.Loopback#transports")
    void serverResets_clientReadsNothing_isCutOffAtTheLimit(Transport transport) throws Exception {
        Loopback.assumeAvailable(transport);
        CountDownLatch mayReset = new CountDownLatch(1);
        try (TestServer server = TestServer.start(socket -> {
            socket.getOutputStream().write(new byte[BODY_BYTES]);
            mayReset.await(20, TimeUnit.SECONDS);
            socket.setSoLinger(true, 0);
        })) {
            Director director = Loopback.director(server.address());
            director.setTimeouts(new TimeoutSettings(0, 1, 0));
            try (Relay relay = Loopback.relay(director, Protocol.TCP)
                            .transport(transport)
                            .bufferBytes(BUFFER_BYTES)
                            .idleTimeout(Duration.ZERO)
                            .start();
                    Socket client = new Socket()) {
                client.setReceiveBufferSize(RECEIVE_BUFFER_BYTES);
                client.connect(relay.address(Loopback.SERVICE));
                Loopback.await("taken", () -> director.traffic().outBytes() == BODY_BYTES);
                mayReset.countDown();
                Loopback.await("cut off", () -> relay.snapshot().idleTimeouts() == 1);
                Loopback.awaitReleased(relay, director);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.Loopback#transports")
    void serverSendsAndResetsAtOnce_clientAlwaysSeesTheReset(Transport transport) throws Exception {
        Loopback.assumeAvailable(transport);
        // On NIO, each reset waits a second for what the system may still hold.
        int rounds = transport == Transport.NIO ? 10 : 100;
        try (TestServer server = TestServer.start(socket -> {
            // The reset arrives while the relay reads the answer.
            int bytes = socket.getInputStream().read() * 100 + 1;
            socket.getOutputStream().write(new byte[bytes]);
            socket.setSoLinger(true, 0);
        })) {
            Director director = Loopback.director(server.address());
            try (Relay relay =
                    Loopback.relay(director, Protocol.TCP).transport(transport).start()) {
                for (int i = 0; i < rounds; i++) {
                    try (Socket client = Loopback.connect(relay)) {
                        client.getOutputStream().write(i);
                        readUntilReset(client.getInputStream());
                    }
                }
                Loopback.awaitReleased(relay, director);
                assertThat(relay.snapshot().aborted()).isEqualTo(rounds);
            }
        }
    }

    private static void complete(CompletableFuture<Integer> result, Callable<Integer> task) {
        try {
            result.complete(task.call());
        } catch (Exception | AssertionError e) {
            result.completeExceptionally(e);
        }
    }

    private static boolean tryWrite(Socket socket, int bytes) {
        try {
            socket.getOutputStream().write(new byte[bytes]);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** The number of bytes before the reset. */
    private static int readUntilReset(InputStream in) throws IOException {
        byte[] block = new byte[4096];
        int got = 0;
        try {
            for (int n = in.read(block); n >= 0; n = in.read(block)) {
                got += n;
            }
        } catch (SocketException e) {
            assertThat(e).hasMessageContaining("reset");
            return got;
        }
        throw new AssertionError("the end of the stream instead of a reset, after " + got + " bytes");
    }
}
