package org.lvs4j.netty.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.lvs4j.Director;
import org.lvs4j.health.Check;
import org.lvs4j.health.CheckSchedule;
import org.lvs4j.health.HttpCheck;
import org.lvs4j.health.NetworkCheck;
import org.lvs4j.health.ProbeTarget;
import org.lvs4j.health.TcpCheck;
import org.lvs4j.net.Endpoint;
import org.lvs4j.netty.DocumentedMeters;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

/** What the meters of a health monitor show, and when those of its services and servers are there. */
@Tag("slow")
final class HealthMetricsTest {
    private static final ServiceKey WEB = ServiceKey.tcp("192.0.2.1:80");
    private static final String[] OF_WEB = {"virtual.service", "TCP 192.0.2.1:80"};
    private static final CheckSchedule FAST = CheckSchedule.builder()
            .interval(Duration.ofMillis(50))
            .retryInterval(Duration.ofMillis(20))
            .warmup(Duration.ZERO)
            .build();

    private final EventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final MeterRegistry registry = new SimpleMeterRegistry();
    private final Director director = Director.create();

    @AfterEach
    void endLoops() {
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
    }

    private static Check tcp(RealServer server) {
        return new TcpCheck(ProbeTarget.of(server.endpoint()), FAST);
    }

    private HealthMonitor monitor() {
        return HealthMonitor.builder(director)
                .check(WEB, HealthMetricsTest::tcp)
                .eventLoops(loops)
                .start();
    }

    private double count(String name, String... tags) {
        return registry.get(name).tags(tags).functionCounter().count();
    }

    private double gauge(String name, String... tags) {
        return registry.get(name).tags(tags).gauge().value();
    }

    private double up(String server) {
        Gauge gauge = registry.find("lvs.health.server.up")
                .tags(OF_WEB)
                .tag("real.server", server)
                .gauge();
        return gauge == null ? -1 : gauge.value();
    }

    @Test
    void meters_serverGoesAndComes_showItsState() throws Exception {
        try (Servers.Tcp one = Servers.Tcp.start(Servers::silence)) {
            String dead = ProbeFixture.closedPort();
            director.addService(VirtualService.of(WEB), RealServer.of(one.address()), RealServer.of(dead));
            try (HealthMonitor monitor = monitor();
                    HealthMetrics metrics = HealthMetrics.of(monitor)) {
                metrics.bindTo(registry);
                ProbeFixture.await("down", () -> up(dead) == 0);
                assertThat(up(one.address())).isEqualTo(1);
                assertThat(gauge("lvs.health.service.up", OF_WEB)).isEqualTo(1);
                assertThat(gauge("lvs.health.servers")).isEqualTo(2);
                assertThat(count("lvs.health.transitions", "state", "down")).isEqualTo(1);
                ProbeFixture.await("probes", () -> count("lvs.health.probes", "result", "passed") >= 2);
                assertThat(count("lvs.health.probes", "result", "failed")).isPositive();

                try (Servers.Tcp again = Servers.Tcp.startAt(dead, Servers::silence)) {
                    ProbeFixture.await("up", () -> up(again.address()) == 1);
                    assertThat(count("lvs.health.transitions", "state", "up")).isEqualTo(1);
                }
            }
            assertThat(registry.getMeters()).isEmpty();
        }
    }

    @Test
    void probeTime_serversThatPassAndFail_histogramsByKindAndResult() throws Exception {
        PrometheusMeterRegistry prometheus = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        try (Servers.Tcp one = Servers.Tcp.start(Servers::silence)) {
            director.addService(
                    VirtualService.of(WEB), RealServer.of(one.address()), RealServer.of(ProbeFixture.closedPort()));
            try (HealthMonitor monitor = monitor();
                    HealthMetrics metrics = HealthMetrics.of(monitor)) {
                metrics.bindTo(registry);
                metrics.bindTo(prometheus);
                for (String result : List.of("passed", "failed")) {
                    Timer timer = registry.get("lvs.health.probe.time")
                            .tags("kind", "tcp", "result", result)
                            .timer();
                    ProbeFixture.await(result, () -> timer.count() >= 2);
                    assertThat(timer.totalTime(TimeUnit.SECONDS)).isPositive().isLessThan(60);
                    assertThat(count("lvs.health.probes", "result", result)).isGreaterThanOrEqualTo(2);
                    assertThat(prometheus.scrape())
                            .containsPattern("lvs_health_probe_time_seconds_bucket\\{kind=\"tcp\",result=\"" + result
                                    + "\",le=\"\\+Inf\"} [1-9]");
                }
                assertThat(registry.get("lvs.health.probe.time")
                                .tags("kind", "http", "result", "passed")
                                .timer()
                                .count())
                        .isZero();
            }
        }
    }

    @Test
    void runningAndWaitingProbes_serversThatDoNotAnswer_areShownUntilTheEnd() throws Exception {
        try (Servers.Tcp one = Servers.Tcp.start(Servers::silence);
                Servers.Tcp other = Servers.Tcp.start(Servers::silence)) {
            director.addService(VirtualService.of(WEB), RealServer.of(one.address()), RealServer.of(other.address()));
            HealthMonitor monitor = HealthMonitor.builder(director)
                    .check(WEB, server -> HttpCheck.of(ProbeTarget.of(server.endpoint()), FAST, "/"))
                    .maxProbes(1)
                    .eventLoops(loops)
                    .start();
            try (HealthMetrics metrics = HealthMetrics.of(monitor)) {
                metrics.bindTo(registry);
                ProbeFixture.await("a probe that waits", () -> gauge("lvs.health.waiting.probes") == 1);
                ProbeFixture.await("a probe under way", () -> gauge("lvs.health.running.probes") == 1);
                monitor.close();
                assertThat(gauge("lvs.health.waiting.probes")).isZero();
                assertThat(gauge("lvs.health.running.probes")).isZero();
            } finally {
                monitor.close();
            }
        }
    }

    @Test
    void probeTimes_kindsOfChecks_allHaveOne() {
        int kinds = NetworkCheck.class.getPermittedSubclasses().length;
        // With programs, and those of HTTP in clear and with TLS.
        assertThat(new ProbeTimes().all()).hasSize(kinds + 2);
    }

    @Test
    void bindTo_registryThatRefusesAMeter_noneIsLeftAndItMayBeBoundLater() throws Exception {
        AtomicBoolean refuses = new AtomicBoolean(true);
        registry.config().meterFilter(MeterFilter.deny(id -> {
            if (refuses.get() && id.getName().equals("lvs.health.server.ejected")) {
                throw new IllegalArgumentException("refused");
            }
            return false;
        }));
        String dead = ProbeFixture.closedPort();
        director.addService(VirtualService.of(WEB), RealServer.of(dead));
        try (HealthMonitor monitor = monitor();
                HealthMetrics metrics = HealthMetrics.of(monitor)) {
            assertThatThrownBy(() -> metrics.bindTo(registry)).hasMessage("refused");
            assertThat(registry.getMeters()).isEmpty();
            refuses.set(false);
            metrics.bindTo(registry);
            ProbeFixture.await("down", () -> up(dead) == 0);
        }
        assertThat(registry.getMeters()).isEmpty();
    }

    @Test
    void meters_serverAddedAndRemoved_comeAndGoAtTheNextReading() throws Exception {
        try (Servers.Tcp one = Servers.Tcp.start(Servers::silence);
                HealthMonitor monitor = monitor();
                HealthMetrics metrics = HealthMetrics.of(monitor)) {
            metrics.bindTo(registry);
            assertThat(gauge("lvs.health.services")).isZero();
            int before = registry.getMeters().size();
            director.addService(VirtualService.of(WEB), RealServer.of(one.address()));
            ProbeFixture.await("the service", () -> gauge("lvs.health.services") == 1);
            assertThat(up(one.address())).isEqualTo(1);
            assertThat(registry.getMeters()).hasSize(before + 5);

            director.removeServer(WEB, Endpoint.parse(one.address()));
            ProbeFixture.await("no server", () -> gauge("lvs.health.servers") == 0);
            assertThat(up(one.address())).isEqualTo(-1);
            director.removeService(WEB);
            ProbeFixture.await("no service", () -> gauge("lvs.health.services") == 0);
            assertThat(registry.getMeters()).hasSize(before);
        }
    }

    @Test
    void meters_readOnTheMonitorsLoop_followWithoutWaiting() throws Exception {
        try (Servers.Tcp one = Servers.Tcp.start(Servers::silence);
                HealthMonitor monitor = monitor();
                HealthMetrics metrics = HealthMetrics.of(monitor)) {
            metrics.bindTo(registry);
            director.addService(VirtualService.of(WEB), RealServer.of(one.address()));
            ProbeFixture.await(
                    "the service",
                    () -> loops.submit(() -> gauge("lvs.health.services"))
                                    .syncUninterruptibly()
                                    .getNow()
                            == 1);
            assertThat(up(one.address())).isEqualTo(1);
            assertThat(loops.submit(metrics::close).awaitUninterruptibly().cause())
                    .isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void meters_monitorClosed_noServiceIsLeft() throws Exception {
        try (Servers.Tcp one = Servers.Tcp.start(Servers::silence)) {
            director.addService(VirtualService.of(WEB), RealServer.of(one.address()));
            HealthMonitor monitor = monitor();
            HealthMetrics metrics = HealthMetrics.of(monitor);
            metrics.bindTo(registry);
            assertThat(up(one.address())).isEqualTo(1);
            monitor.close();

            assertThat(gauge("lvs.health.services")).isZero();
            assertThat(up(one.address())).isEqualTo(-1);
            metrics.close();
            assertThat(registry.getMeters()).isEmpty();
            assertThatThrownBy(() -> metrics.bindTo(registry)).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> metrics.bindTo(null)).hasMessage("registry");
            assertThatThrownBy(() -> HealthMetrics.of(monitor, null)).hasMessage("tags");
        }
    }

    @Test
    void meters_inTheDocs_areThoseOfARegistry() throws Exception {
        PrometheusMeterRegistry prometheus = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        try (Servers.Tcp one = Servers.Tcp.start(Servers::silence)) {
            director.addService(VirtualService.of(WEB), RealServer.of(one.address()));
            try (HealthMonitor monitor = monitor();
                    HealthMetrics metrics = HealthMetrics.of(monitor)) {
                metrics.bindTo(registry);
                metrics.bindTo(prometheus);
                DocumentedMeters.assertEqual("lvs.health.", registry, prometheus.scrape());
                // 5 of the service and its server.
                DocumentedMeters.assertNumbers("HealthMetrics", registry, 5);
            }
        }
    }
}
