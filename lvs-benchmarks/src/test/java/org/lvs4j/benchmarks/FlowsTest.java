package org.lvs4j.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class FlowsTest {
    @Test
    void next_twoThreads_noClientTwice() {
        Set<String> seen = new HashSet<>();
        for (int thread = 0; thread < 2; thread++) {
            Flows flows = new Flows();
            flows.fill(thread);
            for (int i = 0; i < Flows.COUNT; i++) {
                seen.add(flows.next().toString());
            }
        }
        assertThat(seen).hasSize(2 * Flows.COUNT);
    }

    @Test
    void next_afterTheLast_firstAgain() {
        Flows flows = new Flows();
        flows.fill(0);
        Object first = flows.next();
        for (int i = 1; i < Flows.COUNT; i++) {
            assertThat(flows.next()).isNotSameAs(first);
        }
        assertThat(flows.next()).isSameAs(first);
    }
}
