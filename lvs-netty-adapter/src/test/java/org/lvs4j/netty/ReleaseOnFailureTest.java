package org.lvs4j.netty;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.lvs4j.Director;
import org.lvs4j.health.CheckSchedule;
import org.lvs4j.health.HealthConfiguration;
import org.lvs4j.health.MonitoredServer;
import org.lvs4j.health.MonitoredService;
import org.lvs4j.health.ProbeTarget;
import org.lvs4j.health.ReleaseOnFailure;
import org.lvs4j.health.TcpCheck;
import org.lvs4j.net.AddressFamily;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.Protocol;
import org.lvs4j.netty.health.HealthMonitor;
import org.lvs4j.service.Persistence;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.Sysctl;
import org.lvs4j.service.VirtualService;

/**
 * The clients of a server that a monitor takes out. The server itself goes on in these tests, so that they see which
 * clients are still sent to it; what fails is the port that is probed.
 */
@ExtendWith(LeakCheck.class)
@Tag("slow")
final class ReleaseOnFailureTest {
    private static final CheckSchedule FAST = CheckSchedule.builder()
            .interval(Duration.ofMillis(50))
            .retryInterval(Duration.ofMillis(20))
            .warmup(Duration.ZERO)
            .build();

    /** Two servers with a probed port each, a monitor and a relay. */
    private static final class Pool implements AutoCloseable {
        final Director director = Director.create();
        final List<TestServer> probed = new ArrayList<>();
        final ServiceKey key;
        final HealthMonitor monitor;
        final Relay relay;

        Pool(
                Transport transport,
                Protocol protocol,
                boolean inhibit,
                @Nullable ReleaseOnFailure release,
                String... servers)
                throws IOException {
            Loopback.assumeAvailable(transport);
            key = protocol == Protocol.TCP
                    ? ServiceKey.tcp(Loopback.closedPort())
                    : ServiceKey.udp(Loopback.closedUdpPort());
            VirtualService.Builder service = VirtualService.builder(key).scheduler("rr");
            if (inhibit) {
                service.persistence(Persistence.of(AddressFamily.IPV4, 300));
            }
            MonitoredService.Builder monitored =
                    MonitoredService.builder(service.build()).releaseOnFailure(release);
            for (String each : servers) {
                TestServer port = TestServer.start();
                probed.add(port);
                TcpCheck check = new TcpCheck(ProbeTarget.of(Endpoint.parse(port.address())), FAST);
                monitored.server(new MonitoredServer(RealServer.of(each), List.of(check), inhibit, null, null));
            }
            monitor = HealthMonitor.builder(director)
                    .configuration(HealthConfiguration.of(monitored.build()))
                    .start();
            relay = Relay.builder(director).threads(2).transport(transport).start();
        }

        Socket connect() throws IOException {
            Socket socket = new Socket();
            socket.connect(relay.address(key), (int) Loopback.TIMEOUT.toMillis());
            socket.setSoTimeout((int) Loopback.TIMEOUT.toMillis());
            return socket;
        }

        UdpClient client() throws IOException {
            return UdpClient.of(relay.address(key));
        }

        /** Lets the probes of a server fail, and waits until the monitor has acted. */
        void fail(int server) throws IOException {
            probed.get(server).close();
            Loopback.await(
                    "the server is down",
                    () -> !monitor.snapshot()
                            .services()
                            .get(0)
                            .servers()
                            .get(server)
                            .up());
        }

        @Override
        public void close() throws IOException {
            relay.close();
            monitor.close();
            for (TestServer each : probed) {
                each.close();
            }
        }
    }

    private static void exchange(UdpClient client, int value) {
        try {
            client.exchange(value);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    // ---- UDP

    private static void awaitMove(Pool pool, UdpClient client, UdpEchoServer one, UdpEchoServer two)
            throws IOException {
        exchange(client, 1);
        int first = one.received.get() == 1 ? 0 : 1;
        pool.fail(first);
        UdpEchoServer other = first == 0 ? two : one;
        // An answer that is on its way from the first server when the client moves is lost.
        Loopback.await("the client has moved", () -> {
            client.send(2);
            return other.received.get() > 0;
        });
    }

    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.Loopback#transports")
    void udp_releaseOnFailure_nextDatagramGoesToAnotherServer(Transport transport) throws Exception {
        try (UdpEchoServer one = new UdpEchoServer();
                UdpEchoServer two = new UdpEchoServer();
                Pool pool = new Pool(
                        transport, Protocol.UDP, true, ReleaseOnFailure.CLIENTS, one.address(), two.address());
                UdpClient client = pool.client()) {
            awaitMove(pool, client, one, two);
        }
    }

    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.Loopback#transports")
    void udp_expireNodestConn_nextDatagramGoesToAnotherServer(Transport transport) throws Exception {
        try (UdpEchoServer one = new UdpEchoServer();
                UdpEchoServer two = new UdpEchoServer();
                Pool pool = new Pool(transport, Protocol.UDP, false, null, one.address(), two.address());
                UdpClient client = pool.client()) {
            pool.director.setSysctl(Sysctl.EXPIRE_NODEST_CONN, 1);
            awaitMove(pool, client, one, two);
        }
    }

    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.Loopback#transports")
    void udp_nothingAsked_flowStays(Transport transport) throws Exception {
        try (UdpEchoServer one = new UdpEchoServer();
                UdpEchoServer two = new UdpEchoServer();
                Pool pool = new Pool(transport, Protocol.UDP, false, null, one.address(), two.address());
                UdpClient client = pool.client()) {
            client.exchange(1);
            boolean first = one.received.get() == 1;
            pool.fail(first ? 0 : 1);
            for (int i = 0; i < 5; i++) {
                client.exchange(2);
            }
            assertThat((first ? one : two).received).hasValue(6);
        }
    }

    // ---- persistent clients

    private static void ask(Pool pool) throws IOException {
        try (Socket client = pool.connect()) {
            client.getOutputStream().write(1);
            assertThat(client.getInputStream().read()).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.Loopback#transports")
    void persistent_releaseOnFailure_clientIsPlacedOnAnotherServer(Transport transport) throws Exception {
        try (TestServer one = TestServer.start();
                TestServer two = TestServer.start();
                Pool pool = new Pool(
                        transport, Protocol.TCP, true, ReleaseOnFailure.CLIENTS, one.address(), two.address())) {
            ask(pool);
            boolean first = one.accepted.get() == 1;
            pool.fail(first ? 0 : 1);
            Loopback.await(
                    "the template is released", () -> pool.director.templates().isEmpty());
            ask(pool);
            assertThat((first ? two : one).accepted).hasValue(1);
        }
    }

    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.Loopback#transports")
    void persistent_quiescedServer_onlyExpireQuiescentTemplateMovesTheClient(Transport transport) throws Exception {
        try (TestServer one = TestServer.start();
                TestServer two = TestServer.start();
                Pool pool = new Pool(transport, Protocol.TCP, true, null, one.address(), two.address())) {
            ask(pool);
            boolean first = one.accepted.get() == 1;
            pool.fail(first ? 0 : 1);
            ask(pool);
            assertThat((first ? one : two).accepted).hasValue(2);
            pool.director.setSysctl(Sysctl.EXPIRE_QUIESCENT_TEMPLATE, 1);
            ask(pool);
            assertThat((first ? two : one).accepted).hasValue(1);
        }
    }

    // ---- TCP

    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.Loopback#transports")
    void tcp_endOver_connectionsOfTheServerEndOneAfterTheOther(Transport transport) throws Exception {
        ReleaseOnFailure release = new ReleaseOnFailure(Duration.ofSeconds(1));
        List<Socket> clients = new ArrayList<>();
        try (TestServer one = TestServer.start();
                TestServer two = TestServer.start();
                Pool pool = new Pool(transport, Protocol.TCP, false, release, one.address(), two.address())) {
            for (int i = 0; i < 20; i++) {
                Socket client = pool.connect();
                clients.add(client);
                client.getOutputStream().write(1);
                assertThat(client.getInputStream().read()).isEqualTo(1);
            }
            pool.fail(0);
            Loopback.await("the first end", () -> pool.relay.snapshot().openConnections() < 20);
            assertThat(pool.relay.snapshot().openConnections()).isGreaterThan(10);
            Loopback.await("all ends", () -> pool.relay.snapshot().openConnections() == 10);
            int kept = 0;
            for (Socket client : clients) {
                kept += answers(client) ? 1 : 0;
            }
            assertThat(kept).isEqualTo(10);
        } finally {
            for (Socket client : clients) {
                client.close();
            }
        }
    }

    private static boolean answers(Socket client) {
        try {
            client.getOutputStream().write(2);
            return client.getInputStream().read() == 2;
        } catch (IOException e) {
            return false;
        }
    }

    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.Loopback#transports")
    void tcp_expireNodestConn_connectionsOfTheServerEnd(Transport transport) throws Exception {
        try (TestServer one = TestServer.start();
                Pool pool = new Pool(transport, Protocol.TCP, false, null, one.address());
                Socket client = pool.connect()) {
            client.getOutputStream().write(1);
            assertThat(client.getInputStream().read()).isEqualTo(1);
            pool.fail(0);
            assertThat(answers(client)).isTrue();
            pool.director.setSysctl(Sysctl.EXPIRE_NODEST_CONN, 1);
            Loopback.await("the end", () -> !answers(client));
        }
    }
}
