package org.lvs4j.netty.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lvs4j.Director;
import org.lvs4j.TimeoutSettings;
import org.lvs4j.health.HealthConfiguration;
import org.lvs4j.health.HealthEngine.Cleanup;
import org.lvs4j.net.Endpoint;
import org.lvs4j.netty.Relay;
import org.lvs4j.netty.Transport;

/**
 * 200 servers in twenty services that refuse, close, reset, answer slowly, wrongly and not at all, and recover, at
 * random, with checks by TCP, HTTP, DNS, UDP, programs and files, behind a relay with clients, while the configuration of
 * the monitor is changed. After every step the director's table is what the monitor says. Each half ends with servers
 * that stay as they are, of which each check must find out the truth, and with healthy ones, which must all come back.
 *
 * <p>{@code -Dlvs4j.soak.seconds=600} runs it for longer, {@code -Dlvs4j.seed=N} with the random choices of a failure.
 */
@Tag("slow")
final class HealthSoakTest {
    private static final int SECONDS = Integer.getInteger("lvs4j.soak.seconds", 10);
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final long HEAP_TOLERANCE_BYTES = 6 << 20;

    /** Threads that have waited for programs end after a minute without work. */
    private static final int IDLE_THREADS = 16;

    private static final int SAMPLE_TOLERANCE_PERCENT = 15;
    private static final int SAMPLE_TOLERANCE = 15;

    private final long seed = Long.getLong("lvs4j.seed", System.nanoTime());
    private final SplittableRandom random = new SplittableRandom(seed);
    private final Map<Endpoint, SoakServer> servers = new HashMap<>();

    @TempDir
    Path directory;

    @Test
    void monitor_serversFlapUnderLoadAndReloads_tableIsRightAndNothingGrows() throws Exception {
        assumeTrue(Files.isDirectory(Path.of("/proc/self/fd")));
        EventLoopGroup serverLoops = loops("soak-server", NioIoHandler.newFactory(), 1);
        EventLoopGroup monitorLoops =
                loops("soak-monitor", ProbeTransport.of(Transport.AUTO).handlers(), 2);
        Director director = Director.builder().linger(false).build();
        director.setTimeouts(new TimeoutSettings(900, 120, 1));
        // JVMs that run tests at the same time have networks of their own.
        String network = "127." + (64 + ProcessHandle.current().pid() % 128);
        SoakPlan plan = plan(serverLoops, network);
        SoakStorm storm = new SoakStorm(director, plan, servers);
        try (Relay relay = Relay.builder(director)
                .threads(2)
                .connectTimeout(Duration.ofSeconds(1))
                .start()) {
            try (HealthMonitor monitor = HealthMonitor.builder(director)
                    .eventLoops(monitorLoops)
                    .fifo(directory.resolve("fifo"))
                    .listener(storm::changed)
                    .cleanup(Cleanup.SERVICES)
                    .start()) {
                storm.use(monitor);
                soak(storm, relay, monitor, plan);
            }
            assertThat(director.configuration().services()).isEmpty();
            for (EventExecutor loop : monitorLoops) {
                // After the removals that other threads have asked the loop for.
                int timers = loop.submit(() -> ProbeFixture.scheduled((EventLoop) loop))
                        .get();
                assertThat(timers).as("timers, seed %d", seed).isZero();
            }
            await("processes to end", () -> Footprint.now().processes() == 0);
        } finally {
            servers.values().forEach(SoakServer::close);
            monitorLoops.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
            serverLoops.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
        }
    }

    private void soak(SoakStorm storm, Relay relay, HealthMonitor monitor, SoakPlan plan) throws Exception {
        SoakClients clients = new SoakClients(relay, plan);
        List<Footprint> during = half(storm, clients, monitor, plan);
        Footprint first = calm(storm, clients, relay, monitor, plan);
        List<Footprint> duringSecond = half(storm, clients, monitor, plan);
        Footprint second = calm(storm, clients, relay, monitor, plan);
        System.out.println(report(storm, clients, monitor.snapshot()));
        System.out.println("health soak: at rest " + first + "; then " + second);
        System.out.println("health soak: medians under load " + medians(during) + "; then " + medians(duringSecond));

        assertThat(storm.violations()).as("seed %d", seed).isEmpty();
        assertThat(monitor.snapshot().changesRefused()).isZero();
        assertFlat(first, second, during, duringSecond);

        // The monitor is closed while probes of all kinds are under way.
        monitor.reload(plan.base());
        await("probes", () -> monitor.snapshot().running() > 0);
    }

    private static EventLoopGroup loops(String name, io.netty.channel.IoHandlerFactory handlers, int count) {
        return new MultiThreadIoEventLoopGroup(count, new DefaultThreadFactory(name, true), handlers);
    }

    private SoakPlan plan(EventLoopGroup loops, String network) throws IOException {
        List<SoakServer> all = new ArrayList<>();
        for (int i = 0; i < SoakPlan.SERVICES * SoakPlan.SERVERS; i++) {
            boolean datagrams = SoakPlan.ofDatagrams(i / SoakPlan.SERVERS);
            SoakServer server =
                    new SoakServer(loops, datagrams, network + ".3." + (i + 1), directory.resolve("state" + i));
            servers.put(server.endpoint(), server);
            all.add(server);
        }
        SoakServer sorry = new SoakServer(loops, false, network + ".4.1", directory.resolve("sorry"));
        return new SoakPlan(all, sorry, network, directory);
    }

    private List<Footprint> half(SoakStorm storm, SoakClients clients, HealthMonitor monitor, SoakPlan plan)
            throws InterruptedException {
        monitor.reload(plan.base());
        clients.start(random.split());
        List<Footprint> samples = storm.blow(random.split(), SECONDS * 1000L / 2);
        clients.stop();
        return samples;
    }

    private Footprint calm(SoakStorm storm, SoakClients clients, Relay relay, HealthMonitor monitor, SoakPlan plan)
            throws Exception {
        await("checks to find out the truth", () -> storm.wrongChecks().isEmpty(), storm::wrongChecks);
        await("a comparison of servers as they are", () -> storm.compare("servers as they are"));
        for (SoakServer server : servers.values()) {
            server.recover();
        }
        monitor.reload(plan.base());
        await("all servers", storm::isWhole);
        await("a comparison of healthy servers", () -> storm.compare("healthy servers"));
        relay.refresh();
        for (int i = 0; i < SoakPlan.SERVICES; i++) {
            int service = i;
            await("an answer of service " + i, () -> clients.ask(service, random));
        }
        await("no connection", () -> relay.snapshot().openConnections() == 0);
        await("no flow", () -> relay.snapshot().udpFlows() == 0);
        monitor.reload(HealthConfiguration.EMPTY);
        relay.refresh();
        await(
                "no probe",
                () -> monitor.snapshot().running() + monitor.snapshot().waiting() == 0);
        await("no process", () -> Footprint.now().processes() == 0);
        return footprint();
    }

    /** The least of some moments: sockets and programs of the last probes end in the background. */
    private static Footprint footprint() throws InterruptedException {
        Footprint least = null;
        for (int i = 0; i < 20; i++) {
            if (i % 5 == 0) {
                System.gc();
            }
            Footprint now = Footprint.now();
            least = least == null ? now : least.least(now);
            TimeUnit.MILLISECONDS.sleep(60);
        }
        return least;
    }

    private void assertFlat(Footprint first, Footprint second, List<Footprint> during, List<Footprint> duringSecond) {
        assertThat(second.descriptors()).as("descriptors, seed %d", seed).isLessThanOrEqualTo(first.descriptors());
        assertThat(second.processes()).as("processes, seed %d", seed).isZero();
        assertThat(second.threads() - first.threads())
                .as("threads, seed %d", seed)
                .isLessThan(IDLE_THREADS);
        assertThat(second.heapBytes() - first.heapBytes())
                .as("heap, seed %d", seed)
                .isLessThan(HEAP_TOLERANCE_BYTES);
        List<ToLongFunction<Footprint>> numbers =
                List.of(Footprint::descriptors, Footprint::processes, Footprint::threads);
        for (ToLongFunction<Footprint> number : numbers) {
            long before = SoakStorm.median(during, number);
            assertThat(SoakStorm.median(duringSecond, number))
                    .as("median under load, seed %d", seed)
                    .isLessThanOrEqualTo(before + before * SAMPLE_TOLERANCE_PERCENT / 100 + SAMPLE_TOLERANCE);
        }
    }

    private static String medians(List<Footprint> samples) {
        return SoakStorm.median(samples, Footprint::descriptors) + " descriptors, "
                + SoakStorm.median(samples, Footprint::processes) + " processes, "
                + SoakStorm.median(samples, Footprint::threads) + " threads";
    }

    private String report(SoakStorm storm, SoakClients clients, HealthMonitorSnapshot snapshot) {
        return "health soak: seed " + seed + ", " + SECONDS + " s: " + storm.flaps + " flaps, " + storm.reloads
                + " reloads, " + snapshot.probes() + " probes (" + snapshot.passed() + " passed, " + snapshot.failed()
                + " failed, " + snapshot.cancelled() + " cancelled, " + snapshot.notMade() + " not made), "
                + snapshot.scripts() + " scripts, " + snapshot.changes() + " changes of the table, compared after "
                + storm.events + " events and at " + storm.snapshots + " snapshots; clients: " + clients.answered
                + " answered, " + clients.failed + " failed, " + clients.withoutService + " without service";
    }

    private void await(String what, BooleanSupplier condition) throws InterruptedException {
        await(what, condition, List::of);
    }

    private void await(String what, BooleanSupplier condition, Supplier<List<String>> details)
            throws InterruptedException {
        long deadline = System.nanoTime() + LIMIT.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime())
                    .as("waited too long for %s; seed %d %s", what, seed, details.get())
                    .isLessThan(deadline);
            TimeUnit.MILLISECONDS.sleep(10);
        }
    }
}
