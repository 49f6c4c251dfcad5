package org.lvs4j.netty;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.net.Socket;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.lvs4j.Director;
import org.lvs4j.net.Protocol;

final class TcpRelayTest {
    private static void assumeAvailable(Transport transport) {
        assumeThat(transport.available())
                .as("SKIPPED: transport %s is not available here: %s", transport, transport.unavailability())
                .isTrue();
    }

    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.Loopback#transports")
    void relay_clientFinishesFirst_serverStillAnswers(Transport transport) throws Exception {
        assumeAvailable(transport);
        try (EchoServer server = EchoServer.start();
                Socket client = new Socket()) {
            Director director = Loopback.director(server.address());
            try (Relay relay = Loopback.relay(director, Protocol.TCP).transport(transport).start()) {
                client.connect(relay.address(Loopback.SERVICE));
                client.setSoTimeout(10_000);
                client.getOutputStream().write("hello".getBytes(UTF_8));
                client.shutdownOutput();
                assertThat(new String(client.getInputStream().readAllBytes(), UTF_8)).isEqualTo("hello");
                Loopback.awaitReleased(relay, director);
                assertThat(relay.snapshot().aborted()).isZero();
            }
        }
    }
}
