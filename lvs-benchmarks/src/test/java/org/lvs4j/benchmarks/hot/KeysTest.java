package org.lvs4j.benchmarks.hot;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.lvs4j.net.Flow;
import org.lvs4j.net.Protocol;

@Tag("slow")
class KeysTest {
    private static final int COUNT = 100_000;

    @Test
    void fill_numbersOfSeveralThreads_distinctFlows() {
        Flow flow = new Flow();
        Set<Key> seen = new HashSet<>();
        Set<Long> addresses = new HashSet<>();
        for (int i = 0; i < COUNT; i++) {
            for (long first : new long[] {0, ThreadState.firstOwn(0), ThreadState.firstOwn(1)}) {
                assertThat(first + i).isLessThan(Keys.COUNT);
                seen.add(Key.of(Keys.fill(flow, Protocol.TCP, first + i)));
                addresses.add(flow.sourceLow());
                assertThat(flow.sourceLow()).isBetween(0L, 0xFFFF_FFFFL);
                assertThat(flow.sourcePort()).isBetween(32768, 65535);
            }
        }
        assertThat(seen).hasSize(3 * COUNT);
        assertThat(addresses).as("client addresses").hasSizeGreaterThan(3 * COUNT * 99 / 100);
    }
}
