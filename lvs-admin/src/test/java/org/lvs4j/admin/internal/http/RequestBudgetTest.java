package org.lvs4j.admin.internal.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class RequestBudgetTest {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    @ParameterizedTest
    @ValueSource(longs = {0, Long.MAX_VALUE - 2_500_000_000L, Long.MIN_VALUE, -1, Long.MAX_VALUE})
    void take_onePerSecond_tenSecondsAreSaved(long start) {
        RequestBudget budget = new RequestBudget(1, start);
        for (int i = 0; i < 10; i++) {
            assertThat(budget.take(start)).isZero();
        }
        assertThat(budget.take(start)).isEqualTo(SECOND);
        assertThat(budget.take(start + SECOND / 2)).isEqualTo(3 * SECOND / 2);
        assertThat(budget.take(start + 3 * SECOND)).isZero();
        assertThat(budget.take(start + 4 * SECOND)).isZero();
        assertThat(budget.take(start + 4 * SECOND)).isEqualTo(SECOND);
        // More than ten seconds are not saved.
        for (int i = 0; i < 10; i++) {
            assertThat(budget.take(start + 100 * SECOND)).isZero();
        }
        assertThat(budget.take(start + 100 * SECOND)).isPositive();
    }

    @ParameterizedTest
    @ValueSource(ints = {20, 500, 100_000})
    void take_burst_tenSecondsAreFree(int rate) {
        RequestBudget budget = new RequestBudget(rate, 0);
        int free = 0;
        while (budget.take(0) == 0) {
            free++;
        }
        assertThat(free).isEqualTo(10 * rate);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, Long.MAX_VALUE - 50_000_000L, Long.MIN_VALUE})
    void take_more_thoseThatWaitGoOnTogetherTenTimesASecond(long start) {
        RequestBudget budget = new RequestBudget(100, start);
        for (int i = 0; i < 1000; i++) {
            assertThat(budget.take(start)).isZero();
        }
        Map<Long, Integer> starts = new TreeMap<>();
        for (int i = 0; i < 30; i++) {
            // A request each millisecond.
            long now = TimeUnit.MILLISECONDS.toNanos(i);
            starts.merge(now + budget.take(start + now), 1, Integer::sum);
        }
        assertThat(starts)
                .containsExactly(Map.entry(SECOND / 10, 10), Map.entry(SECOND / 5, 10), Map.entry(3 * SECOND / 10, 10));
    }
}
