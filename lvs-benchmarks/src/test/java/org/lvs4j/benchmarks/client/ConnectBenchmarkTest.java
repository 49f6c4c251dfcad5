package org.lvs4j.benchmarks.client;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Tag("slow")
class ConnectBenchmarkTest {
    @ParameterizedTest
    @EnumSource
    void connectAndClose_eachPeer_balancedOnesAreCountedOnce(ConnectPeer peer) throws Exception {
        ConnectBenchmark benchmark = new ConnectBenchmark();
        benchmark.peer = peer;
        benchmark.prepare();
        benchmark.connectAndClose();
        long opened = benchmark.server.opened();
        benchmark.check();
        assertThat(opened).isEqualTo(peer == ConnectPeer.BOOTSTRAP ? 0 : ConnectBenchmark.CONNECTS);
    }
}
