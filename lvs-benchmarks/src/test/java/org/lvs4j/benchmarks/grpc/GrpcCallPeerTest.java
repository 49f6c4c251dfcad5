package org.lvs4j.benchmarks.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Tag("slow")
class GrpcCallPeerTest {
    @ParameterizedTest
    @EnumSource
    void call_manyTimes_sharesOfThePolicy(GrpcCallPeer peer) throws Exception {
        try (InProcessServers servers = new InProcessServers(3, peer)) {
            List<Long> before = servers.answers();
            for (int i = 0; i < 300; i++) {
                servers.call();
            }
            List<Long> after = servers.answers();
            assertThat(sum(after) - sum(before)).isEqualTo(300);
            if (peer == GrpcCallPeer.GRPC || peer == GrpcCallPeer.LVS4J_RR) {
                for (int i = 0; i < 3; i++) {
                    assertThat(after.get(i) - before.get(i)).isEqualTo(100);
                }
            }
        }
    }

    private static long sum(List<Long> answers) {
        return answers.stream().mapToLong(Long::longValue).sum();
    }
}
