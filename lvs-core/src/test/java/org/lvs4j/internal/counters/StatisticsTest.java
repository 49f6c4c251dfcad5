package org.lvs4j.internal.counters;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.lvs4j.internal.concurrent.Stripes;
import org.lvs4j.stats.Rates;
import org.lvs4j.stats.Traffic;

class StatisticsTest {
    private final Statistics statistics = new Statistics();

    private void load(long perSecond) {
        for (long i = 0; i < 2 * perSecond; i++) {
            statistics.counters().connection(Stripes.SHARED);
        }
        statistics.counters().in(Stripes.SHARED, 2 * perSecond, 2 * perSecond);
        statistics.counters().out(Stripes.SHARED, 2 * perSecond, 2 * perSecond);
        statistics.estimate(1);
    }

    @Test
    void rates_constantLoad_exactAfterEachEstimate() {
        long load = 4096;
        for (int n = 1; n <= 6; n++) {
            load(load);
            long expected = load - (long) (load * Math.pow(0.75, n));
            assertThat(statistics.rates())
                    .as("after %d estimates", n)
                    .isEqualTo(new Rates(expected, expected, expected, expected, expected));
        }
    }

    @Test
    void rates_knownSequence_asComputedByHand() {
        // In 1/1024 of a connection: 0 + 512*10/4 = 1280, then 1280 - 1280/4 = 960, then 720.
        for (int i = 0; i < 10; i++) {
            statistics.counters().connection(Stripes.SHARED);
        }
        statistics.counters().in(Stripes.SHARED, 1, 1);
        statistics.estimate(1);
        assertThat(statistics.rates().connectionsPerSecond())
                .as("(1280 + 511) / 1024")
                .isEqualTo(1);
        assertThat(statistics.rates().inPacketsPerSecond())
                .as("(128 + 511) / 1024")
                .isZero();
        assertThat(statistics.rates().inBytesPerSecond()).as("(4 + 15) / 32").isZero();
        statistics.estimate(1);
        assertThat(statistics.rates().connectionsPerSecond())
                .as("(960 + 511) / 1024")
                .isEqualTo(1);
        statistics.estimate(1);
        assertThat(statistics.rates().connectionsPerSecond())
                .as("(720 + 511) / 1024")
                .isEqualTo(1);
        statistics.estimate(1);
        assertThat(statistics.rates().connectionsPerSecond())
                .as("(540 + 511) / 1024")
                .isEqualTo(1);
        statistics.estimate(1);
        assertThat(statistics.rates().connectionsPerSecond())
                .as("(405 + 511) / 1024")
                .isZero();
    }

    @Test
    void rates_loadEnds_zeroAfterSixtyEstimates() {
        for (int n = 0; n < 40; n++) {
            load(1000);
        }
        assertThat(statistics.rates().inPacketsPerSecond()).isEqualTo(1000);
        for (int n = 0; n < 60; n++) {
            statistics.estimate(1);
        }
        assertThat(statistics.rates()).isEqualTo(new Rates(0, 0, 0, 0, 0));
    }

    @Test
    void reset_afterLoad_countersAndAveragesZero() {
        load(1000);
        statistics.counters().in(Stripes.SHARED, 3, 300);
        statistics.reset();
        assertThat(statistics.traffic()).isEqualTo(Traffic.NONE);
        assertThat(statistics.rates()).isEqualTo(new Rates(0, 0, 0, 0, 0));

        statistics.counters().in(Stripes.SHARED, 1, 60);
        statistics.counters().out(Stripes.SHARED, 2, 80);
        statistics.counters().connection(Stripes.SHARED);
        assertThat(statistics.traffic()).isEqualTo(new Traffic(1, 1, 2, 60, 80));
    }

    @Test
    void rates_largeFigures_doNotOverflow() {
        long perSecond = 100_000_000_000L;
        for (int n = 0; n < 200; n++) {
            statistics.counters().in(Stripes.SHARED, 2 * perSecond, 2 * perSecond);
            statistics.estimate(1);
        }
        assertThat(statistics.rates().inPacketsPerSecond()).isEqualTo(perSecond);
        assertThat(statistics.rates().inBytesPerSecond()).isEqualTo(perSecond);
    }
}
