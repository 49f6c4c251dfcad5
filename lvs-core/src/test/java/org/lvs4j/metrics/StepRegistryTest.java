package org.lvs4j.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.lvs4j.metrics.MetricsFixture.APPLE;
import static org.lvs4j.metrics.MetricsFixture.OF_APPLE;
import static org.lvs4j.metrics.MetricsFixture.WEB;
import static org.lvs4j.metrics.MetricsFixture.count;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MockClock;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import io.micrometer.core.instrument.simple.CountingMode;
import io.micrometer.core.instrument.simple.SimpleConfig;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** In a registry that reports differences, every connection is reported once. */
final class StepRegistryTest {
    private static final Duration STEP = Duration.ofMinutes(1);

    private final MetricsFixture fixture = MetricsFixture.ofOneServer();
    private final MockClock clock = new MockClock();
    private final MeterRegistry steps = new SimpleMeterRegistry(new Differences(), clock);
    private final LvsMetrics metrics = LvsMetrics.of(fixture.director);

    private static final class Differences implements SimpleConfig {
        @Override
        public @Nullable String get(String key) {
            return null;
        }

        @Override
        public Duration step() {
            return STEP;
        }

        @Override
        public CountingMode mode() {
            return CountingMode.STEP;
        }
    }

    @AfterEach
    void close() {
        metrics.close();
    }

    /** Ends a step after the values have been polled, as a registry that pushes does. */
    private double nextStep(MeterRegistry registry) {
        count(registry, "lvs.server.connections", OF_APPLE);
        count(registry, "lvs.connections");
        clock.add(STEP);
        return count(registry, "lvs.server.connections", OF_APPLE);
    }

    @Test
    void counter_connectionsOfBeforeTheBinding_notReported() {
        fixture.open(5);
        metrics.bindTo(steps);
        fixture.open(2);

        assertThat(nextStep(steps)).isEqualTo(2);
        assertThat(count(steps, "lvs.connections")).isEqualTo(2);
    }

    @Test
    void counter_serverReturns_reportsWhatIsNew() {
        metrics.bindTo(steps);
        fixture.open(5);
        assertThat(nextStep(steps)).isEqualTo(5);
        fixture.director.removeServer(WEB, APPLE.endpoint());
        fixture.director.addServer(WEB, APPLE);
        fixture.open(2);

        assertThat(nextStep(steps)).isEqualTo(2);
    }

    @Test
    void counter_directorReset_notNegative() {
        metrics.bindTo(steps);
        fixture.open(5);
        assertThat(nextStep(steps)).isEqualTo(5);
        fixture.director.resetCounters();

        assertThat(nextStep(steps)).isZero();
    }

    @Test
    void counter_compositeOfBothKinds_serverReturns_nothingTwice() {
        MeterRegistry totals = new SimpleMeterRegistry();
        CompositeMeterRegistry both = new CompositeMeterRegistry(clock);
        both.add(steps);
        both.add(totals);
        metrics.bindTo(both);
        fixture.open(5);
        assertThat(nextStep(steps)).isEqualTo(5);
        assertThat(count(totals, "lvs.server.connections", OF_APPLE)).isEqualTo(5);
        fixture.director.removeServer(WEB, APPLE.endpoint());
        fixture.director.addServer(WEB, APPLE);
        fixture.open(2);

        assertThat(nextStep(steps)).isEqualTo(2);
        assertThat(count(totals, "lvs.server.connections", OF_APPLE)).isEqualTo(2);
    }
}
