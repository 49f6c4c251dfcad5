package org.lvs4j.netty.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.lvs4j.Connection;
import org.lvs4j.Director;
import org.lvs4j.Drain;
import org.lvs4j.DrainOptions;
import org.lvs4j.discovery.Discovery;
import org.lvs4j.discovery.FoundServer;
import org.lvs4j.discovery.ServerSource;
import org.lvs4j.health.CheckSchedule;
import org.lvs4j.health.ProbeTarget;
import org.lvs4j.health.TcpCheck;
import org.lvs4j.net.Endpoint;
import org.lvs4j.netty.health.HealthMonitor;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

/** Servers that are found beside a health monitor, which decides which of them are on the director. */
final class DiscoveryBesideMonitorTest {
    private static final ServiceKey ORDERS = ServiceKey.named("orders");
    private static final CheckSchedule SCHEDULE =
            CheckSchedule.builder().interval(Duration.ofMillis(20)).build();

    private final Director director = Director.create();
    private final AtomicReference<ServerSource.Observer> source = new AtomicReference<>();
    private ServerSocket up;
    private ServerSocket other;
    private Endpoint down;
    private HealthMonitor monitor;
    private Discovery discovery;

    @BeforeEach
    void start() throws IOException {
        up = listening(0);
        other = listening(0);
        try (ServerSocket free = listening(0)) {
            down = endpoint(free);
        }
        director.addService(VirtualService.of(ORDERS, "rr"));
        monitor = HealthMonitor.builder(director)
                .check(ORDERS, server -> new TcpCheck(ProbeTarget.of(server.endpoint()), SCHEDULE))
                .start();
        discovery = Discovery.builder(director, ORDERS, observer -> {
                    source.set(observer);
                    return () -> {};
                })
                .applyTo(monitor::setServers)
                .start();
    }

    @AfterEach
    void close() throws IOException {
        discovery.close();
        monitor.close();
        up.close();
        other.close();
    }

    private static ServerSocket listening(int port) throws IOException {
        return new ServerSocket(port, 50, InetAddress.getByName("127.0.0.1"));
    }

    private static Endpoint endpoint(ServerSocket socket) {
        return Endpoint.parse("127.0.0.1:" + socket.getLocalPort());
    }

    private void found(Endpoint... endpoints) {
        source.get().found(Arrays.stream(endpoints).map(FoundServer::of).toList());
    }

    private List<Endpoint> servers() {
        return director.configuration(ORDERS).servers().stream()
                .map(server -> server.endpoint())
                .toList();
    }

    @Test
    void found_serverIsDown_staysDownAndReturnsWhenItIsUp() throws IOException {
        found(endpoint(up), down);
        Recorder.await("one is down", () -> servers().equals(List.of(endpoint(up))));
        found(endpoint(up), down, endpoint(other));
        found(endpoint(up), down, endpoint(other));
        assertThat(servers()).containsExactlyInAnyOrder(endpoint(up), endpoint(other));
        try (ServerSocket started = listening(down.port())) {
            assertThat(started.isBound()).isTrue();
            Recorder.await("it is up", () -> servers().contains(down));
        }
        Recorder.await("it is down again", () -> !servers().contains(down));
        found(endpoint(up), endpoint(other));
        assertThat(monitor.table().toString())
                .as("the monitor has forgotten it")
                .doesNotContain(down.toString());
        assertThat(discovery.snapshot().failures()).isZero();
    }

    @Test
    void found_serverIsDrained_drainGoesOn() {
        found(endpoint(up), endpoint(other));
        try (Connection connection = director.open(ORDERS)) {
            Drain drain = director.drain(ORDERS, connection.destination(), DrainOptions.within(Duration.ofMinutes(10)));
            found(endpoint(other), endpoint(up), down);
            assertThat(director.drains()).containsExactly(drain);
            assertThat(connection.serverPresent()).isTrue();
            try (Connection next = director.open(ORDERS)) {
                assertThat(next.destination()).isNotEqualTo(connection.destination());
            }
        }
    }
}
