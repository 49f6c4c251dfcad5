package org.lvs4j.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Reserved servers are taken once and in order; every mark is taken, or an overflow is reported. */
final class LoadCellTest {
    private final LoadCell cell = new LoadCell();

    private Set<Integer> marked() {
        Set<Integer> marked = new HashSet<>();
        for (int slot = 0; slot < LoadCell.MARKS; slot++) {
            int index = cell.takeMark(slot);
            if (index != Scheduler.NONE) {
                marked.add(index);
            }
        }
        return marked;
    }

    @Test
    void take_cellFilledRepeatedly_eachServerOnceInOrder() {
        for (int round = 0; round < 300; round++) {
            assertThat(cell.isEmpty()).isTrue();
            assertThat(cell.take()).isEqualTo(Scheduler.NONE);
            int count = round % (LoadCell.CAPACITY + 1);
            for (int i = 0; i < count; i++) {
                cell.add(i, round + i);
            }
            cell.publish(count);
            for (int i = 0; i < count; i++) {
                assertThat(cell.isEmpty()).isFalse();
                assertThat(cell.take()).isEqualTo(round + i);
            }
        }
    }

    @Test
    void takeMark_marksFit_eachMarkTakenOnce() {
        for (int round = 0; round < 3; round++) {
            Set<Integer> expected = new HashSet<>();
            for (int i = 0; i < LoadCell.MARKS; i++) {
                cell.mark(i);
                expected.add(i);
            }
            assertThat(cell.clearMarked()).isTrue();
            assertThat(cell.clearOverflowed()).isFalse();
            assertThat(marked()).isEqualTo(expected);
            assertThat(cell.clearMarked()).isFalse();
            assertThat(marked()).isEmpty();
        }
    }

    @Test
    void clearOverflowed_moreMarksThanFit_true() {
        for (int i = 0; i <= LoadCell.MARKS; i++) {
            cell.mark(i);
        }
        assertThat(cell.clearMarked()).isTrue();
        assertThat(cell.clearOverflowed()).isTrue();
        assertThat(marked()).hasSize(LoadCell.MARKS);
        assertThat(cell.clearOverflowed()).isFalse();
    }
}
