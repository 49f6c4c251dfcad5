package org.lvs4j.benchmarks.hot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the benchmarks repeat, a few thousand times and on one thread, with the checks that they make at their end. */
@Tag("slow")
class WorkloadTest {
    private static final int COUNT = 1000;

    private final Walker walker = new Walker();

    WorkloadTest() {
        walker.begin(0, 1);
    }

    @ParameterizedTest
    @EnumSource
    void established_anyPeer_allStayKnown(StorePeer peer) {
        EstablishedBenchmark benchmark = new EstablishedBenchmark();
        benchmark.peer = peer;
        benchmark.connections = COUNT;
        benchmark.order = Order.UNIFORM;
        benchmark.clock = "virtual";
        benchmark.prepare();
        for (int i = 0; i < 20 * COUNT; i++) {
            assertThat(benchmark.follow(walker)).isNotNegative();
        }
        benchmark.check();
    }

    @ParameterizedTest
    @EnumSource
    void churn_directorForManyLifetimes_asManyLive(Life life) {
        ChurnBenchmark benchmark = new ChurnBenchmark();
        benchmark.peer = StorePeer.LVS4J;
        benchmark.connections = COUNT;
        benchmark.life = life;
        benchmark.prepare(1);
        for (int i = 0; i < 10 * COUNT; i++) {
            benchmark.placeAndEnd(walker);
        }
        benchmark.check();
        // Those that were reset stay for another ten seconds of a hundred.
        assertThat(benchmark.live()).isBetween(COUNT * 98L / 100, COUNT * 112L / 100);
    }

    @ParameterizedTest
    @EnumSource(names = {"TABLE", "PLAIN", "CHM", "CAFFEINE", "OBJECTS"})
    void churn_others_exactlyAsManyLive(StorePeer peer) {
        ChurnBenchmark benchmark = new ChurnBenchmark();
        benchmark.peer = peer;
        benchmark.connections = COUNT;
        benchmark.life = Life.UDP;
        benchmark.prepare(1);
        for (int i = 0; i < 10 * COUNT; i++) {
            benchmark.placeAndEnd(walker);
        }
        assertThat(benchmark.live()).isEqualTo(COUNT);
    }

    @ParameterizedTest
    @EnumSource
    void mixed_anyPeer_lastingOnesStay(StorePeer peer) {
        MixedBenchmark benchmark = new MixedBenchmark();
        benchmark.peer = peer;
        benchmark.connections = COUNT;
        benchmark.order = Order.ZIPF;
        benchmark.prepare(1);
        for (int i = 0; i < 20 * COUNT; i++) {
            assertThat(benchmark.followOrPlaceAndEnd(walker)).isNotNegative();
        }
        benchmark.check();
    }

    @Test
    void established_connectionLost_runFails() {
        EstablishedBenchmark benchmark = new EstablishedBenchmark();
        benchmark.peer = StorePeer.CHM;
        benchmark.connections = COUNT;
        benchmark.order = Order.UNIFORM;
        benchmark.clock = "virtual";
        benchmark.prepare();
        benchmark.connections = 2 * COUNT;
        assertThatThrownBy(() -> {
                    for (int i = 0; i < 100; i++) {
                        benchmark.follow(walker);
                    }
                })
                .hasMessageContaining("has vanished");
        assertThatThrownBy(benchmark::check).hasMessageContaining("connections instead of");
    }
}
