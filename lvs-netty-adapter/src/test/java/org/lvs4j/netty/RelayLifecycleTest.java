package org.lvs4j.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.lvs4j.ConfigurationListener;
import org.lvs4j.Director;
import org.lvs4j.TimeoutSettings;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.Protocol;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

/** Binding, following the configuration, draining and closing. */
@ExtendWith(LeakCheck.class)
final class RelayLifecycleTest {
    private static void exchange(InetSocketAddress address) throws IOException {
        try (Socket client = new Socket(address.getAddress(), address.getPort())) {
            client.setSoTimeout(20_000);
            client.getOutputStream().write(42);
            assertThat(client.getInputStream().read()).isEqualTo(42);
        }
    }

    private static boolean refuses(InetSocketAddress address) {
        try {
            new Socket(address.getAddress(), address.getPort()).close();
            return false;
        } catch (IOException e) {
            return true;
        }
    }

    /** Whether an address can be bound; connections of a closed listening socket may remain. */
    private static boolean isFree(InetSocketAddress address) {
        try (ServerSocket other = new ServerSocket()) {
            other.setReuseAddress(true);
            other.bind(address);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    @Test
    void start_serviceWithAddress_isBoundThere() throws Exception {
        try (TestServer server = TestServer.start()) {
            ServiceKey key = ServiceKey.tcp(Loopback.closedPort());
            Director director = Loopback.director(VirtualService.builder(key).build(), server.address());
            try (Relay relay = Relay.start(director)) {
                InetSocketAddress address = relay.address(key);
                assertThat("127.0.0.1:" + address.getPort())
                        .isEqualTo(key.toString().substring(4));
                exchange(address);
                assertThat(relay.transport()).isEqualTo(Transport.AUTO.resolve());
            }
        }
    }

    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.Loopback#transports")
    void start_severalAddressesTaken_allNamedAndNothingStaysBound(Transport transport) throws Exception {
        Loopback.assumeAvailable(transport);
        try (ServerSocket one = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                DatagramSocket two = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            String taken = "127.0.0.1:" + one.getLocalPort();
            String takenUdp = "127.0.0.1:" + two.getLocalPort();
            String free = Loopback.closedPort();
            Director director = Director.create();
            director.addService(VirtualService.builder(ServiceKey.tcp(free)).build());
            director.addService(VirtualService.builder(ServiceKey.tcp(taken)).build());
            director.addService(VirtualService.builder(ServiceKey.udp(takenUdp)).build());
            director.addService(
                    VirtualService.builder(ServiceKey.tcp("192.0.2.1:80")).build());
            director.addService(VirtualService.builder(ServiceKey.tcp("127.0.0.1:0"))
                    .persistent(60)
                    .build());
            director.addService(VirtualService.builder(ServiceKey.mark(7)).build());

            for (int acceptors = 1; acceptors <= 2; acceptors++) {
                Relay.Builder builder =
                        Relay.builder(director).transport(transport).acceptors(acceptors);
                RelayException failure = catchThrowableOfType(RelayException.class, builder::start);

                assertThat(failure.problems()).hasSize(5);
                assertThat(failure.getMessage().lines()).containsExactlyElementsOf(failure.problems());
                assertThat(failure)
                        .hasMessageContaining("TCP " + taken)
                        .hasMessageContaining("UDP " + takenUdp)
                        .hasMessageContaining("TCP 192.0.2.1:80")
                        .hasMessageContaining("add it to an interface first")
                        .hasMessageContaining("listen(TCP, 127.0.0.1:port, 0)")
                        .hasMessageContaining("FWM 7")
                        .hasMessageContaining("listen(protocol, endpoint, 7)");
                new ServerSocket(Endpoint.parse(free).port(), 1, InetAddress.getLoopbackAddress()).close();
            }
        }
    }

    @Test
    void start_portZeroServiceWithListenAddress_serverGetsTheSamePort() throws Exception {
        assumeThat(System.getProperty("os.name"))
                .as("SKIPPED: only Linux has every address of 127.0.0.0/8")
                .isEqualTo("Linux");
        try (TestServer server = TestServer.startAt("127.0.0.2")) {
            Endpoint at = Endpoint.parse(server.address());
            ServiceKey key = ServiceKey.tcp("127.0.0.1:0");
            Director director =
                    Loopback.director(VirtualService.builder(key).persistent(60).build(), "127.0.0.2:0");
            Endpoint listen = Endpoint.parse("127.0.0.1:" + at.port());
            try (Relay relay =
                    Relay.builder(director).listen(Protocol.TCP, listen, 0).start()) {
                exchange(relay.address(key));
                assertThat(server.accepted).hasValue(1);
            }
        }
    }

    @Test
    void relay_serverIsRelayItself_clientResetInsteadOfLoop() {
        ServiceKey key = ServiceKey.tcp("127.0.0.1:0");
        Director director =
                Loopback.director(VirtualService.builder(key).persistent(60).build(), "127.0.0.1:0");
        Endpoint listen = Endpoint.parse("127.0.0.1:0");
        try (Relay relay =
                Relay.builder(director).listen(Protocol.TCP, listen, 0).start()) {
            assertThatThrownBy(() -> exchange(relay.address(key))).isInstanceOf(SocketException.class);
            assertThat(relay.snapshot().accepted()).isOne();
            assertThat(relay.snapshot().unreachable()).isOne();
            Loopback.await("released", () -> relay.snapshot().openConnections() == 0);
        }
    }

    @Test
    void start_optionsOutOfRange_allNamed() {
        Relay.Builder builder = Relay.builder(Director.create())
                .threads(0)
                .acceptors(-1)
                .connectTimeout(Duration.ZERO)
                .retries(-1)
                .maxConnections(0)
                .bufferBytes(1)
                .udpFlows(0)
                .idleTimeout(Duration.ofMillis(-1))
                .listen(Protocol.SCTP, Endpoint.parse("127.0.0.1:1"), 0);
        assertThatThrownBy(builder::start)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll(
                        "threads 0",
                        "acceptors -1",
                        "connect timeout in ms 0",
                        "retries -1",
                        "connections 0",
                        "buffer bytes 1",
                        "UDP flows 0",
                        "idle timeout PT-0.001S is negative",
                        "SCTP is not relayed");
    }

    @Test
    void start_transportOfAnotherSystem_messageSaysWhy() {
        Transport missing = Transport.KQUEUE.available() ? Transport.EPOLL : Transport.KQUEUE;
        assertThatThrownBy(() ->
                        Relay.builder(Director.create()).transport(missing).start())
                .isInstanceOf(RelayException.class)
                .hasMessageContaining(missing.toString());
    }

    @Test
    void refresh_serviceAddedAndRemoved_isBoundAndUnboundAndConnectionContinues() throws Exception {
        try (TestServer server = TestServer.start()) {
            Director director = Director.create();
            try (Relay relay = Relay.start(director)) {
                ServiceKey key = ServiceKey.tcp(Loopback.closedPort());
                director.addService(VirtualService.builder(key).build());
                director.addServer(key, RealServer.builder(server.address()).build());
                relay.refresh();
                InetSocketAddress address = relay.address(key);
                try (Socket client = new Socket(address.getAddress(), address.getPort())) {
                    client.getOutputStream().write(1);
                    assertThat(client.getInputStream().read()).isEqualTo(1);

                    director.removeService(key);
                    relay.refresh();
                    assertThat(refuses(address)).isTrue();
                    client.getOutputStream().write(2);
                    assertThat(client.getInputStream().read()).isEqualTo(2);
                }
            }
        }
    }

    @Test
    void refresh_oneAddressTaken_isNamedAndAllOthersAreBound() throws Exception {
        try (TestServer server = TestServer.start();
                ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Director director = Director.create();
            try (Relay relay = Relay.start(director)) {
                director.addService(VirtualService.builder(ServiceKey.tcp("127.0.0.1:" + other.getLocalPort()))
                        .build());
                ServiceKey key = ServiceKey.tcp(Loopback.closedPort());
                director.addService(VirtualService.builder(key).build());
                director.addServer(key, RealServer.builder(server.address()).build());

                assertThatThrownBy(relay::refresh)
                        .isInstanceOf(RelayException.class)
                        .hasMessageContaining("127.0.0.1:" + other.getLocalPort());
                exchange(relay.address(key));
            }
        }
    }

    @Test
    void drain_connectionsEndInTime_returnsTrueAndReportsProgress() throws Exception {
        try (TestServer server = TestServer.start()) {
            Director director = Loopback.director(server.address());
            Relay relay = Loopback.relay(director, Protocol.TCP).start();
            InetSocketAddress address = relay.address(Loopback.SERVICE);
            Socket client = Loopback.connect(relay);
            client.getOutputStream().write(1);
            assertThat(client.getInputStream().read()).isEqualTo(1);
            List<Integer> progress = new ArrayList<>();
            CompletableFuture<Boolean> drained =
                    CompletableFuture.supplyAsync(() -> relay.drain(Duration.ofSeconds(20), progress::add));
            Loopback.await("no longer listening", () -> isFree(address));
            client.getOutputStream().write(2);
            assertThat(client.getInputStream().read()).isEqualTo(2);
            client.close();

            assertThat(drained.get(20, TimeUnit.SECONDS)).isTrue();
            assertThat(progress).isNotEmpty().containsOnly(1);
            Loopback.assertNothingCounted(director);
        }
    }

    @Test
    void drain_connectionStaysOpen_isResetAtTheDeadline() throws Exception {
        try (TestServer server = TestServer.start()) {
            Director director = Loopback.director(server.address());
            Relay relay = Loopback.relay(director, Protocol.TCP).start();
            try (Socket client = Loopback.connect(relay)) {
                client.getOutputStream().write(1);
                assertThat(client.getInputStream().read()).isEqualTo(1);

                assertThat(relay.drain(Duration.ofMillis(100))).isFalse();
                assertThatThrownBy(() -> client.getInputStream().read()).isInstanceOf(SocketException.class);
                Loopback.assertNothingCounted(director);
                assertThatThrownBy(relay::refresh).isInstanceOf(IllegalStateException.class);
            }
        }
    }

    @Test
    void close_twice_secondHasNoEffect() {
        Relay relay = Relay.start(Director.create());
        relay.close();
        relay.close();
        assertThat(relay.snapshot().openConnections()).isZero();
    }

    @Test
    @Tag("slow")
    void close_listenerRefreshesTheRelayMeanwhile_noDeadlock() throws Exception {
        Director director = Director.create();
        for (int round = 0; round < 50; round++) {
            Relay relay = Relay.start(director);
            ConfigurationListener listener = change -> {
                try {
                    relay.refresh();
                } catch (IllegalStateException closed) {
                    // As expected once the relay is closed.
                }
            };
            director.addListener(listener);
            CompletableFuture<Void> changes = CompletableFuture.runAsync(() -> {
                for (int i = 1; i <= 50; i++) {
                    director.setTimeouts(new TimeoutSettings(i, 0, 0));
                }
            });
            CompletableFuture<Void> closing = CompletableFuture.runAsync(relay::close);
            CompletableFuture.allOf(changes, closing).get(20, TimeUnit.SECONDS);
            director.removeListener(listener);
        }
    }
}
