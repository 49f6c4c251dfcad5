package org.lvs4j.netty.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lvs4j.Connection;
import org.lvs4j.Director;
import org.lvs4j.Drain;
import org.lvs4j.DrainOptions;
import org.lvs4j.discovery.Discovery;
import org.lvs4j.discovery.FoundServer;
import org.lvs4j.discovery.ServerSource;
import org.lvs4j.health.CheckSchedule;
import org.lvs4j.health.FileCheck;
import org.lvs4j.health.ProbeTarget;
import org.lvs4j.health.TcpCheck;
import org.lvs4j.health.TrackedFile;
import org.lvs4j.net.Endpoint;
import org.lvs4j.netty.FreePort;
import org.lvs4j.netty.health.HealthMonitor;
import org.lvs4j.service.RealServer;
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
        up = listening(FreePort.next());
        other = listening(FreePort.next());
        down = endpoint(FreePort.next());
        director.addService(VirtualService.of(ORDERS, "rr"));
        monitor = HealthMonitor.builder(director)
                .check(ORDERS, server -> new TcpCheck(ProbeTarget.of(server.endpoint()), SCHEDULE))
                .start();
        discover();
    }

    private void discover() {
        discovery = Discovery.builder(director, ORDERS, observer -> {
                    source.set(observer);
                    return () -> {};
                })
                .applyTo(monitor::servers, monitor::setServers)
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
        return endpoint(socket.getLocalPort());
    }

    private static Endpoint endpoint(int port) {
        return Endpoint.parse("127.0.0.1:" + port);
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
    @Tag("slow")
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

    private int weight(Endpoint endpoint) {
        return director.configuration(ORDERS).servers().stream()
                .filter(server -> server.endpoint().equals(endpoint))
                .mapToInt(server -> server.weight())
                .findFirst()
                .orElse(-1);
    }

    @Test
    void found_checkAddsToWeight_addedOnce(@TempDir Path directory) throws IOException {
        Path file = Files.writeString(directory.resolve("added"), "3");
        discovery.close();
        monitor.close();
        monitor = HealthMonitor.builder(director)
                .check(ORDERS, server -> new FileCheck(new TrackedFile("added", file, null), 1, false))
                .start();
        discover();
        found(endpoint(up), endpoint(other));
        Recorder.await("the check adds to the weight", () -> weight(endpoint(up)) == 4);
        found(endpoint(up), endpoint(other), down);
        found(endpoint(up), endpoint(other), down);
        assertThat(weight(endpoint(up))).isEqualTo(4);
        assertThat(discovery.snapshot().servers())
                .extracting(RealServer::weight)
                .containsOnly(1);

        director.editServer(ORDERS, RealServer.of(endpoint(up)).withWeight(5));
        Recorder.await("the weight of the operator is changed by the check", () -> weight(endpoint(up)) == 8);
        found(endpoint(up), endpoint(other));
        assertThat(weight(endpoint(up))).isEqualTo(8);
    }

    @Test
    @Tag("slow")
    void found_drainedServerWasDown_hasItsWeightWhenItIsUpAgain() throws IOException {
        found(endpoint(up), endpoint(other));
        director.editServer(ORDERS, RealServer.of(endpoint(up)).withWeight(5));
        try (Connection connection = director.open(ORDERS)) {
            assertThat(connection.destination()).isIn(endpoint(up), endpoint(other));
            director.drain(ORDERS, endpoint(up), DrainOptions.within(Duration.ofMinutes(10)));
            int port = up.getLocalPort();
            up.close();
            Recorder.await("it is down, and stays for its drain", () -> weight(endpoint(port)) == 0);
            found(endpoint(port), endpoint(other), down);
            up = listening(port);
            Recorder.await("it is up", () -> weight(endpoint(port)) != 0);
            assertThat(weight(endpoint(port))).isEqualTo(5);
        }
    }
}
