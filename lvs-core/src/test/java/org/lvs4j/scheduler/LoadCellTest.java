package org.lvs4j.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What a thread sets aside comes back in order and once; marks come back, or that there were too many. */
final class LoadCellTest {
    private final LoadCell cell = new LoadCell();

    private Set<Integer> marked() {
        Set<Integer> marked = new HashSet<>();
        for (int place = 0; place < LoadCell.MARKS; place++) {
            int index = cell.unmark(place);
            if (index != Scheduler.NONE) {
                marked.add(index);
            }
        }
        return marked;
    }

    @Test
    void take_filledAgainAndAgain_eachOnceInOrder() {
        for (int round = 0; round < 300; round++) {
            assertThat(cell.isEmpty()).isTrue();
            assertThat(cell.take()).isEqualTo(Scheduler.NONE);
            int count = round % (LoadCell.MOST + 1);
            for (int i = 0; i < count; i++) {
                cell.add(i, round + i);
            }
            cell.fill(count);
            for (int i = 0; i < count; i++) {
                assertThat(cell.isEmpty()).isFalse();
                assertThat(cell.take()).isEqualTo(round + i);
            }
        }
    }

    @Test
    void unmark_noMoreThanRoom_findsEachMarkOnce() {
        for (int round = 0; round < 3; round++) {
            Set<Integer> expected = new HashSet<>();
            for (int i = 0; i < LoadCell.MARKS; i++) {
                cell.mark(i);
                expected.add(i);
            }
            assertThat(cell.beginUnmarking()).isTrue();
            assertThat(cell.unmarkAll()).isFalse();
            assertThat(marked()).isEqualTo(expected);
            assertThat(cell.beginUnmarking()).isFalse();
            assertThat(marked()).isEmpty();
        }
    }

    @Test
    void unmark_moreThanRoom_saysThatAnyMayBeMeant() {
        for (int i = 0; i <= LoadCell.MARKS; i++) {
            cell.mark(i);
        }
        assertThat(cell.beginUnmarking()).isTrue();
        assertThat(cell.unmarkAll()).isTrue();
        assertThat(marked()).hasSize(LoadCell.MARKS);
        assertThat(cell.unmarkAll()).isFalse();
    }
}
