package org.lvs4j.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.lvs4j.ConnectionSnapshot;
import org.lvs4j.Director;
import org.lvs4j.ServerSnapshot;
import org.lvs4j.ServiceSnapshot;
import org.lvs4j.net.ConnectionState;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.Protocol;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

/** The parts that the tests of the relay share: a service without a fixed port, sockets, and waiting. */
final class Loopback {
    /** A service of a firewall mark, for which the relay listens at a port that the system chooses. */
    static final ServiceKey SERVICE = ServiceKey.mark(1);

    static final Duration TIMEOUT = Duration.ofSeconds(20);

    /** Longer than any closed connection lingers. */
    private static final long LINGERING_NANOS = TimeUnit.HOURS.toNanos(1);

    /** By how much the clock of the directors made here is ahead of the relay's. */
    private static final AtomicLong AHEAD_NANOS = new AtomicLong();

    private Loopback() {}

    /** A director with one round-robin service of mark 1 and its servers, in the given order. */
    static Director director(String... servers) {
        return director(VirtualService.builder(SERVICE).scheduler("rr").build(), servers);
    }

    static Director director(VirtualService service, String... servers) {
        Director director = Director.builder()
                .ticker(() -> System.nanoTime() + AHEAD_NANOS.get())
                .build();
        director.addService(service);
        for (int i = servers.length - 1; i >= 0; i--) {
            director.addServer(service.key(), RealServer.builder(servers[i]).build());
        }
        return director;
    }

    /** A relay for such a director, which listens at a free port of the loopback interface. */
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
        socket.connect(relay.address(SERVICE), (int) TIMEOUT.toMillis());
        socket.setSoTimeout((int) TIMEOUT.toMillis());
        return socket;
    }

    /** Asserts that the relay resets a new connection: before the client knows that it is open, or when it reads. */
    static void assertReset(Relay relay) {
        assertThatThrownBy(() -> {
                    try (Socket client = connect(relay)) {
                        client.getInputStream().read();
                    }
                })
                .isInstanceOf(SocketException.class)
                .hasMessageContaining("reset");
    }

    /** An address of a TCP port at which nothing listens. */
    static String closedPort() throws IOException {
        return "127.0.0.1:" + FreePort.next();
    }

    /** An address of a UDP port at which nothing listens. */
    static String closedUdpPort() throws IOException {
        return "127.0.0.1:" + FreePort.next();
    }

    static ServerSnapshot server(Director director, int index) {
        return director.services().get(0).servers().get(index);
    }

    /** Waits until a condition holds, and fails after {@link #TIMEOUT}. */
    static void await(String what, BooleanSupplier condition) {
        long end = System.nanoTime() + TIMEOUT.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("waited too long: %s", what).isLessThan(end);
            Thread.onSpinWait();
            LockSupport.parkNanos(2_000_000);
        }
    }

    /** Waits until the relay has no open connection; then the director must count none but those that linger. */
    static void awaitReleased(Relay relay, Director director) {
        await("no open connection", () -> relay.snapshot().openConnections() == 0);
        assertNothingCounted(director);
    }

    /** Asserts that no connection of a director made here is open, and that none is left after those that linger. */
    static void assertNothingCounted(Director director) {
        assertThat(director.connections())
                .extracting(ConnectionSnapshot::state)
                .isSubsetOf(ConnectionState.TIME_WAIT, ConnectionState.CLOSE);
        AHEAD_NANOS.addAndGet(LINGERING_NANOS);
        // The thread of the relay that advances the director may still be at it.
        await(
                "everything has expired",
                () -> director.connections().isEmpty() && director.templates().isEmpty());
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
    }
}
