package org.lvs4j.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The tree finds the first of the least keys, as a scan does. */
final class LoadTreeTest {
    private static int scan(long[] keys) {
        int least = -1;
        for (int i = 0; i < keys.length; i++) {
            if (keys[i] < (least < 0 ? LoadTree.NEVER : keys[least])) {
                least = i;
            }
        }
        return least;
    }

    // Around the sizes of the root and of groups, one to four levels.
    @ParameterizedTest
    @ValueSource(ints = {1, 8, 15, 16, 17, 24, 127, 128, 129, 1000, 1024, 1025, 9000})
    void least_randomChanges_firstOfTheLeast(int size) {
        SplittableRandom random = new SplittableRandom(size);
        LoadTree tree = new LoadTree(size);
        long[] keys = new long[size];
        Arrays.fill(keys, LoadTree.NEVER);
        assertThat(tree.least()).isEqualTo(-1);
        for (int step = 0; step < 3_000; step++) {
            // Few distinct keys give many ties. The least key changes often, as it does by picks.
            int least = scan(keys);
            int index = least >= 0 && random.nextBoolean() ? least : random.nextInt(size);
            keys[index] = random.nextInt(4) == 0 ? LoadTree.NEVER : random.nextLong(step + 1L) << 4;
            tree.put(index, keys[index]);
            assertThat(tree.key(index)).isEqualTo(keys[index]);
            assertThat(tree.least()).as("size %d step %d", size, step).isEqualTo(scan(keys));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 16, 17, 1000})
    void least_everyKeyNever_minusOne(int size) {
        LoadTree tree = new LoadTree(size);
        for (int i = 0; i < size; i++) {
            tree.put(i, 16L);
        }
        for (int i = 0; i < size; i++) {
            assertThat(tree.least()).isEqualTo(i);
            tree.put(i, LoadTree.NEVER);
        }
        assertThat(tree.least()).isEqualTo(-1);
    }
}
