package org.lvs4j.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MockClock;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.core.instrument.simple.CountingMode;
import io.micrometer.core.instrument.simple.SimpleConfig;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.lvs4j.Director;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.Protocol;

/** What the meters of a relay show. */
@Tag("slow")
final class RelayMetricsTest {
    private final MeterRegistry registry = new SimpleMeterRegistry();

    private double count(String name, String... tags) {
        return registry.get(name).tags(tags).functionCounter().count();
    }

    private double gauge(String name) {
        return registry.get(name).gauge().value();
    }

    @Test
    void meters_clients_followThem() throws Exception {
        try (TestServer server = TestServer.start();
                Relay relay = Loopback.relay(Loopback.director(server.address()), Protocol.TCP)
                        .maxConnections(7)
                        .udpFlows(9)
                        .start();
                RelayMetrics metrics = RelayMetrics.of(relay)) {
            metrics.bindTo(registry);
            assertThat(gauge("lvs.relay.max.connections")).isEqualTo(7);
            assertThat(gauge("lvs.relay.max.flows")).isEqualTo(9);
            try (Socket client = Loopback.connect(relay)) {
                client.getOutputStream().write(1);
                assertThat(client.getInputStream().read()).isEqualTo(1);
                assertThat(gauge("lvs.relay.open.connections")).isEqualTo(1);
            }
            Loopback.await("the end", () -> gauge("lvs.relay.open.connections") == 0);
            assertThat(count("lvs.relay.accepted.connections")).isEqualTo(1);
        }
    }

    @Test
    void meters_serverRefuses_failuresAndResetsByTheirReason() throws Exception {
        try (Relay relay = Loopback.relay(Loopback.director(Loopback.closedPort()), Protocol.TCP)
                        .start();
                RelayMetrics metrics = RelayMetrics.of(relay)) {
            metrics.bindTo(registry);
            Loopback.assertReset(relay);

            Loopback.await("the reset", () -> count("lvs.relay.reset.connections", "reason", "unreachable") == 1);
            assertThat(count("lvs.relay.failures", "kind", "connect"))
                    .isEqualTo((double) relay.snapshot().connectFailures())
                    .isPositive();
            assertThat(count("lvs.relay.reset.connections", "reason", "no.server"))
                    .isZero();
        }
    }

    @Test
    void loopLag_loopBlocked_gaugeGrowsAndHistogramCountsIt() throws Exception {
        PrometheusMeterRegistry prometheus = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        EventLoopGroup loops = new MultiThreadIoEventLoopGroup(2, NioIoHandler.newFactory());
        CountDownLatch goOn = new CountDownLatch(1);
        try (Relay relay = Relay.builder(Director.create())
                        .eventLoops(loops)
                        .listen(Protocol.TCP, Endpoint.parse("127.0.0.1:0"), 1)
                        .start();
                RelayMetrics metrics = RelayMetrics.of(relay)) {
            metrics.bindTo(registry);
            metrics.bindTo(prometheus);
            Timer timer = registry.get("lvs.relay.loop.delay").timer();
            Loopback.await("measurements", () -> timer.count() >= 4);
            loops.next().submit(() -> goOn.await(60, TimeUnit.SECONDS));
            Loopback.await("a lag", () -> gauge("lvs.relay.loop.lag") > 0.6);

            goOn.countDown();
            Loopback.await("the end", () -> timer.totalTime(TimeUnit.SECONDS) > 0.6);
            Loopback.await("no lag", () -> gauge("lvs.relay.loop.lag") < 0.6);
            Pattern shortDelay = Pattern.compile("lvs_relay_loop_delay_seconds_bucket\\{le=\"0\\.25\"} [1-9]");
            Loopback.await(
                    "a short delay",
                    () -> shortDelay.matcher(prometheus.scrape()).find());
            assertThat(prometheus.scrape())
                    .containsPattern("lvs_relay_loop_delay_seconds_bucket\\{le=\"\\+Inf\"} [1-9]")
                    .containsPattern("lvs_relay_loop_lag_seconds [0-9]");
        } finally {
            goOn.countDown();
            loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
        }
    }

    @Test
    void buffers_relay_heldWithinTheirLimit() throws Exception {
        try (TestServer server = TestServer.start();
                Relay relay = Loopback.relay(Loopback.director(server.address()), Protocol.TCP)
                        .start();
                RelayMetrics metrics = RelayMetrics.of(relay);
                Socket client = Loopback.connect(relay)) {
            client.getOutputStream().write(1);
            assertThat(client.getInputStream().read()).isEqualTo(1);
            metrics.bindTo(registry);
            assertThat(registry.get("lvs.relay.buffer.bytes")
                            .tag("kind", "direct")
                            .gauge()
                            .value())
                    .isPositive()
                    .isLessThanOrEqualTo(gauge("lvs.relay.max.direct.bytes"));
            assertThat(registry.get("lvs.relay.buffer.bytes")
                            .tag("kind", "heap")
                            .gauge()
                            .value())
                    .isNotNegative();
        }
    }

    @Test
    void bindTo_registryThatRefusesAMeter_noneIsLeftAndItMayBeBoundLater() {
        AtomicBoolean refuses = new AtomicBoolean(true);
        registry.config().meterFilter(MeterFilter.deny(id -> {
            if (refuses.get() && id.getName().equals("lvs.relay.retries")) {
                throw new IllegalArgumentException("refused");
            }
            return false;
        }));
        try (Relay relay = Loopback.relay(Director.create(), Protocol.TCP).start();
                RelayMetrics metrics = RelayMetrics.of(relay)) {
            assertThatThrownBy(() -> metrics.bindTo(registry)).hasMessage("refused");
            assertThat(registry.getMeters()).isEmpty();
            refuses.set(false);
            metrics.bindTo(registry);
            assertThat(gauge("lvs.relay.max.flows")).isEqualTo(relay.maxFlows());
        }
    }

    @Test
    void counter_ofARegistryOfDifferences_connectionsOfBeforeTheBindingNotReported() throws Exception {
        MockClock clock = new MockClock();
        Duration step = Duration.ofMinutes(1);
        MeterRegistry steps = new SimpleMeterRegistry(
                new SimpleConfig() {
                    @Override
                    public String get(String key) {
                        return null;
                    }

                    @Override
                    public Duration step() {
                        return step;
                    }

                    @Override
                    public CountingMode mode() {
                        return CountingMode.STEP;
                    }
                },
                clock);
        try (TestServer server = TestServer.start();
                Relay relay = Loopback.relay(Loopback.director(server.address()), Protocol.TCP)
                        .start()) {
            for (int round = 0; round < 2; round++) {
                Loopback.connect(relay).close();
                long accepted = round + 1;
                Loopback.await("the connection", () -> relay.snapshot().accepted() == accepted);
                try (RelayMetrics metrics = RelayMetrics.of(relay)) {
                    metrics.bindTo(steps);
                    FunctionCounter counter =
                            steps.get("lvs.relay.accepted.connections").functionCounter();
                    counter.count();
                    clock.add(step);
                    assertThat(counter.count()).isZero();
                }
            }
        }
    }

    @Test
    void bindTo_twoRelaysWithTags_metersOfBothUntilClosed() {
        try (Relay first = Loopback.relay(Director.create(), Protocol.TCP).start();
                Relay second = Loopback.relay(Director.create(), Protocol.TCP).start()) {
            RelayMetrics ofFirst = RelayMetrics.of(first, Tags.of("relay", "a"));
            RelayMetrics ofSecond = RelayMetrics.of(second, Tags.of("relay", "b"));
            ofFirst.bindTo(registry);
            ofFirst.bindTo(registry);
            int each = registry.getMeters().size();
            ofSecond.bindTo(registry);
            assertThat(registry.getMeters()).hasSize(2 * each);

            ofFirst.close();
            assertThat(registry.getMeters())
                    .hasSize(each)
                    .allSatisfy(
                            meter -> assertThat(meter.getId().getTag("relay")).isEqualTo("b"));
            assertThatThrownBy(() -> ofFirst.bindTo(registry)).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> ofSecond.bindTo(null)).hasMessage("registry");
            assertThatThrownBy(() -> RelayMetrics.of(second, null)).hasMessage("tags");
            ofSecond.close();
            assertThat(registry.getMeters()).isEmpty();
        }
    }

    @Test
    void meters_inTheDocs_areThoseOfARegistry() throws Exception {
        PrometheusMeterRegistry prometheus = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        try (Relay relay = Loopback.relay(Director.create(), Protocol.TCP).start();
                RelayMetrics metrics = RelayMetrics.of(relay)) {
            metrics.bindTo(registry);
            metrics.bindTo(prometheus);
            DocumentedMeters.assertEqual("lvs.relay.", registry, prometheus.scrape());
        }
    }
}
