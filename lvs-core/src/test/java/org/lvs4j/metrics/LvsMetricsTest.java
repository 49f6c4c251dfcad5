package org.lvs4j.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.lvs4j.metrics.MetricsFixture.APPLE;
import static org.lvs4j.metrics.MetricsFixture.BANANA;
import static org.lvs4j.metrics.MetricsFixture.DNS;
import static org.lvs4j.metrics.MetricsFixture.OF_APPLE;
import static org.lvs4j.metrics.MetricsFixture.OF_WEB;
import static org.lvs4j.metrics.MetricsFixture.WEB;
import static org.lvs4j.metrics.MetricsFixture.count;
import static org.lvs4j.metrics.MetricsFixture.gauge;
import static org.lvs4j.metrics.MetricsFixture.has;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.lvs4j.Connection;
import org.lvs4j.Director;
import org.lvs4j.Drain;
import org.lvs4j.DrainOptions;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.Flow;
import org.lvs4j.net.Protocol;
import org.lvs4j.net.TcpFlags;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.Sysctl;
import org.lvs4j.service.VirtualService;

/** What the meters of a director show, and when they are there. */
final class LvsMetricsTest {
    private final MetricsFixture fixture = MetricsFixture.ofOneServer();
    private final Director director = fixture.director;
    private final MeterRegistry registry = new SimpleMeterRegistry();
    private final LvsMetrics metrics = LvsMetrics.of(director);

    private static Flow flow(int port) {
        return Flow.of(Protocol.TCP, Endpoint.parse("172.16.0.1:" + port), Endpoint.parse("10.0.0.1:80"));
    }

    @Test
    void counters_connections_followTraffic() {
        metrics.bindTo(registry);
        fixture.open(3);

        assertThat(count(registry, "lvs.server.connections", OF_APPLE)).isEqualTo(3);
        assertThat(count(registry, "lvs.service.connections", OF_WEB)).isEqualTo(3);
        assertThat(count(registry, "lvs.connections")).isEqualTo(3);
        assertThat(count(registry, "lvs.server.bytes", and(OF_APPLE, "direction", "in")))
                .isEqualTo(3000);
        assertThat(count(registry, "lvs.server.bytes", and(OF_APPLE, "direction", "out")))
                .isZero();
        assertThat(count(registry, "lvs.server.packets", and(OF_APPLE, "direction", "in")))
                .isEqualTo(3);
    }

    private static String[] and(String[] tags, String key, String value) {
        String[] all = Arrays.copyOf(tags, tags.length + 2);
        all[tags.length] = key;
        all[tags.length + 1] = value;
        return all;
    }

    @Test
    void gauges_connectionsOfPackets_followTheirStates() {
        metrics.bindTo(registry);
        director.flows().dispatch(flow(1), TcpFlags.SYN, 100);
        director.flows().dispatch(flow(1), TcpFlags.ACK, 100);
        director.flows().dispatch(flow(2), TcpFlags.SYN, 100);
        director.flows().dispatch(flow(2), TcpFlags.ACK, 100);
        director.flows().dispatch(flow(2), TcpFlags.RST, 100);

        assertThat(gauge(registry, "lvs.server.current.connections", and(OF_APPLE, "state", "active")))
                .isEqualTo(1);
        assertThat(gauge(registry, "lvs.server.current.connections", and(OF_APPLE, "state", "inactive")))
                .isEqualTo(1);
        assertThat(gauge(registry, "lvs.service.current.connections", and(OF_WEB, "state", "active")))
                .isEqualTo(1);
        assertThat(gauge(registry, "lvs.service.current.connections", and(OF_WEB, "state", "inactive")))
                .isEqualTo(1);
        assertThat(gauge(registry, "lvs.table.connections")).isEqualTo(2);
        assertThat(count(registry, "lvs.packets", "direction", "in")).isEqualTo(5);
        assertThat(count(registry, "lvs.bytes", "direction", "in")).isEqualTo(500);
    }

    @Test
    void gauges_constantTraffic_approachItsRate() {
        metrics.bindTo(registry);
        for (int second = 0; second < 60; second++) {
            fixture.open(10);
            fixture.clock.addAndGet(TimeUnit.SECONDS.toNanos(1));
        }

        assertThat(gauge(registry, "lvs.connections.per.second")).isEqualTo(10);
        assertThat(gauge(registry, "lvs.service.connections.per.second", OF_WEB))
                .isEqualTo(10);
        assertThat(gauge(registry, "lvs.service.bytes.per.second", and(OF_WEB, "direction", "in")))
                .isBetween(9_900.0, 10_000.0);
        assertThat(gauge(registry, "lvs.service.bytes.per.second", and(OF_WEB, "direction", "out")))
                .isZero();
        assertThat(gauge(registry, "lvs.packets.per.second", "direction", "in")).isEqualTo(10);
    }

    @Test
    void gauges_drain_showWeightAndPhase() {
        metrics.bindTo(registry);
        assertThat(gauge(registry, "lvs.server.weight", OF_APPLE)).isEqualTo(1);
        Connection open = director.open(WEB);
        Drain drain = director.drain(WEB, APPLE.endpoint(), DrainOptions.within(Duration.ofMinutes(1)));

        assertThat(gauge(registry, "lvs.server.weight", OF_APPLE)).isZero();
        assertThat(gauge(registry, "lvs.server.draining", OF_APPLE)).isEqualTo(1);
        assertThat(gauge(registry, "lvs.service.available.servers", OF_WEB)).isZero();
        assertThat(gauge(registry, "lvs.drains", "phase", "draining")).isEqualTo(1);

        fixture.clock.addAndGet(TimeUnit.SECONDS.toNanos(57));
        director.advance();
        assertThat(gauge(registry, "lvs.drains", "phase", "draining")).isZero();
        assertThat(gauge(registry, "lvs.drains", "phase", "ending")).isEqualTo(1);

        open.close();
        fixture.clock.addAndGet(TimeUnit.SECONDS.toNanos(1));
        director.advance();
        assertThat(gauge(registry, "lvs.drains", "phase", "drained")).isEqualTo(1);

        drain.abort();
        assertThat(gauge(registry, "lvs.drains", "phase", "drained")).isZero();
        assertThat(gauge(registry, "lvs.server.weight", OF_APPLE)).isEqualTo(1);
    }

    @Test
    void gauges_upperThreshold_showOverload() {
        metrics.bindTo(registry);
        assertThat(gauge(registry, "lvs.server.max.connections", OF_APPLE)).isZero();
        director.editServer(WEB, APPLE.toBuilder().upperThreshold(2).build());
        Connection first = director.open(WEB);
        Connection second = director.open(WEB);

        assertThat(gauge(registry, "lvs.server.max.connections", OF_APPLE)).isEqualTo(2);
        assertThat(gauge(registry, "lvs.server.overloaded", OF_APPLE)).isEqualTo(1);
        assertThat(gauge(registry, "lvs.service.available.servers", OF_WEB)).isZero();

        first.close();
        second.close();
        assertThat(gauge(registry, "lvs.server.overloaded", OF_APPLE)).isZero();
        assertThat(gauge(registry, "lvs.service.available.servers", OF_WEB)).isEqualTo(1);
    }

    @Test
    void limits_ceilingsReached_counted() {
        Director small = Director.builder()
                .ticker(fixture.clock::get)
                .maxConnections(2)
                .maxTemplates(7)
                .build();
        small.addService(VirtualService.of(WEB), APPLE);
        LvsMetrics.of(small).bindTo(registry);
        for (int port = 1; port <= 5; port++) {
            small.flows().dispatch(flow(port), TcpFlags.SYN, 100);
        }

        assertThat(gauge(registry, "lvs.table.connections")).isEqualTo(2);
        assertThat(gauge(registry, "lvs.table.max.connections")).isEqualTo(2);
        assertThat(gauge(registry, "lvs.table.templates")).isZero();
        assertThat(gauge(registry, "lvs.table.max.templates")).isEqualTo(7);
        assertThat(count(registry, "lvs.refused.connections")).isEqualTo(3);
        assertThat(count(registry, "lvs.evicted.templates")).isZero();
    }

    @Test
    void limits_dropPacket_counted() {
        metrics.bindTo(registry);
        director.setSysctl(Sysctl.DROP_PACKET, 3);
        director.setSysctl(Sysctl.AM_DROPRATE, 1);
        director.flows().dispatch(flow(1), TcpFlags.SYN, 100);

        assertThat(count(registry, "lvs.dropped.packets"))
                .isEqualTo((double) director.limits().packetsDropped())
                .isEqualTo(1);
    }

    // ---- coming and going

    @Test
    void meters_serviceAndServer_comeAndGoWithThem() {
        metrics.bindTo(registry);
        assertThat(gauge(registry, "lvs.services")).isEqualTo(1);
        int before = registry.getMeters().size();

        director.addService(VirtualService.of(DNS), RealServer.of("192.168.1.1:53"), RealServer.of("192.168.1.2:53"));
        assertThat(registry.getMeters())
                .hasSize(before + ServiceSource.INSTRUMENTS.size() + 2 * ServerSource.INSTRUMENTS.size());
        assertThat(gauge(registry, "lvs.services")).isEqualTo(2);
        assertThat(gauge(registry, "lvs.servers")).isEqualTo(3);
        assertThat(gauge(registry, "lvs.service.servers", "virtual.service", "UDP 10.0.0.1:53"))
                .isEqualTo(2);

        director.removeServer(DNS, Endpoint.parse("192.168.1.1:53"));
        assertThat(has(registry, "lvs.server.weight", "real.server", "192.168.1.1:53"))
                .isFalse();
        assertThat(has(registry, "lvs.server.weight", "real.server", "192.168.1.2:53"))
                .isTrue();

        director.removeService(DNS);
        assertThat(registry.getMeters()).hasSize(before);
    }

    @Test
    void counters_serverReturnsWithItsConnections_continue() {
        metrics.bindTo(registry);
        fixture.open(3);
        Connection open = director.open(WEB);
        director.removeServer(WEB, APPLE.endpoint());
        assertThat(has(registry, "lvs.server.connections", OF_APPLE)).isFalse();
        director.addServer(WEB, APPLE);
        open.received(7);

        assertThat(count(registry, "lvs.server.connections", OF_APPLE)).isEqualTo(4);
        assertThat(count(registry, "lvs.server.bytes", and(OF_APPLE, "direction", "in")))
                .isEqualTo(3007);
        open.close();
    }

    @Test
    void counters_beyondTheLargestLong_goOn() {
        metrics.bindTo(registry);
        Connection open = director.open(WEB);
        open.received(Long.MAX_VALUE);
        assertThat(count(registry, "lvs.bytes", "direction", "in")).isEqualTo(0x1p63);
        open.received(1L << 62);
        assertThat(count(registry, "lvs.bytes", "direction", "in")).isEqualTo(0x1.8p63);
        open.close();
    }

    @Test
    void counters_serverReturnsAfterItWasForgotten_continue() {
        metrics.bindTo(registry);
        fixture.open(3);
        assertThat(count(registry, "lvs.server.connections", OF_APPLE)).isEqualTo(3);
        director.removeServer(WEB, APPLE.endpoint());
        fixture.forgetRemovedServers();
        director.addServer(WEB, APPLE);
        assertThat(director.services().get(0).servers().get(0).traffic().connections())
                .isZero();
        assertThat(count(registry, "lvs.server.connections", OF_APPLE)).isEqualTo(3);
        fixture.open(2);

        assertThat(count(registry, "lvs.server.connections", OF_APPLE)).isEqualTo(5);
    }

    @Test
    void counters_serviceRemovedAndAdded_continue() {
        metrics.bindTo(registry);
        fixture.open(3);
        assertThat(count(registry, "lvs.service.connections", OF_WEB)).isEqualTo(3);
        director.removeService(WEB);
        director.addService(VirtualService.of(WEB), APPLE);
        fixture.open(1);

        assertThat(count(registry, "lvs.service.connections", OF_WEB)).isEqualTo(4);
    }

    @Test
    void counters_directorReset_neverDecrease() {
        metrics.bindTo(registry);
        fixture.open(3);
        assertThat(count(registry, "lvs.server.connections", OF_APPLE)).isEqualTo(3);
        assertThat(count(registry, "lvs.connections")).isEqualTo(3);
        director.resetCounters();
        assertThat(director.traffic().connections()).isZero();
        assertThat(count(registry, "lvs.server.connections", OF_APPLE)).isEqualTo(3);
        fixture.open(1);

        assertThat(count(registry, "lvs.server.connections", OF_APPLE)).isEqualTo(4);
        assertThat(count(registry, "lvs.connections")).isEqualTo(4);
    }

    // ---- registries

    @Test
    void bindTo_severalRegistries_eachHasAllMeters() {
        MeterRegistry second = new SimpleMeterRegistry();
        metrics.bindTo(registry);
        fixture.open(1);
        metrics.bindTo(second);
        director.addServer(WEB, BANANA);

        assertThat(second.getMeters()).hasSameSizeAs(registry.getMeters());
        assertThat(count(second, "lvs.connections")).isEqualTo(1);
        assertThat(count(registry, "lvs.connections")).isEqualTo(1);
        metrics.close();
        assertThat(registry.getMeters()).isEmpty();
        assertThat(second.getMeters()).isEmpty();
    }

    @Test
    void bindTo_sameRegistryTwice_onceOnly() {
        metrics.bindTo(registry);
        int before = registry.getMeters().size();
        metrics.bindTo(registry);
        director.removeServer(WEB, APPLE.endpoint());

        assertThat(registry.getMeters()).hasSize(before - ServerSource.INSTRUMENTS.size());
    }

    @Test
    void bindTo_twoDirectorsWithTags_metersOfBoth() {
        MetricsFixture other = MetricsFixture.ofOneServer();
        LvsMetrics first =
                LvsMetrics.builder(director).tags(Tags.of("director", "a")).build();
        LvsMetrics second = LvsMetrics.builder(other.director)
                .tags(Tags.of("director", "b"))
                .build();
        first.bindTo(registry);
        second.bindTo(registry);
        fixture.open(1);
        other.open(2);

        assertThat(count(registry, "lvs.connections", "director", "a")).isEqualTo(1);
        assertThat(count(registry, "lvs.connections", "director", "b")).isEqualTo(2);
        first.close();
        assertThat(has(registry, "lvs.connections", "director", "a")).isFalse();
        assertThat(count(registry, "lvs.connections", "director", "b")).isEqualTo(2);
    }

    @Test
    void bindTo_filterThatDeniesAndRenames_metersLeaveAllTheSame() {
        registry.config()
                .meterFilter(MeterFilter.denyNameStartsWith("lvs.server.bytes"))
                .meterFilter(MeterFilter.renameTag("lvs.server", "real.server", "backend"));
        metrics.bindTo(registry);
        assertThat(has(registry, "lvs.server.weight", "backend", "192.168.1.1:8080"))
                .isTrue();
        assertThat(registry.find("lvs.server.bytes").meter()).isNull();
        director.removeServer(WEB, APPLE.endpoint());

        assertThat(registry.find("lvs.server.weight").meter()).isNull();
        metrics.close();
        assertThat(registry.getMeters()).isEmpty();
    }

    @Test
    void close_later_followsNothing() {
        metrics.bindTo(registry);
        metrics.close();
        metrics.close();
        director.addServer(WEB, BANANA);

        assertThat(registry.getMeters()).isEmpty();
        assertThatThrownBy(() -> metrics.bindTo(registry))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("the metrics are closed");
    }

    @Test
    void bindTo_serversAddedSinceTheBinderWasBuilt_haveMeters() {
        director.addServer(WEB, BANANA);
        metrics.bindTo(registry);

        assertThat(gauge(registry, "lvs.servers")).isEqualTo(2);
        assertThat(has(registry, "lvs.server.weight", "real.server", "192.168.1.2:8080"))
                .isTrue();
    }

    @Test
    void registry_thatChangesTheDirectorInItsListener_metersFollow() {
        registry.config().onMeterAdded(meter -> {
            if (meter.getId().getName().equals("lvs.service.servers") && director.service(DNS) == null) {
                director.addService(VirtualService.of(DNS), RealServer.of("192.168.1.1:53"));
            }
        });
        metrics.bindTo(registry);

        assertThat(has(registry, "lvs.server.weight", "real.server", "192.168.1.1:53"))
                .isTrue();
        assertThat(gauge(registry, "lvs.services")).isEqualTo(2);
    }

    // ---- ceilings

    @Test
    void maxServers_moreServers_nextOneGetsTheFreePlace() {
        LvsMetrics few = LvsMetrics.builder(director).maxServers(1).build();
        few.bindTo(registry);
        director.addServer(WEB, BANANA);
        director.addServer(WEB, RealServer.of("192.168.1.3:8080"));
        assertThat(gauge(registry, "lvs.servers")).isEqualTo(3);
        assertThat(gauge(registry, "lvs.unmetered.servers")).isEqualTo(2);
        assertThat(has(registry, "lvs.server.weight", "real.server", "192.168.1.2:8080"))
                .isFalse();

        director.removeServer(WEB, APPLE.endpoint());
        assertThat(gauge(registry, "lvs.unmetered.servers")).isEqualTo(1);
        assertThat(has(registry, "lvs.server.weight", "real.server", "192.168.1.2:8080"))
                .isTrue();

        director.removeServer(WEB, Endpoint.parse("192.168.1.3:8080"));
        assertThat(gauge(registry, "lvs.unmetered.servers")).isZero();
        assertThat(gauge(registry, "lvs.servers")).isEqualTo(1);
        assertThat(registry.find("lvs.server.weight").meters()).hasSize(1);
    }

    @Test
    void maxServices_none_directorOnly() {
        LvsMetrics.builder(director).maxServices(0).maxServers(0).build().bindTo(registry);

        assertThat(registry.getMeters()).hasSameSizeAs(DirectorSource.INSTRUMENTS);
        assertThat(gauge(registry, "lvs.unmetered.services")).isEqualTo(1);
        assertThat(gauge(registry, "lvs.unmetered.servers")).isEqualTo(1);
    }

    @Test
    void build_negativeCeilings_allNamed() {
        LvsMetrics.Builder builder =
                LvsMetrics.builder(director).maxServices(-1).maxServers(-2);

        assertThatThrownBy(builder::build)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("metrics: maxServices must not be negative: -1; maxServers must not be negative: -2");
    }
}
