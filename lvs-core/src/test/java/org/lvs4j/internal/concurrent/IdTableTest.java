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
    void take_onlyWhatWasGivenBackIsGivenOutAgain() {
        IdTable<String> registry = new IdTable<>(String[]::new, 3);
        assertThat(List.of(registry.take(), registry.take(), registry.take())).containsExactly(1, 2, 3);
        assertThat(registry.take()).as("all in use").isZero();
        registry.set(2, "two");
        assertThat(registry.get(2)).isEqualTo("two");
        registry.free(2);
        assertThat(registry.get(2)).isNull();
        assertThat(registry.take()).isEqualTo(2);
        assertThat(registry.take()).isZero();
    }

    @Test
    void get_ofNumbersNeverGivenOut_isNull() {
        IdTable<String> registry = new IdTable<>(String[]::new, Integer.MAX_VALUE);
        for (int number : new int[] {Integer.MIN_VALUE, -1, 0, 1, 63, 64, 65, 1 << 20, Integer.MAX_VALUE - 64}) {
            assertThat(registry.get(number)).as("%d", number).isNull();
        }
    }

    @Test
    void forEach_manyObjects_showsEachOnce() {
        IdTable<Integer> registry = new IdTable<>(Integer[]::new, Integer.MAX_VALUE);
        Set<Integer> expected = new HashSet<>();
        for (int i = 0; i < 10_000; i++) {
            int number = registry.take();
            registry.set(number, number);
            expected.add(number);
        }
        for (int number = 3; number < 10_000; number += 7) {
            registry.free(number);
            expected.remove(number);
        }
        List<Integer> shown = new ArrayList<>();
        registry.forEach(shown::add);
        assertThat(shown).doesNotHaveDuplicates().containsExactlyInAnyOrderElementsOf(expected);
    }

    @Test
    void numbers_takenAndGivenBackByManyThreads_areNobodyElses() throws Exception {
        int threads = 4;
        IdTable<Object> registry = new IdTable<>(Object[]::new, Integer.MAX_VALUE);
        ExecutorService executor = Executors.newFixedThreadPool(threads);
        try {
            List<Future<?>> runs = new ArrayList<>();
            for (int thread = 0; thread < threads; thread++) {
                long seed = thread;
                runs.add(executor.submit(() -> takeAndFree(registry, new SplittableRandom(seed))));
            }
            for (Future<?> run : runs) {
                run.get(120, TimeUnit.SECONDS);
            }
        } finally {
            executor.shutdownNow();
        }
        registry.forEach(left -> {
            throw new AssertionError("left behind: " + left);
        });
        assertThat(registry.take()).as("numbers are used again").isLessThanOrEqualTo(threads * 100);
    }

    private static void takeAndFree(IdTable<Object> registry, SplittableRandom random) {
        List<Integer> own = new ArrayList<>();
        Object mark = new Object();
        for (int step = 0; step < 200_000; step++) {
            if (own.size() < 100 && random.nextBoolean()) {
                int number = registry.take();
                assertThat(registry.get(number)).isNull();
                registry.set(number, mark);
                own.add(number);
            } else if (!own.isEmpty()) {
                int number = own.remove(random.nextInt(own.size()));
                assertThat(registry.get(number)).isSameAs(mark);
                registry.free(number);
            }
        }
        own.forEach(registry::free);
    }
}
