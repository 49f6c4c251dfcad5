package org.lvs4j.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.lvs4j.Director;
import org.lvs4j.TimeoutSettings;
import org.lvs4j.net.Protocol;

/** Idle connections and ceilings. */
@ExtendWith(LeakCheck.class)
final class RelayLimitsTest {
    private static final int MANY = 2000;

    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.Loopback#transports")
    @Tag("slow")
    void idle_longerThanTheTimeout_connectionIsResetAndReleased(Transport transport) throws Exception {
        Loopback.assumeAvailable(transport);
        try (TestServer server = TestServer.start()) {
            Director director = Loopback.director(server.address());
            try (Relay relay = Loopback.relay(director, Protocol.TCP)
                            .transport(transport)
                            .idleTimeout(Duration.ofMillis(300))
                            .start();
                    Socket idle = Loopback.connect(relay);
                    Socket busy = Loopback.connect(relay)) {
                Loopback.await("only the idle connection has timed out", () -> {
                    write(busy, 1);
                    return relay.snapshot().idleTimeouts() == 1;
                });
                assertThatThrownBy(() -> idle.getInputStream().read())
                        .isInstanceOf(SocketException.class)
                        .hasMessageContaining("reset");
                assertThat(busy.getInputStream().read()).isOne();
                Loopback.awaitReleased(relay, director);
            }
        }
    }

    private static void write(Socket socket, int value) {
        try {
            socket.getOutputStream().write(value);
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    @Tag("slow")
    void idle_noTimeoutGiven_directorsTimeoutApplies() throws Exception {
        try (TestServer server = TestServer.start()) {
            Director director = Loopback.director(server.address());
            director.setTimeouts(new TimeoutSettings(1, 0, 0));
            try (Relay relay = Loopback.relay(director, Protocol.TCP).start();
                    Socket idle = Loopback.connect(relay)) {
                assertThatThrownBy(() -> idle.getInputStream().read()).isInstanceOf(SocketException.class);
                assertThat(relay.snapshot().idleTimeouts()).isOne();
            }
        }
    }

    @Test
    @Tag("slow")
    void idle_serverHasFinished_directorsShorterTimeoutApplies() throws Exception {
        try (TestServer server = TestServer.start(socket -> {
            socket.shutdownOutput();
            socket.getInputStream().read();
        })) {
            Director director = Loopback.director(server.address());
            director.setTimeouts(new TimeoutSettings(0, 1, 0));
            try (Relay relay = Loopback.relay(director, Protocol.TCP)
                            .idleTimeout(Duration.ZERO)
                            .start();
                    Socket client = Loopback.connect(relay)) {
                assertThat(client.getInputStream().read()).isEqualTo(-1);
                Loopback.await("timed out", () -> relay.snapshot().idleTimeouts() == 1);
                Loopback.awaitReleased(relay, director);
            }
        }
    }

    @Test
    @Tag("slow")
    void connections_twoThousandIdle_allConnectedThenReleased() throws Exception {
        // One thread accepts and none reads: a thread per connection would load the test more than the relay.
        try (ServerSocket server = new ServerSocket(0, MANY, InetAddress.getLoopbackAddress())) {
            Director director = Loopback.director("127.0.0.1:" + server.getLocalPort());
            List<Socket> clients = new ArrayList<>();
            List<Socket> accepted = new ArrayList<>();
            try (Relay relay =
                    Loopback.relay(director, Protocol.TCP).acceptors(2).start()) {
                for (int i = 0; i < MANY; i++) {
                    clients.add(Loopback.connect(relay));
                    accepted.add(server.accept());
                }
                Loopback.await(
                        "all are connected", () -> Loopback.server(director, 0).active() == MANY);
                assertThat(relay.snapshot().openConnections()).isEqualTo(MANY);
                for (Socket client : clients) {
                    client.getOutputStream().write(7);
                    client.close();
                }
                for (Socket socket : accepted) {
                    assertThat(socket.getInputStream().read()).isEqualTo(7);
                    assertThat(socket.getInputStream().read()).isEqualTo(-1);
                    socket.close();
                }
                Loopback.awaitReleased(relay, director);
                assertThat(relay.snapshot().aborted()).isZero();
            }
        }
    }

    @Test
    void connections_aboveTheCeiling_areResetAndCounted() throws Exception {
        try (TestServer server = TestServer.start()) {
            Director director = Loopback.director(server.address());
            try (Relay relay =
                    Loopback.relay(director, Protocol.TCP).maxConnections(1).start()) {
                try (Socket first = Loopback.connect(relay)) {
                    first.getOutputStream().write(1);
                    assertThat(first.getInputStream().read()).isOne();
                    Loopback.assertReset(relay);
                    assertThat(relay.snapshot().overConnectionLimit()).isOne();
                    assertThat(relay.snapshot().openConnections()).isOne();
                }
                Loopback.awaitReleased(relay, director);
                try (Socket third = Loopback.connect(relay)) {
                    third.getOutputStream().write(3);
                    assertThat(third.getInputStream().read()).isEqualTo(3);
                }
            }
        }
    }
}
