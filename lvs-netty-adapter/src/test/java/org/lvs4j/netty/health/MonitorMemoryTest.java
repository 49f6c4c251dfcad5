package org.lvs4j.netty.health;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.lvs4j.Director;
import org.lvs4j.health.Check;
import org.lvs4j.health.CheckSchedule;
import org.lvs4j.health.DnsCheck;
import org.lvs4j.health.HealthEvent;
import org.lvs4j.health.Probe;
import org.lvs4j.health.ProbeTarget;
import org.lvs4j.health.TcpCheck;
import org.lvs4j.net.Endpoint;
import org.lvs4j.netty.Transport;
import org.lvs4j.netty.internal.RateLimitedLog;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;
import org.slf4j.LoggerFactory;

/** What a monitor does when there is no memory for a moment: one thing fails, and everything else continues. */
@Tag("slow")
final class MonitorMemoryTest {
    private static final ServiceKey WEB = ServiceKey.tcp("192.0.2.1:80");
    private static final CheckSchedule FAST = CheckSchedule.builder()
            .interval(Duration.ofMillis(50))
            .retries(0)
            .warmup(Duration.ZERO)
            .build();

    /** The name of the method of this library in which there is no memory, once. */
    private final AtomicReference<String> without = new AtomicReference<>("");

    private static Check tcp(RealServer server) {
        return new TcpCheck(ProbeTarget.of(server.endpoint()), FAST);
    }

    private long nanoTime() {
        String method = without.get();
        boolean called = !method.isEmpty()
                && StackWalker.getInstance()
                        .walk(frames ->
                                frames.anyMatch(frame -> frame.getMethodName().equals(method)
                                        && frame.getClassName().startsWith("org.lvs4j.netty.")));
        if (called && without.compareAndSet(method, "")) {
            throw new OutOfMemoryError("Java heap space");
        }
        return System.nanoTime();
    }

    private Director director(String... servers) {
        Director director = Director.builder().ticker(this::nanoTime).build();
        List<RealServer> all = new ArrayList<>();
        for (String each : servers) {
            all.add(RealServer.of(each));
        }
        director.addService(VirtualService.of(WEB, "rr"), all.toArray(RealServer[]::new));
        return director;
    }

    private static int size(Director director) {
        return director.configuration(WEB).servers().size();
    }

    @Test
    void table_noMemoryForAChange_changeIsMadeLater() throws Exception {
        String dead = ProbeFixture.closedPort();
        Director director = director(dead);
        try (HealthMonitor monitor = HealthMonitor.builder(director)
                .check(WEB, MonitorMemoryTest::tcp)
                .start()) {
            ProbeFixture.await("down", () -> size(director) == 0);
            without.set("applied");
            try (Servers.Tcp up = Servers.Tcp.startAt(dead, Servers::silence)) {
                ProbeFixture.await("up", () -> size(director) == 1);
                assertThat(without).hasValue("");
                int before = up.accepted();
                ProbeFixture.await("further probes", () -> up.accepted() > before + 2);
            }
            ProbeFixture.await("down again", () -> size(director) == 0);
            assertThat(monitor.snapshot().notMade()).isZero();
        }
    }

    @Test
    void listener_noMemory_probesOfAllServersGoOn() throws Exception {
        AtomicInteger failures = new AtomicInteger();
        try (Servers.Tcp one = Servers.Tcp.start(Servers::silence);
                Servers.Tcp two = Servers.Tcp.start(Servers::silence)) {
            String dead = ProbeFixture.closedPort();
            Director director = director(one.address(), dead, two.address());
            try (HealthMonitor monitor = HealthMonitor.builder(director)
                    .check(WEB, MonitorMemoryTest::tcp)
                    .listener(event -> {
                        if (event instanceof HealthEvent.ServerChanged && failures.incrementAndGet() <= 3) {
                            throw new OutOfMemoryError("Java heap space");
                        }
                    })
                    .start()) {
                ProbeFixture.await("down", () -> size(director) == 2);
                int first = one.accepted();
                int second = two.accepted();
                ProbeFixture.await("further probes", () -> one.accepted() > first + 2 && two.accepted() > second + 2);
                try (Servers.Tcp up = Servers.Tcp.startAt(dead, Servers::silence)) {
                    ProbeFixture.await("up", () -> size(director) == 3 && up.accepted() > 2);
                }
                assertThat(monitor.snapshot().services()).hasSize(1);
            }
        }
    }

    @Test
    void start_noMemoryForProbes_noneIsLost() throws Exception {
        AtomicInteger calls = new AtomicInteger();
        RandomGenerator random = () -> {
            if (calls.incrementAndGet() % 3 != 0) {
                throw new OutOfMemoryError("Java heap space");
            }
            return calls.get();
        };
        AtomicInteger finished = new AtomicInteger();
        MonitorCounters counters = new MonitorCounters();
        try (ProbeFixture fixture = new ProbeFixture(Transport.NIO);
                Servers.Udp server = Servers.Udp.start(question -> {
                    question[2] |= (byte) 0x80;
                    return new byte[][] {question};
                })) {
            RunningProbes probes = new RunningProbes(
                    List.of(fixture.loop),
                    new ProbeSockets(ProbeTransport.NIO, random),
                    new ProbePrograms(fixture.loop),
                    2,
                    1,
                    counters,
                    new RateLimitedLog(LoggerFactory.getLogger(MonitorMemoryTest.class)),
                    (probe, result) -> finished.incrementAndGet());
            DnsCheck check =
                    new DnsCheck(ProbeFixture.target(server.address()), FAST, DnsCheck.RecordType.A, "example.com");
            List<Probe> waiting = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                waiting.add(new Probe(i, check, 0, WEB, RealServer.of(Endpoint.parse(server.address()))));
            }
            ProbeFixture.await("all results", () -> {
                fixture.loop
                        .submit(() -> {
                            probes.resume();
                            while (!waiting.isEmpty()) {
                                probes.start(waiting.get(0));
                                waiting.remove(0);
                            }
                        })
                        .awaitUninterruptibly();
                return finished.get() == 20;
            });
            assertThat(fixture.loop.submit(probes::runningCount).get()).isZero();
            assertThat(fixture.loop.submit(probes::waitingCount).get()).isZero();
        }
    }
}
