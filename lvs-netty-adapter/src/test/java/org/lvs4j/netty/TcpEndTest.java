package org.lvs4j.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.lvs4j.ConnectionSnapshot;
import org.lvs4j.Director;
import org.lvs4j.net.ConnectionState;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.Protocol;
import org.lvs4j.service.Sysctl;

/** What the director keeps of a connection depends on how it ended; the director itself can end one, too. */
@ExtendWith(LeakCheck.class)
@Tag("slow")
final class TcpEndTest {
    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.Loopback#transports")
    void end_inOrderOrByReset_lingersAsInIpvs(Transport transport) throws Exception {
        Loopback.assumeAvailable(transport);
        try (TestServer server = TestServer.start()) {
            Director director = Loopback.director(server.address());
            try (Relay relay =
                    Loopback.relay(director, Protocol.TCP).transport(transport).start()) {
                try (Socket client = Loopback.connect(relay)) {
                    client.getOutputStream().write(1);
                    assertThat(client.getInputStream().read()).isOne();
                    client.shutdownOutput();
                    assertThat(client.getInputStream().read()).isEqualTo(-1);
                }
                awaitStates(relay, director, ConnectionState.TIME_WAIT);
                Socket client = Loopback.connect(relay);
                client.getOutputStream().write(1);
                assertThat(client.getInputStream().read()).isOne();
                client.setSoLinger(true, 0);
                client.close();
                awaitStates(relay, director, ConnectionState.TIME_WAIT, ConnectionState.CLOSE);
                Loopback.awaitReleased(relay, director);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.Loopback#transports")
    void end_afterIdleTimeout_nothingLingers(Transport transport) throws Exception {
        Loopback.assumeAvailable(transport);
        try (TestServer server = TestServer.start()) {
            Director director = Loopback.director(server.address());
            try (Relay relay = Loopback.relay(director, Protocol.TCP)
                            .transport(transport)
                            .idleTimeout(Duration.ofMillis(100))
                            .start();
                    Socket client = Loopback.connect(relay)) {
                assertReset(client);
                awaitStates(relay, director);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.Loopback#transports")
    void expireNodestConn_serverRemoved_itsConnectionsAreReset(Transport transport) throws Exception {
        Loopback.assumeAvailable(transport);
        try (TestServer one = TestServer.start();
                TestServer two = TestServer.start()) {
            Director director = Loopback.director(one.address(), two.address());
            director.setSysctl(Sysctl.EXPIRE_NODEST_CONN, 1);
            try (Relay relay = Loopback.relay(director, Protocol.TCP)
                            .transport(transport)
                            .start();
                    Socket first = Loopback.connect(relay);
                    Socket second = Loopback.connect(relay)) {
                for (Socket client : new Socket[] {first, second}) {
                    client.getOutputStream().write(1);
                    assertThat(client.getInputStream().read()).isOne();
                }
                director.removeServer(Loopback.SERVICE, Endpoint.parse(one.address()));
                Loopback.await("one is reset", () -> relay.snapshot().openConnections() == 1);
                assertThat(director.connections()).hasSize(1);

                director.removeServer(Loopback.SERVICE, Endpoint.parse(two.address()));
                assertReset(first);
                assertReset(second);
                awaitStates(relay, director);
            }
        }
    }

    private static void assertReset(Socket client) {
        assertThatThrownBy(() -> client.getInputStream().read())
                .isInstanceOf(SocketException.class)
                .hasMessageContaining("reset");
    }

    private static void awaitStates(Relay relay, Director director, ConnectionState... states) {
        Loopback.await("no open connection", () -> relay.snapshot().openConnections() == 0);
        assertThat(director.connections()).extracting(ConnectionSnapshot::state).containsExactlyInAnyOrder(states);
    }
}
