package org.lvs4j.examples.webcluster.visitors;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TallyTest {
    private static Tally tally(
            long pages, Map<String, Long> pagesOf, Map<String, Long> lost, Map<String, Long> failed) {
        return new Tally(pages, 2, 3, 4, 5, 6, 7, 8, 9, 10, pagesOf, lost, failed, Map.of());
    }

    @Test
    void since_earlier_differenceWithoutZeros() {
        Tally before = tally(10, Map.of("web1", 6L, "web2", 4L), Map.of("web1", 1L), Map.of());
        Tally now = tally(17, Map.of("web1", 6L, "web2", 8L, "web3", 3L), Map.of("web1", 1L, "web3", 2L), Map.of());

        Tally since = now.since(before);

        assertThat(since.pages()).isEqualTo(7);
        assertThat(since.orders()).isZero();
        assertThat(since.pagesOf()).isEqualTo(Map.of("web2", 4L, "web3", 3L));
        assertThat(since.pagesOf("web1")).isZero();
        assertThat(since.lostOnlyFrom(Set.of("web3"))).isTrue();
        assertThat(now.lostOnlyFrom(Set.of("web3"))).isFalse();
    }

    @Test
    void failedOnlyAt_newVisitor_countsAsOneOfThemIfThereIsOne() {
        Tally none = tally(1, Map.of(), Map.of(), Map.of());
        Tally someoneNew = tally(1, Map.of(), Map.of(), Map.of("", 1L));
        Tally one = tally(1, Map.of(), Map.of(), Map.of("web1", 1L));

        assertThat(none.failedOnlyAt(Set.of())).isTrue();
        assertThat(someoneNew.failedOnlyAt(Set.of())).isFalse();
        assertThat(someoneNew.failedOnlyAt(Set.of("web2"))).isTrue();
        assertThat(one.failedOnlyAt(Set.of("web2"))).isFalse();
        assertThat(one.failedOnlyAt(Set.of("web1"))).isTrue();
    }
}
