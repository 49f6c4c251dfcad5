package org.lvs4j.netty;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.lvs4j.ConnectionSnapshot;
import org.lvs4j.Director;
import org.lvs4j.ServerSnapshot;
import org.lvs4j.net.ConnectionState;
import org.lvs4j.service.Persistence;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

/** How the relay spreads connections that come one after the other: as the packet plane, and as IPVS, does. */
class RelaySpreadTest {
    private static final int CLIENTS = 30;

    private static void exchange(Relay relay, ServiceKey service, int client) throws IOException {
        try (Socket socket = new Socket()) {
            socket.bind(new InetSocketAddress(InetAddress.getByName("127.0.9." + client), 0));
            socket.connect(relay.address(service), (int) Loopback.TIMEOUT.toMillis());
            socket.setSoTimeout((int) Loopback.TIMEOUT.toMillis());
            socket.getOutputStream().write(1);
            assertThat(socket.getInputStream().read()).isEqualTo(1);
        }
        Loopback.await("no open connection", () -> relay.snapshot().openConnections() == 0);
    }

    private static void assertSpread(VirtualService service, Transport transport) throws Exception {
        Loopback.assumeAvailable(transport);
        try (TestServer one = TestServer.start();
                TestServer two = TestServer.start();
                TestServer three = TestServer.start()) {
            Director director = Loopback.director(service, one.address(), two.address(), three.address());
            try (Relay relay =
                    Relay.builder(director).threads(2).transport(transport).start()) {
                for (int client = 1; client <= CLIENTS; client++) {
                    exchange(relay, service.key(), client);
                }
                List<ServerSnapshot> servers = director.services().get(0).servers();
                assertThat(servers)
                        .extracting(server -> server.traffic().connections())
                        .containsOnly(CLIENTS / 3L);
                assertThat(servers).extracting(ServerSnapshot::inactive).containsOnly(CLIENTS / 3);
                assertThat(director.connections())
                        .hasSize(CLIENTS)
                        .extracting(ConnectionSnapshot::state)
                        .containsOnly(ConnectionState.TIME_WAIT);
                Loopback.await("no open socket", () -> relay.openSockets() == 0);
                Loopback.assertNothingCounted(director);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.Loopback#transports")
    void connections_oneAfterTheOtherUnderWlc_serversTakeTurns(Transport transport) throws Exception {
        assertSpread(
                VirtualService.builder(ServiceKey.tcp(Loopback.closedPort()))
                        .scheduler("wlc")
                        .build(),
                transport);
    }

    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.Loopback#transports")
    void connections_clientsOfPersistentService_pinnedToAllServers(Transport transport) throws Exception {
        VirtualService service = VirtualService.builder(ServiceKey.tcp(Loopback.closedPort()))
                .scheduler("wlc")
                .persistence(new Persistence(300, -1, null))
                .build();
        assertSpread(service, transport);
    }
}
