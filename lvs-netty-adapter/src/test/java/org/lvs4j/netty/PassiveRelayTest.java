package org.lvs4j.netty;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.lvs4j.Director;
import org.lvs4j.health.HealthEvent;
import org.lvs4j.health.PassiveCheck;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.Protocol;
import org.lvs4j.netty.health.HealthMonitor;
import org.lvs4j.service.RealServer;

/** Servers that fail the clients of a relay leave the table of a monitor for a time, without any probe. */
@ExtendWith(LeakCheck.class)
@Tag("slow")
final class PassiveRelayTest {
    private static final TestServer.Conversation RESET = socket -> {
        socket.getInputStream().read();
        socket.setSoLinger(true, 0);
    };

    private static PassiveCheck passive(int millis, int maxPercent) {
        return new PassiveCheck(3, Duration.ofMillis(millis), Duration.ofMinutes(1), maxPercent);
    }

    private static List<String> servers(Director director) {
        return director.configuration(Loopback.SERVICE).servers().stream()
                .map(RealServer::endpoint)
                .map(Endpoint::toString)
                .toList();
    }

    private static void ask(Relay relay) {
        try (Socket client = Loopback.connect(relay)) {
            client.getOutputStream().write(1);
            client.getInputStream().read();
        } catch (SocketException e) {
            // The server has reset it.
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** The times between begins and ends. */
    private static List<Long> times(Queue<Long> begins, Queue<Long> ends) {
        Iterator<Long> begin = begins.iterator();
        return ends.stream().map(end -> end - begin.next()).toList();
    }

    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.Loopback#transports")
    void tcp_connectsFail_serverIsEjectedForATimeThatGrows(Transport transport) throws Exception {
        Loopback.assumeAvailable(transport);
        String closed = Loopback.closedPort();
        Queue<Long> ejections = new ConcurrentLinkedQueue<>();
        Queue<Long> ends = new ConcurrentLinkedQueue<>();
        try (TestServer up = TestServer.start()) {
            Director director = Loopback.director(closed, up.address());
            try (HealthMonitor monitor = HealthMonitor.builder(director)
                            .passiveCheck(Loopback.SERVICE, passive(200, 50))
                            .listener(event -> {
                                if (event instanceof HealthEvent.ServerChanged changed) {
                                    (changed.up() ? ends : ejections).add(System.nanoTime());
                                }
                            })
                            .start();
                    Relay relay = Loopback.relay(director, Protocol.TCP)
                            .transport(transport)
                            .start()) {
                assertThat(monitor.snapshot().services()).hasSize(1);
                // A pause of the machine between two ejections makes the next one short again.
                Loopback.await("an ejection for twice the time", () -> {
                    ask(relay);
                    return times(ejections, ends).stream().anyMatch(nanos -> nanos >= 399_000_000);
                });
                assertThat(times(ejections, ends)).allMatch(nanos -> nanos >= 199_000_000);
                assertThat(relay.snapshot().unreachable()).isZero();
                Loopback.awaitReleased(relay, director);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.Loopback#transports")
    void tcp_resetsBeforeTheFirstByte_neverMoreThanTheShareIsEjected(Transport transport) throws Exception {
        Loopback.assumeAvailable(transport);
        try (TestServer one = TestServer.start(RESET);
                TestServer two = TestServer.start(RESET);
                TestServer three = TestServer.start(RESET);
                TestServer up = TestServer.start()) {
            Director director = Loopback.director(one.address(), two.address(), three.address(), up.address());
            AtomicInteger fewest = new AtomicInteger(4);
            AtomicInteger changes = new AtomicInteger();
            try (HealthMonitor monitor = HealthMonitor.builder(director)
                            .passiveCheck(Loopback.SERVICE, passive(50, 50))
                            .listener(event -> {
                                fewest.accumulateAndGet(servers(director).size(), Math::min);
                                changes.incrementAndGet();
                            })
                            .start();
                    Relay relay = Loopback.relay(director, Protocol.TCP)
                            .transport(transport)
                            .start()) {
                assertThat(monitor.snapshot().services()).hasSize(1);
                Loopback.await("ejections", () -> {
                    ask(relay);
                    return changes.get() >= 8 && fewest.get() == 2;
                });
                assertThat(fewest).hasValue(2);
                Loopback.awaitReleased(relay, director);
            }
            assertThat(servers(director)).as("given back").hasSize(4);
        }
    }

    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.Loopback#transports")
    void udp_portUnreachable_serverIsEjected(Transport transport) throws Exception {
        Loopback.assumeAvailable(transport);
        String closed = Loopback.closedUdpPort();
        try (UdpEchoServer up = new UdpEchoServer()) {
            Director director = Loopback.director(closed, up.address());
            try (HealthMonitor monitor = HealthMonitor.builder(director)
                            .passiveCheck(Loopback.SERVICE, passive(60_000, 50))
                            .start();
                    Relay relay = Loopback.relay(director, Protocol.UDP)
                            .transport(transport)
                            .start()) {
                assertThat(monitor.snapshot().services()).hasSize(1);
                Loopback.await("the ejection", () -> {
                    try (UdpClient client = UdpClient.of(relay)) {
                        client.send(1);
                        return servers(director).equals(List.of(up.address()));
                    } catch (java.io.IOException e) {
                        throw new java.io.UncheckedIOException(e);
                    }
                });
                assertThat(monitor.snapshot().services().get(0).servers())
                        .filteredOn(server -> server.ejected())
                        .singleElement()
                        .satisfies(server ->
                                assertThat(server.server().server().endpoint()).hasToString(closed));
            }
        }
    }
}
