package org.lvs4j.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A pick of the tournament equals a scan of the list. */
@Timeout(60)
final class LoadTournamentTest {
    private static final List<LoadMeasure> MEASURES = List.of(
            LoadMeasure.LEAST_CONNECTION,
            LoadMeasure.WEIGHTED_LEAST_CONNECTION,
            LoadMeasure.SHORTEST_EXPECTED_DELAY,
            LoadMeasure.NEVER_QUEUE);

    // Around powers of two, and of four.
    static Stream<Arguments> sizesAndMeasures() {
        return Stream.of(1, 5, 6, 16, 17, 63, 64, 65, 1000, 1025, 3077)
                .flatMap(size -> MEASURES.stream().map(measure -> Arguments.of(size, measure)));
    }

    private static void change(MarkedServers servers, SplittableRandom random) {
        int index = random.nextInt(servers.size());
        switch (random.nextInt(6)) {
            case 0 -> servers.overload(index, random.nextBoolean());
            case 1 -> {
                if (servers.active(index) > 0) {
                    servers.add(index, -1, 1);
                }
            }
            case 2 -> {
                if (servers.inactive(index) > 0) {
                    servers.add(index, 0, -1);
                }
            }
            default -> servers.add(index, random.nextInt(3), random.nextInt(3));
        }
    }

    @ParameterizedTest
    @MethodSource("sizesAndMeasures")
    @Tag("slow")
    void least_randomChanges_equalsScan(int size, LoadMeasure measure) {
        for (long seed = 1; seed <= 3; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            MarkedServers servers = MarkedServers.random(size, random);
            for (int step = 0; step < 1500; step++) {
                for (int changes = random.nextInt(4); changes > 0; changes--) {
                    change(servers, random);
                }
                int least = measure.least(servers);
                assertThat(LoadTournament.least(measure, servers))
                        .as("seed %d step %d", seed, step)
                        .isEqualTo(least);
                if (least != Scheduler.NONE) {
                    servers.add(least, 1, 0);
                }
            }
        }
    }

    @Test
    void least_overloadSetAndCleared_followed() {
        MarkedServers servers = MarkedServers.random(100, new SplittableRandom(1));
        for (int i = 0; i < servers.size(); i++) {
            servers.overload(i, true);
        }
        assertThat(LoadTournament.least(LoadMeasure.WEIGHTED_LEAST_CONNECTION, servers))
                .isEqualTo(Scheduler.NONE);
        int last = 0;
        for (int i = 0; i < servers.size(); i++) {
            last = servers.weight(i) > 0 ? i : last;
        }
        servers.overload(last, false);
        assertThat(LoadTournament.least(LoadMeasure.WEIGHTED_LEAST_CONNECTION, servers))
                .isEqualTo(last);
        servers.overload(last, true);
        assertThat(LoadTournament.least(LoadMeasure.WEIGHTED_LEAST_CONNECTION, servers))
                .isEqualTo(Scheduler.NONE);
    }

    @Test
    void least_alternatingListsAndMeasures_equalsScan() {
        SplittableRandom random = new SplittableRandom(5);
        MarkedServers servers = MarkedServers.random(200, random);
        List<MarkedServers> lists = List.of(servers, servers.reversed(), servers.withoutBoard());
        for (int step = 0; step < 5_000; step++) {
            change(servers, random);
            MarkedServers list = lists.get(random.nextInt(lists.size()));
            int measure = random.nextInt(MEASURES.size());
            assertThat(LoadTournament.least(MEASURES.get(measure), list))
                    .as("step %d", step)
                    .isEqualTo(MEASURES.get(measure).least(list));
        }
    }

    @Test
    void least_afterFourThreadsPickAndRelease_equalsScan() throws Exception {
        int threads = 4;
        SplittableRandom seeds = new SplittableRandom(3);
        MarkedServers servers = MarkedServers.random(300, seeds);
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            for (int round = 0; round < 40; round++) {
                List<Future<?>> all = new ArrayList<>();
                for (int t = 0; t < threads; t++) {
                    SplittableRandom random = seeds.split();
                    all.add(pool.submit(() -> churn(servers, random)));
                }
                for (Future<?> one : all) {
                    one.get(30, TimeUnit.SECONDS);
                }
                // A thread of the pool may have reserved servers in the cell of this thread.
                for (int i = 0; i < LoadCell.CAPACITY; i++) {
                    LoadTournament.least(LoadMeasure.WEIGHTED_LEAST_CONNECTION, servers);
                }
                assertThat(LoadTournament.least(LoadMeasure.WEIGHTED_LEAST_CONNECTION, servers))
                        .as("round %d", round)
                        .isEqualTo(LoadMeasure.WEIGHTED_LEAST_CONNECTION.least(servers));
            }
        } finally {
            pool.shutdownNow();
        }
    }

    /** Opens and closes connections, and leaves some open. */
    private static void churn(MarkedServers servers, SplittableRandom random) {
        int[] open = new int[16];
        for (int i = 0; i < 500; i++) {
            int slot = i % open.length;
            if (i >= open.length && random.nextInt(8) != 0) {
                servers.add(open[slot], -1, 0);
            }
            open[slot] = LoadTournament.least(LoadMeasure.WEIGHTED_LEAST_CONNECTION, servers);
            servers.add(open[slot], 1, 0);
        }
    }
}
