package org.lvs4j.benchmarks.call;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.function.IntSupplier;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class CallPeerTest {
    @ParameterizedTest
    @EnumSource
    void call_anyPeer_reachesAServer(CallPeer peer) {
        IntSupplier calls = peer.prepare();
        for (int i = 0; i < 100; i++) {
            assertThat(calls.getAsInt()).isEqualTo(8080);
        }
    }

    @ParameterizedTest
    @EnumSource
    void request_anyClient_isAnswered(HttpPeer peer) throws Exception {
        HttpCallBenchmark benchmark = new HttpCallBenchmark();
        benchmark.peer = peer;
        benchmark.prepare();
        try {
            assertThat(benchmark.request()).isEqualTo(200);
        } finally {
            benchmark.stop();
        }
    }
}
