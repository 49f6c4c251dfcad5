package org.lvs4j.netty;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.lvs4j.Director;
import org.lvs4j.TemplateSnapshot;
import org.lvs4j.service.Persistence;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

/** TCP services with a persistence engine: the relay reads what identifies a client before it chooses a server. */
@ExtendWith(LeakCheck.class)
final class IdentificationTest {
    private final ServiceKey key = ServiceKey.tcp(Loopback.closedPort());

    IdentificationTest() throws IOException {}

    private Director director(String... servers) {
        return Loopback.director(
                VirtualService.builder(key)
                        .scheduler("rr")
                        .persistence(new Persistence(60, -1, "sip"))
                        .build(),
                servers);
    }

    private static String message(String call) {
        return "\r\n\r\nREGISTER sip:example.org SIP/2.0\r\nCall-ID: " + call + "\r\n\r\n";
    }

    /** Sends a message in pieces, each after the relay has seen the one before, and expects it back. */
    private void exchange(Relay relay, String message, int pieceBytes) throws IOException {
        try (Socket client = connect(relay)) {
            client.setTcpNoDelay(true);
            OutputStream out = client.getOutputStream();
            for (int i = 0; i < message.length(); i += pieceBytes) {
                out.write(message.substring(i, Math.min(i + pieceBytes, message.length()))
                        .getBytes(US_ASCII));
            }
            client.shutdownOutput();
            assertThat(new String(client.getInputStream().readAllBytes(), US_ASCII))
                    .isEqualTo(message);
        }
    }

    private Socket connect(Relay relay) throws IOException {
        Socket socket = new Socket();
        socket.connect(relay.address(key));
        socket.setSoTimeout((int) Loopback.TIMEOUT.toMillis());
        return socket;
    }

    private static void assertReset(Socket client) {
        assertThatThrownBy(() -> client.getInputStream().read())
                .isInstanceOf(SocketException.class)
                .hasMessageContaining("reset");
    }

    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.Loopback#transports")
    void engine_sameCall_sameServerAndEveryByteArrives(Transport transport) throws Exception {
        Loopback.assumeAvailable(transport);
        try (TestServer one = TestServer.start();
                TestServer two = TestServer.start()) {
            Director director = director(one.address(), two.address());
            try (Relay relay = Relay.builder(director).transport(transport).start()) {
                for (int i = 0; i < 4; i++) {
                    exchange(relay, message("first@host"), i + 1);
                    exchange(relay, message("second@host"), 1000);
                }
                assertThat(one.accepted).hasValue(4);
                assertThat(two.accepted).hasValue(4);
                assertThat(director.templates())
                        .extracting(TemplateSnapshot::identity)
                        .containsExactlyInAnyOrder("first@host", "second@host");
                Loopback.awaitReleased(relay, director);
                assertThat(relay.snapshot().aborted()).isZero();
                assertThat(relay.snapshot().unidentified()).isZero();
            }
        }
    }

    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.Loopback#transports")
    void engine_firstServerUnreachable_anotherGetsTheFirstBytes(Transport transport) throws Exception {
        Loopback.assumeAvailable(transport);
        try (TestServer up = TestServer.start()) {
            Director director = director(Loopback.closedPort(), up.address());
            try (Relay relay = Relay.builder(director).transport(transport).start()) {
                exchange(relay, message("call@host"), 1000);
                assertThat(relay.snapshot().retries()).isOne();
                Loopback.awaitReleased(relay, director);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.Loopback#transports")
    @Tag("slow")
    void engine_noIdentityInTime_clientIsReset(Transport transport) throws Exception {
        Loopback.assumeAvailable(transport);
        try (TestServer server = TestServer.start()) {
            Director director = director(server.address());
            try (Relay relay = Relay.builder(director)
                            .transport(transport)
                            .identifyTimeout(Duration.ofMillis(200))
                            .start();
                    Socket silent = connect(relay);
                    Socket incomplete = connect(relay)) {
                incomplete.getOutputStream().write("REGISTER".getBytes(US_ASCII));
                assertReset(silent);
                assertReset(incomplete);
                assertThat(relay.snapshot().unidentified()).isEqualTo(2);
                assertThat(relay.snapshot().refused()).isZero();
                assertThat(server.accepted).hasValue(0);
                Loopback.awaitReleased(relay, director);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.Loopback#transports")
    void engine_streamEndsOrIsTooLongWithoutIdentity_clientIsReset(Transport transport) throws Exception {
        Loopback.assumeAvailable(transport);
        try (TestServer server = TestServer.start()) {
            Director director = director(server.address());
            try (Relay relay = Relay.builder(director)
                            .transport(transport)
                            .identifyTimeout(Duration.ofMinutes(1))
                            .bufferBytes(1024)
                            .start();
                    Socket ended = connect(relay);
                    Socket tooLong = connect(relay)) {
                ended.getOutputStream().write("REGISTER\r\n\r\n".getBytes(US_ASCII));
                ended.shutdownOutput();
                assertReset(ended);
                tooLong.getOutputStream().write(new byte[1025]);
                assertReset(tooLong);
                assertThat(relay.snapshot().unidentified()).isEqualTo(2);
                Loopback.awaitReleased(relay, director);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.Loopback#transports")
    void engine_clientResetsWhileItIsAwaited_released(Transport transport) throws Exception {
        Loopback.assumeAvailable(transport);
        Director director = director(Loopback.closedPort());
        try (Relay relay = Relay.builder(director)
                .transport(transport)
                .identifyTimeout(Duration.ofMinutes(1))
                .start()) {
            Socket client = connect(relay);
            client.getOutputStream().write(1);
            Loopback.await("accepted", () -> relay.snapshot().openConnections() == 1);
            client.setSoLinger(true, 0);
            client.close();
            Loopback.await("aborted", () -> relay.snapshot().aborted() == 1);
            Loopback.awaitReleased(relay, director);
        }
    }

    @Test
    @Tag("slow")
    void engine_messageByteByByte_calledABoundedNumberOfTimes() throws Exception {
        try (TestServer server = TestServer.start()) {
            Director director = director(server.address());
            try (Relay relay = Relay.builder(director).start()) {
                String longHeader = "X: " + "x".repeat(2000) + "\r\n";
                exchange(relay, longHeader + message("call@host"), 1);
                Loopback.awaitReleased(relay, director);
            }
        }
    }
}
