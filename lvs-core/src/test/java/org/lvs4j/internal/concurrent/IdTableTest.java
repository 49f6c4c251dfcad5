package org.lvs4j.internal.concurrent;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class IdTableTest {
    @Test
    void take_allInUse_onlyFreedIdTakenAgain() {
        IdTable<String> ids = new IdTable<>(String[]::new, 3);
        assertThat(List.of(ids.take(), ids.take(), ids.take())).containsExactly(1, 2, 3);
        assertThat(ids.take()).as("all in use").isZero();
        ids.set(2, "two");
        assertThat(ids.get(2)).isEqualTo("two");
        ids.free(2);
        assertThat(ids.get(2)).isNull();
        assertThat(ids.take()).isEqualTo(2);
        assertThat(ids.take()).isZero();
    }

    @Test
    void get_idNeverTaken_null() {
        IdTable<String> ids = new IdTable<>(String[]::new, Integer.MAX_VALUE);
        for (int id : new int[] {Integer.MIN_VALUE, -1, 0, 1, 63, 64, 65, 1 << 20, Integer.MAX_VALUE - 64}) {
            assertThat(ids.get(id)).as("%d", id).isNull();
        }
    }

    @Test
    void forEach_manyObjects_eachVisitedOnce() {
        IdTable<Integer> ids = new IdTable<>(Integer[]::new, Integer.MAX_VALUE);
        Set<Integer> expected = new HashSet<>();
        for (int i = 0; i < 10_000; i++) {
            int id = ids.take();
            ids.set(id, id);
            expected.add(id);
        }
        for (int id = 3; id < 10_000; id += 7) {
            ids.free(id);
            expected.remove(id);
        }
        List<Integer> visited = new ArrayList<>();
        ids.forEach(visited::add);
        assertThat(visited).doesNotHaveDuplicates().containsExactlyInAnyOrderElementsOf(expected);
    }

    @Test
    void takeAndFree_manyThreads_idsNeverShared() throws Exception {
        int threads = 4;
        IdTable<Object> ids = new IdTable<>(Object[]::new, Integer.MAX_VALUE);
        ExecutorService executor = Executors.newFixedThreadPool(threads);
        try {
            List<Future<?>> runs = new ArrayList<>();
            for (int thread = 0; thread < threads; thread++) {
                long seed = thread;
                runs.add(executor.submit(() -> takeAndFree(ids, new SplittableRandom(seed))));
            }
            for (Future<?> run : runs) {
                run.get(120, TimeUnit.SECONDS);
            }
        } finally {
            executor.shutdownNow();
        }
        ids.forEach(left -> {
            throw new AssertionError("still in use: " + left);
        });
        assertThat(ids.take()).as("ids are reused").isLessThanOrEqualTo(threads * 100);
    }

    private static void takeAndFree(IdTable<Object> ids, SplittableRandom random) {
        List<Integer> own = new ArrayList<>();
        Object mark = new Object();
        for (int step = 0; step < 200_000; step++) {
            if (own.size() < 100 && random.nextBoolean()) {
                int id = ids.take();
                assertThat(ids.get(id)).isNull();
                ids.set(id, mark);
                own.add(id);
            } else if (!own.isEmpty()) {
                int id = own.remove(random.nextInt(own.size()));
                assertThat(ids.get(id)).isSameAs(mark);
                ids.free(id);
            }
        }
        own.forEach(ids::free);
    }
}
