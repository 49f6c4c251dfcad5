package org.lvs4j.netty;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.lvs4j.Director;
import org.lvs4j.ServerSnapshot;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.Protocol;
import org.lvs4j.service.RealServer;

/** Servers that cannot be reached, and services without servers. */
@ExtendWith(LeakCheck.class)
final class ConnectFailureTest {
    private static void exchange(Relay relay) throws IOException {
        try (Socket client = Loopback.connect(relay)) {
            client.getOutputStream().write(42);
            assertThat(client.getInputStream().read()).isEqualTo(42);
        }
    }

    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.Loopback#transports")
    void connect_firstServerRefuses_clientServedByAnother(Transport transport) throws Exception {
        Loopback.assumeAvailable(transport);
        try (TestServer up = TestServer.start()) {
            Director director = Loopback.director(Loopback.closedPort(), up.address());
            try (Relay relay =
                    Loopback.relay(director, Protocol.TCP).transport(transport).start()) {
                for (int i = 0; i < 10; i++) {
                    exchange(relay);
                }
                Loopback.awaitReleased(relay, director);
                RelaySnapshot snapshot = relay.snapshot();
                assertThat(snapshot.accepted()).isEqualTo(10);
                assertThat(snapshot.connectFailures()).isPositive().isEqualTo(snapshot.retries());
                assertThat(snapshot.unreachable()).isZero();
                assertThat(snapshot.aborted()).isZero();
                assertThat(up.accepted).hasValue(10);
            }
        }
    }

    @Test
    void connect_everyServerRefuses_eachIsTriedOnceAndClientIsReset() throws Exception {
        Director director = Loopback.director(Loopback.closedPort(), Loopback.closedPort(), Loopback.closedPort());
        try (Relay relay = Loopback.relay(director, Protocol.TCP).retries(10).start()) {
            Loopback.assertReset(relay);
            Loopback.awaitReleased(relay, director);
            RelaySnapshot snapshot = relay.snapshot();
            assertThat(snapshot.connectFailures()).isEqualTo(3);
            assertThat(snapshot.retries()).isEqualTo(2);
            assertThat(snapshot.unreachable()).isOne();
            for (ServerSnapshot server : director.services().get(0).servers()) {
                assertThat(server.traffic().connections()).isOne();
            }
        }
    }

    @Test
    void connect_noRetries_clientIsResetAfterTheFirstFailure() throws Exception {
        try (TestServer up = TestServer.start()) {
            Director director = Loopback.director(Loopback.closedPort(), up.address());
            try (Relay relay = Loopback.relay(director, Protocol.TCP).retries(0).start()) {
                Loopback.assertReset(relay);
                exchange(relay);
                assertThat(relay.snapshot().unreachable()).isOne();
                assertThat(relay.snapshot().retries()).isZero();
                Loopback.awaitReleased(relay, director);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.Loopback#transports")
    @Tag("slow")
    void connect_firstServerSilent_nextOneTriedAfterTimeout(Transport transport) throws Exception {
        Loopback.assumeAvailable(transport);
        try (SilentServer silent = new SilentServer();
                TestServer up = TestServer.start()) {
            Director director = Loopback.director(silent.address(), up.address());
            try (Relay relay = Loopback.relay(director, Protocol.TCP)
                    .transport(transport)
                    .connectTimeout(Duration.ofMillis(150))
                    .start()) {
                exchange(relay);
                assertThat(relay.snapshot().connectFailures()).isOne();
                assertThat(relay.snapshot().retries()).isOne();
                Loopback.awaitReleased(relay, director);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.Loopback#transports")
    @Tag("slow")
    void connect_clientResetsMeanwhile_serverReleased(Transport transport) throws Exception {
        Loopback.assumeAvailable(transport);
        try (SilentServer silent = new SilentServer()) {
            Director director = Loopback.director(silent.address());
            try (Relay relay = Loopback.relay(director, Protocol.TCP)
                    .transport(transport)
                    .connectTimeout(Duration.ofSeconds(1))
                    .start()) {
                Socket client = Loopback.connect(relay);
                Loopback.await("placed", () -> Loopback.server(director, 0).active() == 1);
                client.setSoLinger(true, 0);
                client.close();
                Loopback.awaitReleased(relay, director);
            }
        }
    }

    @Test
    void connect_serviceWithoutServers_clientResetAndCounted() {
        Director director = Loopback.director();
        try (Relay relay = Loopback.relay(director, Protocol.TCP).start()) {
            Loopback.assertReset(relay);
            assertThat(relay.snapshot().refused()).isOne();
            Loopback.awaitReleased(relay, director);
        }
    }

    @Test
    void relay_serverGetsWeightZeroAndIsRemoved_existingConnectionContinues() throws Exception {
        try (TestServer first = TestServer.start();
                TestServer second = TestServer.start()) {
            Director director = Loopback.director(first.address(), second.address());
            try (Relay relay = Loopback.relay(director, Protocol.TCP).start();
                    Socket client = Loopback.connect(relay)) {
                client.getOutputStream().write(1);
                assertThat(client.getInputStream().read()).isEqualTo(1);
                Endpoint busy = Endpoint.parse(first.accepted.get() == 1 ? first.address() : second.address());
                int before = first.accepted.get() == 1 ? 0 : 1;

                director.editServer(
                        Loopback.SERVICE, RealServer.builder(busy).weight(0).build());
                client.getOutputStream().write(2);
                assertThat(client.getInputStream().read()).isEqualTo(2);
                director.removeServer(Loopback.SERVICE, busy);
                client.getOutputStream().write(3);
                assertThat(client.getInputStream().read()).isEqualTo(3);

                exchange(relay);
                exchange(relay);
                assertThat((before == 0 ? second : first).accepted).hasValue(2);
                director.removeService(Loopback.SERVICE);
                client.getOutputStream().write(4);
                assertThat(client.getInputStream().read()).isEqualTo(4);
            }
        }
    }
}
