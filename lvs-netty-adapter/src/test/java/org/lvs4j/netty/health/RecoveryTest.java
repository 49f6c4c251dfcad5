package org.lvs4j.netty.health;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.lvs4j.Director;
import org.lvs4j.health.CheckSchedule;
import org.lvs4j.health.HealthEvent;
import org.lvs4j.health.ProbeTarget;
import org.lvs4j.health.TcpCheck;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.Flow;
import org.lvs4j.net.Protocol;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

/** How a server comes back: after how many probes, and with how much load. */
@Tag("slow")
final class RecoveryTest {
    private static final ServiceKey WEB = ServiceKey.tcp("192.0.2.1:80");
    private static final Flow CLIENT =
            Flow.of(Protocol.TCP, Endpoint.parse("192.0.2.9:1234"), Endpoint.parse("192.0.2.1:80"));
    private static final CheckSchedule FAST = CheckSchedule.builder()
            .interval(Duration.ofMillis(30))
            .retries(0)
            .warmup(Duration.ZERO)
            .build();

    /** Ahead of the clock of the director, which is otherwise the system's. */
    private final AtomicLong ahead = new AtomicLong();

    private Director director() {
        return Director.builder().ticker(() -> System.nanoTime() + ahead.get()).build();
    }

    /** The weight by which the scheduler chooses the only server. */
    private static int weight(Director director) {
        director.advance();
        return director.explain(CLIENT).candidates().get(0).weight();
    }

    @Test
    void slowStart_serverRecovers_weightGrows() throws Exception {
        Director director = director();
        VirtualService service = VirtualService.builder(WEB)
                .scheduler("wrr")
                .slowStart(Duration.ofHours(1))
                .build();
        String address = ProbeFixture.closedPort();
        director.addService(service, RealServer.builder(address).weight(100).build());
        ahead.addAndGet(Duration.ofHours(2).toNanos());
        assertThat(weight(director)).isEqualTo(100);
        try (HealthMonitor monitor = HealthMonitor.builder(director)
                .check(WEB, each -> new TcpCheck(ProbeTarget.of(each.endpoint()), FAST))
                .start()) {
            ProbeFixture.await(
                    "down", () -> director.configuration(WEB).servers().isEmpty());
            try (Servers.Tcp up = Servers.Tcp.startAt(address, Servers::silence)) {
                ProbeFixture.await(
                        "up", () -> director.configuration(WEB).servers().size() == 1);
                assertThat(weight(director)).isEqualTo(1);
                ahead.addAndGet(Duration.ofMinutes(30).toNanos());
                assertThat(weight(director)).isBetween(50, 51);
                ahead.addAndGet(Duration.ofMinutes(31).toNanos());
                assertThat(weight(director)).isEqualTo(100);
                ProbeFixture.await("the server to accept", () -> up.accepted() > 0);
            }
            assertThat(monitor.snapshot().changesRefused()).isZero();
        }
    }

    @Test
    void riseAndFall_serverGoesAndComes_afterSoManyProbes() throws Exception {
        CheckSchedule schedule = CheckSchedule.builder()
                .interval(Duration.ofMillis(30))
                .retries(0)
                .warmup(Duration.ZERO)
                .logFailures(true)
                .rise(4)
                .fall(3)
                .build();
        Director director = director();
        String address = ProbeFixture.closedPort();
        Queue<HealthEvent> events = new ConcurrentLinkedQueue<>();
        director.addService(VirtualService.of(WEB, "rr"), RealServer.of(address));
        try (HealthMonitor monitor = HealthMonitor.builder(director)
                .check(WEB, each -> new TcpCheck(ProbeTarget.of(each.endpoint()), schedule))
                .listener(events::add)
                .start()) {
            ProbeFixture.await(
                    "down", () -> director.configuration(WEB).servers().isEmpty());
            long passed;
            try (Servers.Tcp up = Servers.Tcp.startAt(address, Servers::silence)) {
                ProbeFixture.await(
                        "up", () -> director.configuration(WEB).servers().size() == 1);
                // The system completes a connection before the server's thread accepts it.
                ProbeFixture.await("the server to accept", () -> up.accepted() >= 4);
                passed = monitor.snapshot().passed();
                events.clear();
            }
            ProbeFixture.await(
                    "down again", () -> director.configuration(WEB).servers().isEmpty());
            assertThat(passed).isGreaterThanOrEqualTo(4);
            assertThat(events.stream()
                            .takeWhile(each -> !(each instanceof HealthEvent.CheckChanged))
                            .filter(HealthEvent.ProbeFailed.class::isInstance))
                    .as("failures before the last one")
                    .hasSize(2);
        }
    }
}
