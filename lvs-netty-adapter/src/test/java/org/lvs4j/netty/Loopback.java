package org.lvs4j.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.lvs4j.Director;
import org.lvs4j.ServerSnapshot;
import org.lvs4j.ServiceSnapshot;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.Protocol;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

/** What the tests of the relay have in common: a service without a fixed port, sockets, and waiting. */
final class Loopback {
    /** A service with no address of its own: the relay listens where the system chooses. */
    static final ServiceKey SERVICE = ServiceKey.mark(1);

    static final Duration PATIENCE = Duration.ofSeconds(20);

    private Loopback() {}

    /** A director with one round-robin service of mark 1, its servers in the order given. */
    static Director director(String... servers) {
        return director(VirtualService.builder(SERVICE).scheduler("rr").build(), servers);
    }

    static Director director(VirtualService service, String... servers) {
        Director director = Director.create();
        director.addService(service);
        for (int i = servers.length - 1; i >= 0; i--) {
            director.addServer(service.key(), RealServer.builder(servers[i]).build());
        }
        return director;
    }

    /** A relay for it that listens at a free port of loopback. */
    static Relay.Builder relay(Director director, Protocol protocol) {
        return Relay.builder(director).threads(2).listen(protocol, Endpoint.parse("127.0.0.1:0"), 1);
    }

    static Stream<Transport> transports() {
        return Stream.of(Transport.NIO, Transport.EPOLL, Transport.IO_URING);
    }

    static void assumeAvailable(Transport transport) {
        assumeThat(transport.available())
                .as("SKIPPED: transport %s is not available here: %s", transport, transport.unavailability())
                .isTrue();
    }

    static Socket connect(Relay relay) throws IOException {
        Socket socket = new Socket();
        socket.connect(relay.address(SERVICE), (int) PATIENCE.toMillis());
        socket.setSoTimeout((int) PATIENCE.toMillis());
        return socket;
    }

    /** An address where nothing listens, at least for now. */
    static String closedPort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return "127.0.0.1:" + socket.getLocalPort();
        }
    }

    static String closedUdpPort() throws IOException {
        try (DatagramSocket socket = new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
            return "127.0.0.1:" + socket.getLocalPort();
        }
    }

    static ServerSnapshot server(Director director, int index) {
        return director.services().get(0).servers().get(index);
    }

    /** Waits until something holds, and fails if it takes too long. */
    static void await(String what, BooleanSupplier condition) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("waited too long: %s", what).isLessThan(end);
            Thread.onSpinWait();
            java.util.concurrent.locks.LockSupport.parkNanos(2_000_000);
        }
    }

    /** Waits until nothing is open, at the relay and at the director. */
    static void awaitReleased(Relay relay, Director director) {
        await("no open connection", () -> relay.snapshot().openConnections() == 0);
        assertNothingCounted(director);
    }

    static void assertNothingCounted(Director director) {
        List<ServiceSnapshot> services = director.services();
        for (ServiceSnapshot service : services) {
            for (ServerSnapshot server : service.servers()) {
                assertThat(server.active())
                        .as("active connections of %s", server.server())
                        .isZero();
                assertThat(server.inactive())
                        .as("inactive connections of %s", server.server())
                        .isZero();
            }
        }
        assertThat(director.connections()).isEmpty();
        assertThat(director.templates()).isEmpty();
    }
}
