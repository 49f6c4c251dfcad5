package org.lvs4j.benchmarks.hot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Runs the operations of the benchmarks a few thousand times on one thread, with their final checks. */
@Tag("slow")
class WorkloadTest {
    private static final int COUNT = 1000;

    private final ThreadState thread = new ThreadState();

    WorkloadTest() {
        thread.begin(0, 1);
    }

    @ParameterizedTest
    @EnumSource
    void established_anyPeer_noConnectionLost(StorePeer peer) {
        EstablishedBenchmark benchmark = new EstablishedBenchmark();
        benchmark.peer = peer;
        benchmark.connections = COUNT;
        benchmark.order = Order.UNIFORM;
        benchmark.clock = "virtual";
        benchmark.prepare();
        for (int i = 0; i < 20 * COUNT; i++) {
            assertThat(benchmark.follow(thread)).isNotNegative();
        }
        benchmark.check();
    }

    @ParameterizedTest
    @EnumSource
    void metered_anyMetering_everyPacketInTheRegistry(Metering metering) throws Exception {
        MeteredBenchmark benchmark = new MeteredBenchmark();
        benchmark.peer = metering;
        benchmark.connections = COUNT;
        benchmark.prepare();
        for (int i = 0; i < 20 * COUNT; i++) {
            assertThat(benchmark.follow(thread)).isNotNegative();
        }
        benchmark.check();
    }

    @ParameterizedTest
    @EnumSource
    void churn_directorForManyLifetimes_numberUnchanged(Lifecycle life) {
        ChurnBenchmark benchmark = new ChurnBenchmark();
        benchmark.peer = StorePeer.LVS4J;
        benchmark.connections = COUNT;
        benchmark.life = life;
        benchmark.prepare(1);
        for (int i = 0; i < 10 * COUNT; i++) {
            benchmark.placeAndEnd(thread);
        }
        benchmark.check();
        // A reset connection stays for another ten seconds, a tenth of its lifetime.
        assertThat(benchmark.live()).isBetween(COUNT * 98L / 100, COUNT * 112L / 100);
    }

    @ParameterizedTest
    @EnumSource(names = {"TABLE", "PLAIN", "CHM", "CAFFEINE", "OBJECTS"})
    void churn_otherPeers_numberExact(StorePeer peer) {
        ChurnBenchmark benchmark = new ChurnBenchmark();
        benchmark.peer = peer;
        benchmark.connections = COUNT;
        benchmark.life = Lifecycle.UDP;
        benchmark.prepare(1);
        for (int i = 0; i < 10 * COUNT; i++) {
            benchmark.placeAndEnd(thread);
        }
        assertThat(benchmark.live()).isEqualTo(COUNT);
    }

    @ParameterizedTest
    @EnumSource
    void mixed_anyPeer_permanentConnectionsFound(StorePeer peer) {
        MixedBenchmark benchmark = new MixedBenchmark();
        benchmark.peer = peer;
        benchmark.connections = COUNT;
        benchmark.order = Order.ZIPF;
        benchmark.prepare(1);
        for (int i = 0; i < 20 * COUNT; i++) {
            assertThat(benchmark.followOrPlaceAndEnd(thread)).isNotNegative();
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
                        benchmark.follow(thread);
                    }
                })
                .hasMessageContaining("was lost");
        assertThatThrownBy(benchmark::check).hasMessageContaining("connections instead of");
    }
}
