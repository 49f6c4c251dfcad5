package org.lvs4j.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.lvs4j.net.Flow;
import org.lvs4j.service.RealServer;

/** {@code rr} and {@code wrr} under contention: each turn is taken once, and shares differ by a bound at most. */
@Timeout(60)
final class ConcurrentSequencesTest {
    private static int[] shares(TestService service, int threads, int picksEach) throws Exception {
        AtomicIntegerArray picked = new AtomicIntegerArray(10);
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            List<Future<?>> all = new ArrayList<>();
            for (int t = 0; t < threads; t++) {
                all.add(pool.submit(() -> {
                    for (int i = 0; i < picksEach; i++) {
                        picked.incrementAndGet(service.host(TestService.flow(i)));
                    }
                }));
            }
            for (Future<?> one : all) {
                one.get(30, TimeUnit.SECONDS);
            }
        } finally {
            pool.shutdownNow();
        }
        int[] shares = new int[service.view.servers().size() + 1];
        for (int i = 0; i < shares.length; i++) {
            shares[i] = picked.get(i);
        }
        return shares;
    }

    /** A list that runs another pick inside a pick, so that the outer one loses a race. */
    private static final class Interrupting implements Servers {
        private final Servers servers;
        private Runnable hook = () -> {};

        Interrupting(Servers servers) {
            this.servers = servers;
        }

        void once(Runnable action) {
            hook = () -> {
                hook = () -> {};
                action.run();
            };
        }

        @Override
        public int size() {
            return servers.size();
        }

        @Override
        public int weight(int index) {
            return servers.weight(index);
        }

        @Override
        public int lastWeight(int index) {
            return servers.lastWeight(index);
        }

        @Override
        public boolean overloaded(int index) {
            hook.run();
            return servers.overloaded(index);
        }

        @Override
        public int active(int index) {
            return servers.active(index);
        }

        @Override
        public int inactive(int index) {
            return servers.inactive(index);
        }

        @Override
        public int id(int index) {
            return servers.id(index);
        }

        @Override
        public int indexOf(int id) {
            return servers.indexOf(id);
        }

        @Override
        public RealServer server(int index) {
            return servers.server(index);
        }
    }

    // The last list of wrr has too many turns to be precomputed.
    private static Stream<Arguments> lists() {
        return Stream.of(
                Arguments.of("rr", new int[] {1}),
                Arguments.of("rr", new int[] {1, 5, 0, 9, 1, 2, 3}),
                Arguments.of("rr", new int[] {1, 1, 1, 1}),
                Arguments.of("wrr", new int[] {3}),
                Arguments.of("wrr", new int[] {4, 0, 8, 12, 4}),
                Arguments.of("wrr", new int[] {WeightedSequence.MAX_LENGTH, 1, WeightedSequence.MAX_LENGTH - 1}));
    }

    private static Scheduler scheduler(String name, Servers servers) {
        return Schedulers.load(ConcurrentSequencesTest.class.getClassLoader())
                .find(name)
                .create(servers, new TestService(name, Set.of()));
    }

    @ParameterizedTest
    @MethodSource("lists")
    void pick_afterLostRaces_everyTurnTakenOnceThenExactOrder(String name, int[] weights) {
        TestServers servers = TestService.of("rr", weights).view.servers();
        Scheduler scheduler = scheduler(name, servers);
        Scheduler exact = scheduler(name, servers);
        Interrupting interrupting = new Interrupting(servers);
        Flow flow = TestService.flow(1);
        int[] difference = new int[weights.length];
        int picks = 0;
        // The first lost race creates the cells, the second one fills the cell of this thread.
        for (int race = 0; race < 2; race++) {
            interrupting.once(() -> difference[scheduler.pick(servers, flow)]++);
            difference[scheduler.pick(interrupting, flow)]++;
            picks += 2;
        }
        // One turn of the reserved run has been taken; the rest of the run comes next.
        for (int i = 1; i < SharedSequence.RUN; i++, picks++) {
            int peeked = scheduler.peek(servers, flow);
            int index = scheduler.pick(servers, flow);
            assertThat(index).isEqualTo(peeked);
            difference[index]++;
        }
        for (; picks > 0; picks--) {
            difference[exact.pick(servers, flow)]--;
        }
        assertThat(difference).containsOnly(0);
        for (int i = 0; i < 1_000; i++) {
            assertThat(scheduler.pick(servers, flow)).as("pick %d", i).isEqualTo(exact.pick(servers, flow));
        }
    }

    @ParameterizedTest
    @MethodSource("lists")
    void pick_reservedTurnsOfOverloadedServers_skipped(String name, int[] weights) {
        TestServers servers = TestService.of("rr", weights).view.servers();
        Scheduler scheduler = scheduler(name, servers);
        Interrupting interrupting = new Interrupting(servers);
        Flow flow = TestService.flow(1);
        for (int race = 0; race < 2; race++) {
            interrupting.once(() -> scheduler.pick(servers, flow));
            scheduler.pick(interrupting, flow);
        }
        servers.live(0).overloaded = true;
        for (int i = 0; i < 1_000; i++) {
            int index = scheduler.pick(servers, flow);
            assertThat(index).isNotEqualTo(0).isEqualTo(weights.length == 1 ? Scheduler.NONE : index);
        }
        for (int i = 0; i < weights.length; i++) {
            servers.live(i).overloaded = true;
        }
        assertThat(scheduler.pick(servers, flow)).isEqualTo(Scheduler.NONE);
    }

    @Test
    void rr_eightThreads_sharesDifferByOnePlusOnePerCell() throws Exception {
        int[] shares = shares(TestService.of("rr", 1, 5, 9, 1), 8, 50_000);
        assertThat(IntStream.of(shares).sum()).isEqualTo(400_000);
        int[] servers = Arrays.copyOfRange(shares, 1, shares.length);
        assertThat(IntStream.of(servers).max().getAsInt()
                        - IntStream.of(servers).min().getAsInt())
                .as("%s", Arrays.toString(servers))
                .isLessThanOrEqualTo(1 + SharedSequence.CELLS);
    }

    @Test
    void wrr_eightThreads_sharesByWeightPlusOneRoundPerCell() throws Exception {
        int[] shares = shares(TestService.of("wrr", 1, 2, 5), 8, 50_000);
        assertThat(IntStream.of(shares).sum()).isEqualTo(400_000);
        for (int i = 1; i < shares.length; i++) {
            int weight = new int[] {0, 1, 2, 5}[i];
            assertThat(shares[i] - 50_000 * weight)
                    .as("%s", Arrays.toString(shares))
                    .isBetween(-5 * (1 + SharedSequence.CELLS), 5 * (1 + SharedSequence.CELLS));
        }
    }
}
