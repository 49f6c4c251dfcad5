package org.lvs4j.netty.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.EventExecutor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.lvs4j.Director;
import org.lvs4j.DirectorConfiguration;
import org.lvs4j.Drain;
import org.lvs4j.DrainOptions;
import org.lvs4j.health.Check;
import org.lvs4j.health.CheckSchedule;
import org.lvs4j.health.FileCheck;
import org.lvs4j.health.HealthConfiguration;
import org.lvs4j.health.HealthEngine.Cleanup;
import org.lvs4j.health.HealthEvent;
import org.lvs4j.health.MiscCheck;
import org.lvs4j.health.MonitoredServer;
import org.lvs4j.health.MonitoredService;
import org.lvs4j.health.ProbeTarget;
import org.lvs4j.health.Quorum;
import org.lvs4j.health.Script;
import org.lvs4j.health.TcpCheck;
import org.lvs4j.health.TrackedFile;
import org.lvs4j.net.Endpoint;
import org.lvs4j.netty.Transport;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

/** The monitor with real servers: what it changes in the table of its director, and what it tells. */
@Tag("slow")
final class HealthMonitorTest {
    private static final ServiceKey WEB = ServiceKey.tcp("192.0.2.1:80");
    private static final VirtualService SERVICE = VirtualService.builder(WEB).build();
    private static final CheckSchedule FAST = CheckSchedule.builder()
            .interval(Duration.ofMillis(50))
            .retryInterval(Duration.ofMillis(20))
            .warmup(Duration.ZERO)
            .build();

    @TempDir
    Path directory;

    private static Check tcp(Endpoint endpoint) {
        return new TcpCheck(ProbeTarget.of(endpoint), FAST);
    }

    private static Check tcp(RealServer server) {
        return tcp(server.endpoint());
    }

    /** The servers in the table with their weights, in the order of their endpoints. */
    private static String table(Director director) {
        DirectorConfiguration.Service service = director.configuration(WEB);
        if (service == null) {
            return "none";
        }
        return service.servers().stream()
                .sorted(java.util.Comparator.comparing(RealServer::endpoint))
                .map(server -> server.endpoint() + "/" + server.weight())
                .toList()
                .toString();
    }

    private static void awaitTable(Director director, String expected) {
        ProbeFixture.await(
                "table " + expected + ", not " + table(director),
                () -> table(director).equals(expected));
    }

    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.health.ProbeFixture#transports")
    void check_serverGoesAndComes_leavesAndReturns(Transport transport) throws Exception {
        Director director = Director.create();
        try (Servers.Tcp one = Servers.Tcp.start(Servers::silence)) {
            String dead = ProbeFixture.closedPort();
            director.addService(
                    SERVICE,
                    RealServer.builder(one.address()).weight(3).build(),
                    RealServer.builder(dead).weight(2).build());
            try (HealthMonitor monitor = HealthMonitor.builder(director)
                    .check(WEB, HealthMonitorTest::tcp)
                    .transport(transport)
                    .start()) {
                awaitTable(director, "[" + one.address() + "/3]");
                assertThat(monitor.snapshot().services().get(0).up()).isTrue();

                try (Servers.Tcp again = Servers.Tcp.startAt(dead, Servers::silence)) {
                    ProbeFixture.await(
                            "both", () -> director.configuration(WEB).servers().size() == 2);
                    assertThat(table(director)).contains(again.address() + "/2");
                }
                awaitTable(director, "[" + one.address() + "/3]");
            }
            assertThat(director.configuration(WEB).servers())
                    .as("given back at the end")
                    .hasSize(2);
        }
    }

    @Test
    void check_applicationChangesTheServers_followed() throws Exception {
        Director director = Director.create();
        String dead = ProbeFixture.closedPort();
        try (Servers.Tcp one = Servers.Tcp.start(Servers::silence);
                HealthMonitor monitor = HealthMonitor.builder(director)
                        .check(WEB, HealthMonitorTest::tcp)
                        .start()) {
            assertThat(monitor.snapshot().services()).isEmpty();
            director.addService(SERVICE, RealServer.of(one.address()));
            ProbeFixture.await(
                    "the service", () -> monitor.snapshot().services().size() == 1);

            director.addServer(WEB, RealServer.of(dead));
            awaitTable(director, "[" + one.address() + "/1]");
            director.addServer(WEB, RealServer.builder(dead).weight(7).build());
            awaitTable(director, "[" + one.address() + "/1]");

            director.editServer(WEB, RealServer.builder(one.address()).weight(5).build());
            ProbeFixture.await(
                    "the weight",
                    () -> monitor.snapshot().services().get(0).servers().get(0).weight() == 5);
            awaitTable(director, "[" + one.address() + "/5]");

            director.removeServer(WEB, Endpoint.parse(one.address()));
            ProbeFixture.await(
                    "one server",
                    () -> monitor.snapshot().services().get(0).servers().size() == 1);
            director.removeService(WEB);
            ProbeFixture.await("no service", () -> monitor.snapshot().services().isEmpty());
            assertThat(table(director)).isEqualTo("none");
        }
        assertThat(table(director)).isEqualTo("none");
    }

    @Test
    void setServers_serverIsDown_removedForGood() throws Exception {
        Director director = Director.create();
        String dead = ProbeFixture.closedPort();
        try (Servers.Tcp one = Servers.Tcp.start(Servers::silence);
                Servers.Tcp two = Servers.Tcp.start(Servers::silence);
                HealthMonitor monitor = HealthMonitor.builder(director)
                        .check(WEB, HealthMonitorTest::tcp)
                        .start()) {
            assertThatThrownBy(() -> monitor.setServers(WEB, List.of())).isInstanceOf(IllegalArgumentException.class);
            director.addService(SERVICE, RealServer.of(one.address()), RealServer.of(dead));
            awaitTable(director, "[" + one.address() + "/1]");

            monitor.setServers(WEB, List.of(RealServer.of(dead), RealServer.of(two.address())));
            assertThat(table(director)).isEqualTo("[" + two.address() + "/1]");

            monitor.setServers(WEB, List.of(RealServer.of(two.address())));
            assertThat(monitor.snapshot().services().get(0).servers()).hasSize(1);
            assertThatThrownBy(() -> monitor.setServers(
                            WEB, List.of(RealServer.of(two.address()), RealServer.of(two.address()))))
                    .hasMessageContaining("twice");
        }
        assertThat(director.configuration(WEB).servers()).hasSize(1);
    }

    @Test
    void setServers_checkOfAServerCannotBeMade_thatServerIsRemovedAsWell() throws Exception {
        Director director = Director.create();
        CountDownLatch refused = new CountDownLatch(1);
        try (Servers.Tcp one = Servers.Tcp.start(Servers::silence)) {
            RealServer good = RealServer.of(one.address());
            RealServer bad = RealServer.of("127.0.0.1:9");
            director.addService(SERVICE, good);
            try (HealthMonitor monitor = HealthMonitor.builder(director)
                    .check(WEB, server -> {
                        if (server.endpoint().equals(bad.endpoint())) {
                            refused.countDown();
                            throw new IllegalStateException("no check for this server");
                        }
                        return tcp(server);
                    })
                    .start()) {
                director.addServer(WEB, bad);
                assertThat(refused.await(10, TimeUnit.SECONDS)).isTrue();

                monitor.setServers(WEB, List.of(good));
                assertThat(table(director)).isEqualTo("[" + one.address() + "/1]");
            }
            assertThat(table(director)).isEqualTo("[" + one.address() + "/1]");
        }
    }

    @Test
    void check_serviceChangesAllTheTime_othersAndItsUnchangedServerKeepTheirRhythm() throws Exception {
        Director director = Director.create();
        ServiceKey calm = ServiceKey.tcp("192.0.2.2:80");
        try (Servers.Tcp one = Servers.Tcp.start(Servers::silence);
                Servers.Tcp two = Servers.Tcp.start(Servers::silence);
                Servers.Tcp three = Servers.Tcp.start(Servers::silence)) {
            director.addService(SERVICE, RealServer.of(one.address()));
            director.addService(VirtualService.builder(calm).build(), RealServer.of(two.address()));
            CheckSchedule slow = CheckSchedule.builder()
                    .interval(Duration.ofMillis(200))
                    .warmup(Duration.ZERO)
                    .build();
            java.util.function.Function<RealServer, Check> check =
                    server -> new TcpCheck(ProbeTarget.of(server.endpoint()), slow);
            long begin = System.nanoTime();
            try (HealthMonitor monitor = HealthMonitor.builder(director)
                    .check(WEB, check)
                    .check(calm, check)
                    .start()) {
                RealServer.Builder changing = RealServer.builder(three.address());
                for (int i = 0; i < 300; i++) {
                    if (i % 3 == 2) {
                        director.removeServer(WEB, Endpoint.parse(three.address()));
                    } else if (i % 3 == 0) {
                        director.addServer(WEB, changing.weight(1).build());
                    } else {
                        director.editServer(WEB, changing.weight(i).build());
                    }
                    java.util.concurrent.locks.LockSupport.parkNanos(10_000_000);
                }
                int rounds = (int) ((System.nanoTime() - begin - 1_000_000_000L) / 200_000_000L);
                assertThat(monitor.snapshot().services()).hasSize(2);
                assertThat(one.accepted()).isBetween(rounds / 4, rounds + 2);
                assertThat(two.accepted()).isBetween(rounds / 4, rounds + 2);
            }
        }
    }

    // ---- drains

    @Test
    void drain_checkChangesTheWeight_noNewClientsUntilItIsAborted() throws Exception {
        Director director = Director.create();
        Path status = Files.writeString(directory.resolve("status"), "5");
        Check misc =
                new MiscCheck(Script.of("sh", "-c", "exit $(cat " + status + ")"), FAST, Duration.ofSeconds(20), true);
        RealServer server = RealServer.of("127.0.0.1:9");
        try (HealthMonitor monitor = HealthMonitor.builder(director)
                .configuration(configuration(MonitoredServer.of(server, misc)))
                .start()) {
            awaitTable(director, "[127.0.0.1:9/3]");
            Drain drain = director.drain(WEB, server.endpoint(), DrainOptions.within(Duration.ofMinutes(5)));
            for (String exit : List.of("9", "1", "0", "12")) {
                Files.writeString(status, exit);
                String weight = List.of("9", "12").contains(exit) ? "" + (Integer.parseInt(exit) - 2) : exit;
                awaitTable(
                        director, "[127.0.0.1:9/" + (exit.equals("0") ? "1" : exit.equals("1") ? "0" : weight) + "]");
                assertThat(effectiveWeight(director)).as("after %s", exit).isZero();
                assertThat(director.drains()).containsExactly(drain);
            }
            assertThat(drain.abort()).isTrue();
            assertThat(effectiveWeight(director)).isEqualTo(10);
            Files.writeString(status, "1");
            awaitTable(director, "[]");
            assertThat(monitor.snapshot().changesRefused()).isZero();
        }
    }

    private static int effectiveWeight(Director director) {
        return director.services().get(0).servers().get(0).weight();
    }

    @Test
    void drain_serverFails_removedAsSoonAsItIsNotConfigured() throws Exception {
        Director director = Director.create();
        Servers.Tcp one = Servers.Tcp.start(Servers::silence);
        try (Servers.Tcp two = Servers.Tcp.start(Servers::silence);
                HealthMonitor monitor = HealthMonitor.builder(director)
                        .configuration(configuration(monitored(one.address()), monitored(two.address())))
                        .start()) {
            Endpoint first = Endpoint.parse(one.address());
            director.drain(WEB, first, DrainOptions.within(Duration.ofMinutes(5)));
            one.close();
            ProbeFixture.await("weight 0", () -> table(director).contains(one.address() + "/0"));

            monitor.reload(configuration(monitored(two.address())));

            assertThat(table(director)).isEqualTo("[" + two.address() + "/1]");
        }
    }

    @Test
    void table_changedByHandWhileAServerIsDown_recoveryAndFailureStillCount() throws Exception {
        Director director = Director.create();
        String dead = ProbeFixture.closedPort();
        Endpoint endpoint = Endpoint.parse(dead);
        try (HealthMonitor monitor = HealthMonitor.builder(director)
                .configuration(configuration(monitored(dead)))
                .start()) {
            awaitTable(director, "[]");
            director.addServer(WEB, RealServer.builder(dead).weight(5).build());
            try (Servers.Tcp up = Servers.Tcp.startAt(dead, Servers::silence)) {
                awaitTable(director, "[" + up.address() + "/1]");
            }
            awaitTable(director, "[]");
            try (Servers.Tcp up = Servers.Tcp.startAt(dead, Servers::silence)) {
                awaitTable(director, "[" + up.address() + "/1]");
                director.removeServer(WEB, endpoint);
            }
            ProbeFixture.await(
                    "down",
                    () -> !monitor.snapshot().services().get(0).servers().get(0).up());
            try (Servers.Tcp up = Servers.Tcp.startAt(dead, Servers::silence)) {
                awaitTable(director, "[" + up.address() + "/1]");
            }
            assertThat(monitor.snapshot().changesRefused()).isZero();
        }
    }

    private static HealthConfiguration configuration(MonitoredServer... servers) {
        MonitoredService.Builder builder = MonitoredService.builder(SERVICE);
        for (MonitoredServer server : servers) {
            builder.server(server);
        }
        return HealthConfiguration.of(builder.build());
    }

    private static MonitoredServer monitored(String address) {
        RealServer server = RealServer.of(address);
        return MonitoredServer.of(server, tcp(server));
    }

    @Test
    void configuration_addedReloadedAndRemoved() throws Exception {
        Director director = Director.create();
        director.addService(
                VirtualService.builder(ServiceKey.tcp("192.0.2.9:9")).build());
        try (Servers.Tcp one = Servers.Tcp.start(Servers::silence);
                Servers.Tcp two = Servers.Tcp.start(Servers::silence)) {
            try (HealthMonitor monitor = HealthMonitor.builder(director)
                    .configuration(configuration(monitored(one.address())))
                    .cleanup(Cleanup.SERVERS)
                    .start()) {
                assertThat(table(director)).isEqualTo("[" + one.address() + "/1]");

                monitor.reload(configuration(monitored(two.address())));
                assertThat(table(director)).isEqualTo("[" + two.address() + "/1]");

                MonitoredService twice = MonitoredService.builder(SERVICE).build();
                assertThatThrownBy(() -> monitor.reload(HealthConfiguration.of(twice, twice)))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("twice");
                assertThat(table(director)).isEqualTo("[" + two.address() + "/1]");
                ProbeFixture.await("probes", () -> monitor.snapshot().passed() > 3);
            }
            assertThat(table(director)).isEqualTo("none");
            assertThat(director.services()).hasSize(1);
        }
    }

    @Test
    void change_toldToListenersProgramsAndFifo_inOrder() throws Exception {
        Director director = Director.create();
        Path fifo = directory.resolve("fifo");
        Path out = directory.resolve("out");
        Queue<HealthEvent> events = new ConcurrentLinkedQueue<>();
        String dead = ProbeFixture.closedPort();
        MonitoredServer server = new MonitoredServer(
                RealServer.of(dead),
                List.of(tcp(RealServer.of(dead))),
                false,
                Script.of("sh", "-c", "echo up >>" + out),
                Script.of("sh", "-c", "echo down >>" + out));
        HealthConfiguration configuration = HealthConfiguration.of(MonitoredService.builder(SERVICE)
                .server(server)
                .quorum(new Quorum(
                        1, 0, Script.of("sh", "-c", "echo quorum-up >>" + out), Script.of("/no/such/program")))
                .build());
        try (HealthMonitor monitor = HealthMonitor.builder(director)
                .configuration(configuration)
                .listener(event -> {
                    events.add(event);
                    throw new IllegalStateException("a listener that fails");
                })
                .fifo(fifo)
                .start()) {
            ProbeFixture.await("down", () -> monitor.snapshot().scriptFailures() == 1);
            try (var lines = Files.newBufferedReader(fifo)) {
                assertThat(lines.readLine()).isEqualTo("VS [192.0.2.1]:tcp:80 UP");
                assertThat(lines.readLine())
                        .isEqualTo("RS [127.0.0.1]:tcp:" + Endpoint.parse(dead).port() + " [192.0.2.1]:tcp:80 DOWN");
                assertThat(lines.readLine()).isEqualTo("VS [192.0.2.1]:tcp:80 DOWN");
            }
            try (Servers.Tcp again = Servers.Tcp.startAt(dead, Servers::silence)) {
                ProbeFixture.await("the last line", () -> lines(out).size() == 4);
                assertThat(again.address()).isEqualTo(dead);
            }
        }
        assertThat(lines(out)).containsExactlyInAnyOrder("quorum-up", "down", "up", "quorum-up");
        assertThat(events).anyMatch(event -> event instanceof HealthEvent.QuorumChanged changed && !changed.up());
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (java.io.IOException e) {
            return List.of();
        }
    }

    @Test
    void miscAndFileChecks_setTheWeight() throws Exception {
        Director director = Director.create();
        Path status = Files.writeString(directory.resolve("status"), "7");
        Path number = directory.resolve("number");
        Check misc =
                new MiscCheck(Script.of("sh", "-c", "exit $(cat " + status + ")"), FAST, Duration.ofSeconds(20), true);
        Check file = new FileCheck(new TrackedFile("n", number, new TrackedFile.Initial(10, false)), 2, false);
        RealServer server = RealServer.builder("127.0.0.1:9").weight(1).build();
        try (HealthMonitor monitor = HealthMonitor.builder(director)
                .configuration(configuration(MonitoredServer.of(server, misc, file)))
                .start()) {
            assertThat(number).hasContent("10");
            awaitTable(director, "[127.0.0.1:9/25]");
            Files.writeString(number, "1");
            awaitTable(director, "[127.0.0.1:9/7]");
            Files.writeString(status, "1");
            awaitTable(director, "[]");
            Files.writeString(status, "0");
            awaitTable(director, "[127.0.0.1:9/3]");
            Files.delete(number);
            awaitTable(director, "[127.0.0.1:9/1]");
            assertThat(monitor.snapshot().notMade()).isZero();
        }
    }

    @Test
    void eventLoops_ofTheApplication_areUsedAndNotClosed() throws Exception {
        EventLoopGroup loops = new MultiThreadIoEventLoopGroup(2, NioIoHandler.newFactory());
        try {
            Director director = Director.create();
            try (Servers.Tcp one = Servers.Tcp.start(Servers::silence)) {
                director.addService(SERVICE, RealServer.of(one.address()));
                try (HealthMonitor monitor = HealthMonitor.builder(director)
                        .check(WEB, HealthMonitorTest::tcp)
                        .eventLoops(loops)
                        .start()) {
                    ProbeFixture.await("probes", () -> monitor.snapshot().passed() > 5);
                }
                assertThat(loops.isShuttingDown()).isFalse();
                assertThat(loops.submit(() -> 1).get(10, TimeUnit.SECONDS)).isOne();
            }
        } finally {
            loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
        }
    }

    @Test
    void eventLoops_endedFirst_monitorStillCloses() throws Exception {
        EventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        Director director = Director.create();
        HealthMonitor monitor = HealthMonitor.builder(director)
                .check(WEB, HealthMonitorTest::tcp)
                .eventLoops(loops)
                .start();
        loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
        director.addService(SERVICE, RealServer.of("127.0.0.1:1"));
        monitor.close();
        assertThat(monitor.snapshot().services()).isEmpty();
    }

    @Test
    void eventLoop_callsWhatWaits_refusedAndMonitorGoesOn() throws Exception {
        Director director = Director.create();
        director.addService(SERVICE, RealServer.of(ProbeFixture.closedPort()));
        EventLoopGroup loops = new MultiThreadIoEventLoopGroup(2, NioIoHandler.newFactory());
        HealthMonitor.Builder builder = HealthMonitor.builder(director)
                .check(WEB, HealthMonitorTest::tcp)
                .eventLoops(loops);
        try (HealthMonitor monitor = builder.start()) {
            for (EventExecutor loop : loops) {
                assertRefused(loop, monitor::close);
                assertRefused(loop, monitor::snapshot);
                assertRefused(loop, monitor::table);
                assertRefused(loop, () -> monitor.reload(HealthConfiguration.EMPTY));
                assertRefused(loop, () -> monitor.setServers(WEB, List.of()));
                assertRefused(loop, () -> monitor.setFifos(List.of()));
                assertRefused(loop, builder::start);
            }
            awaitTable(director, "[]");
            assertThat(monitor.snapshot().services()).hasSize(1);
        } finally {
            loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
        }
        assertThat(director.configuration(WEB).servers()).hasSize(1);
    }

    private static void assertRefused(EventExecutor loop, Runnable call) throws InterruptedException {
        assertThat(loop.submit(call).await().cause())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("an event loop of the health monitor may not wait");
    }

    @Test
    void listener_asksTheMonitorDuringAReload_bothEnd() throws Exception {
        Director director = Director.create();
        AtomicReference<HealthMonitor> started = new AtomicReference<>();
        CountDownLatch asked = new CountDownLatch(1);
        try (HealthMonitor monitor = HealthMonitor.builder(director)
                .listener(event -> {
                    HealthMonitor asking = started.get();
                    if (asking != null) {
                        asked.countDown();
                        asking.snapshot();
                    }
                })
                .start()) {
            started.set(monitor);
            Thread reloading = new Thread(() -> monitor.reload(HealthConfiguration.of(MonitoredService.builder(SERVICE)
                    .server(MonitoredServer.of(RealServer.of("127.0.0.1:9")))
                    .build())));
            reloading.setDaemon(true);
            reloading.start();
            reloading.join(TimeUnit.SECONDS.toMillis(10));
            assertThat(reloading.isAlive()).isFalse();
            assertThat(asked.getCount()).isZero();
        }
    }

    @Test
    void maxProbes_oneAtATime_othersWaitAndAllAreMade() throws Exception {
        Director director = Director.create();
        try (Servers.Tcp one = Servers.Tcp.start(Servers::silence)) {
            MonitoredService.Builder builder = MonitoredService.builder(SERVICE);
            for (int i = 1; i <= 20; i++) {
                RealServer server = RealServer.of("127.0.0." + i + ":80");
                builder.server(MonitoredServer.of(server, tcp(Endpoint.parse(one.address()))));
            }
            try (HealthMonitor monitor = HealthMonitor.builder(director)
                    .configuration(HealthConfiguration.of(builder.build()))
                    .maxProbes(1)
                    .start()) {
                ProbeFixture.await("probes", () -> monitor.snapshot().passed() > 100);
                HealthMonitorSnapshot snapshot = monitor.snapshot();
                assertThat(snapshot.delayed()).isPositive();
                assertThat(snapshot.running()).isLessThanOrEqualTo(1);
                assertThat(snapshot.services().get(0).servers())
                        .allMatch(server -> server.checks().get(0).probed());
            }
        }
    }

    @Test
    void check_makesNone_namesServiceAndServer() {
        Director director = Director.create();
        director.addService(SERVICE, RealServer.of("127.0.0.1:1"));
        assertThatThrownBy(() -> HealthMonitor.builder(director)
                        .check(WEB, server -> null)
                        .start())
                .isInstanceOf(NullPointerException.class)
                .hasMessage(WEB + ": the function makes no check for 127.0.0.1:1");
    }

    @Test
    void start_whatThisHostCannotDo_refusedByName() {
        Director director = Director.create();
        RealServer server = RealServer.of("127.0.0.1:80");
        Endpoint endpoint = server.endpoint();
        Check marked = new TcpCheck(new ProbeTarget(endpoint, null, 0, null, 1, Duration.ofSeconds(1)), FAST);
        Check device = new TcpCheck(new ProbeTarget(endpoint, null, 0, "eth0", 0, Duration.ofSeconds(1)), FAST);
        Check user =
                new MiscCheck(new Script(List.of("true"), "no-such-user", null), FAST, Duration.ofSeconds(1), false);
        HealthMonitor.Builder builder = HealthMonitor.builder(director)
                .configuration(configuration(MonitoredServer.of(server, marked, device, user)))
                .transport(Transport.NIO);
        assertThatThrownBy(builder::start)
                .isInstanceOfSatisfying(
                        HealthMonitorException.class,
                        e -> assertThat(e.problems())
                                .hasSize(2)
                                .allMatch(problem -> problem.contains("127.0.0.1:80: "))
                                .anyMatch(problem -> problem.contains("TCP_CHECK: a device or a mark"))
                                .anyMatch(problem ->
                                        problem.contains("MISC_CHECK: it cannot be run as user no-such-user")));
        assertThat(director.services()).isEmpty();
    }

    @Test
    void builder_badOptions_allNamed() {
        assertThatThrownBy(() -> HealthMonitor.builder(Director.create())
                        .threads(0)
                        .maxProbes(0)
                        .maxPrograms(-1)
                        .start())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("threads 0")
                .hasMessageContaining("maximum of probes 0")
                .hasMessageContaining("maximum of programs -1");
    }

    @Test
    void fileCheck_inCode_numberIsReadAndFollowed() throws Exception {
        Director director = Director.create();
        Path number = Files.writeString(directory.resolve("number"), "4");
        TrackedFile file = new TrackedFile("n", number, null);
        try (HealthMonitor monitor = HealthMonitor.builder(director)
                .check(WEB, server -> new FileCheck(file, 1, false))
                .start()) {
            director.addService(SERVICE, RealServer.of("127.0.0.1:9"));
            awaitTable(director, "[127.0.0.1:9/5]");
            Files.writeString(number, "6");
            awaitTable(director, "[127.0.0.1:9/7]");
            director.removeService(WEB);
            ProbeFixture.await("no service", () -> monitor.snapshot().services().isEmpty());
        }
    }

    @Test
    void haSuspend_addressOfThisHostOrNot_probedOrNot() throws Exception {
        Director director = Director.create();
        try (Servers.Tcp one = Servers.Tcp.start(Servers::silence);
                Servers.Tcp two = Servers.Tcp.start(Servers::silence)) {
            MonitoredService here = MonitoredService.builder(VirtualService.builder(ServiceKey.tcp("127.0.0.1:1"))
                            .build())
                    .server(monitored(one.address()))
                    .haSuspend(true)
                    .build();
            MonitoredService elsewhere = MonitoredService.builder(SERVICE)
                    .server(monitored(two.address()))
                    .haSuspend(true)
                    .build();
            try (HealthMonitor monitor = HealthMonitor.builder(director)
                    .configuration(HealthConfiguration.of(here, elsewhere))
                    .start()) {
                ProbeFixture.await("probes", () -> one.accepted() > 2);
                assertThat(two.accepted()).isZero();
                monitor.reload(configuration(monitored(two.address())));
                ProbeFixture.await("probes", () -> two.accepted() > 2);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("org.lvs4j.netty.health.ProbeFixture#transports")
    void close_atAnyMoment_leavesNoSocketProcessOrThread(Transport transport) throws Exception {
        try (Servers.Tcp silent = Servers.Tcp.start(Servers::silence);
                Servers.Tcp http = Servers.Tcp.start(Servers.http("HTTP/1.0 200 OK\r\n\r\n"))) {
            long sockets = -1;
            for (int i = 0; i < 8; i++) {
                Director director = Director.create();
                RealServer one = RealServer.of(silent.address());
                Check slow = org.lvs4j.health.HttpCheck.of(ProbeTarget.of(one.endpoint()), FAST, "/");
                Check fine = org.lvs4j.health.HttpCheck.of(ProbeTarget.of(Endpoint.parse(http.address())), FAST, "/");
                Check program = new MiscCheck(Script.of("sleep", "250"), FAST, Duration.ofSeconds(60), false);
                HealthMonitor monitor = HealthMonitor.builder(director)
                        .configuration(configuration(MonitoredServer.of(one, slow, fine, program)))
                        .transport(transport)
                        .threads(2)
                        .start();
                int most = i;
                ProbeFixture.await("probes", () -> monitor.snapshot().probes() >= most);
                monitor.close();
                monitor.close();
                ProbeFixture.await("servers", () -> silent.open() == 0 && http.open() == 0);
                ProbeFixture.await(
                        "no program",
                        () -> ProcessHandle.current()
                                .descendants()
                                .noneMatch(each ->
                                        each.info().commandLine().orElse("").contains("sleep 250")));
                ProbeFixture.await(
                        "no thread",
                        () -> Thread.getAllStackTraces().keySet().stream()
                                .noneMatch(thread -> thread.getName().startsWith("lvs-health")));
                long now = ProbeFixture.openSockets();
                if (sockets < 0) {
                    sockets = now;
                }
                assertThat(now).isLessThanOrEqualTo(sockets);
            }
        }
    }
}
