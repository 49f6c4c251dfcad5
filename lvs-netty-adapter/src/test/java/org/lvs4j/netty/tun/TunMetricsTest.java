package org.lvs4j.netty.tun;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.lvs4j.Director;
import org.lvs4j.netty.DocumentedMeters;
import org.lvs4j.netty.internal.LoopLag;

/** What the meters of a packet plane show. */
@Timeout(60)
final class TunMetricsTest {
    private final MeterRegistry registry = new SimpleMeterRegistry();
    private final PrometheusMeterRegistry prometheus = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final EventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final TunMetrics metrics = metrics(Tags.empty());

    // Read by the meters.
    private TunSnapshot snapshot = new TunSnapshot(1, 2, 3, 4, 5, 6, 7, 8, 9, 10);

    private TunMetrics metrics(Tags tags) {
        return new TunMetrics(() -> snapshot, new LoopLag(loops, TunState.LOGGER), tags);
    }

    @AfterEach
    void endLoops() {
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
    }

    private double count(String name, String... tags) {
        return registry.get(name).tags(tags).functionCounter().count();
    }

    @Test
    void meters_snapshot_eachNumberUnderItsName() {
        metrics.bindTo(registry);
        assertThat(count("lvs.tun.received.packets")).isEqualTo(1);
        assertThat(count("lvs.tun.written.packets", "kind", "forwarded")).isEqualTo(2);
        assertThat(count("lvs.tun.written.packets", "kind", "direct")).isEqualTo(3);
        assertThat(count("lvs.tun.written.packets", "kind", "answer")).isEqualTo(4);
        assertThat(count("lvs.tun.written.packets", "kind", "passed")).isEqualTo(5);
        assertThat(count("lvs.tun.dropped.packets", "reason", "unserved")).isEqualTo(6);
        assertThat(count("lvs.tun.dropped.packets", "reason", "decision")).isEqualTo(7);
        assertThat(count("lvs.tun.held.packets")).isEqualTo(8);
        assertThat(count("lvs.tun.dropped.packets", "reason", "not.written")).isEqualTo(9);
        assertThat(count("lvs.tun.repairs")).isEqualTo(10);

        snapshot = new TunSnapshot(11, 2, 3, 4, 5, 6, 7, 8, 9, 10);
        assertThat(count("lvs.tun.received.packets")).isEqualTo(11);
        metrics.close();
    }

    @Test
    void loopLag_bound_isMeasured() throws Exception {
        metrics.bindTo(registry);
        Timer timer = registry.get("lvs.tun.loop.delay").timer();
        while (timer.count() < 3) {
            TimeUnit.MILLISECONDS.sleep(10);
        }
        assertThat(registry.get("lvs.tun.loop.lag").gauge().value()).isNotNegative();
        metrics.close();
    }

    @Test
    void bindTo_registryThatRefusesAMeter_noneIsLeftAndItMayBeBoundLater() {
        AtomicBoolean refuses = new AtomicBoolean(true);
        registry.config().meterFilter(MeterFilter.deny(id -> {
            if (refuses.get() && id.getName().equals("lvs.tun.loop.lag")) {
                throw new IllegalArgumentException("refused");
            }
            return false;
        }));
        assertThatThrownBy(() -> metrics.bindTo(registry)).hasMessage("refused");
        assertThat(registry.getMeters()).isEmpty();
        refuses.set(false);
        metrics.bindTo(registry);
        assertThat(count("lvs.tun.repairs")).isEqualTo(10);
        metrics.close();
    }

    @Test
    void bindTo_twoPlanesWithTags_metersOfBothUntilClosed() {
        TunMetrics first = metrics(Tags.of("plane", "a"));
        TunMetrics second = metrics(Tags.of("plane", "b"));
        first.bindTo(registry);
        first.bindTo(registry);
        int each = registry.getMeters().size();
        second.bindTo(registry);
        assertThat(registry.getMeters()).hasSize(2 * each);

        first.close();
        first.close();
        assertThat(registry.getMeters())
                .hasSize(each)
                .allSatisfy(meter -> assertThat(meter.getId().getTag("plane")).isEqualTo("b"));
        assertThatThrownBy(() -> first.bindTo(registry)).isInstanceOf(IllegalStateException.class);
        second.close();
        assertThat(registry.getMeters()).isEmpty();
    }

    @Test
    void meters_inTheDocs_areThoseOfARegistry() throws Exception {
        metrics.bindTo(registry);
        metrics.bindTo(prometheus);
        DocumentedMeters.assertEqual("lvs.tun.", registry, prometheus.scrape());
        DocumentedMeters.assertNumbers("TunMetrics", registry, 0);
        metrics.close();
    }

    @Test
    void meters_realDevice_showThePlaneUntilItIsClosed() {
        assumeThat(Files.isWritable(Path.of("/dev/net/tun"))).isTrue();
        TunPlane plane;
        try {
            plane = TunPlane.builder(Director.create()).device("lvsmeters").start();
        } catch (TunException e) {
            assumeThat(e).as("a device cannot be opened here").isNull();
            return;
        }
        try (plane;
                TunMetrics ofPlane = TunMetrics.of(plane)) {
            ofPlane.bindTo(registry);
            assertThat(count("lvs.tun.repairs")).isZero();
            plane.close();
            assertThat(registry.get("lvs.tun.loop.lag").gauge().value()).isZero();
            assertThat(count("lvs.tun.received.packets"))
                    .isEqualTo((double) plane.snapshot().received());
        }
    }
}
