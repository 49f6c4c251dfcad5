package org.lvs4j.scheduler;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.lvs4j.net.Flow;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.I_Result;

/** {@link SharedSequence}: each turn is taken once, also by threads that reserve turns. */
public class SharedSequenceStress {
    private static final LoadedServers MANY = new LoadedServers(new int[1000]);

    /** One pick each of {@code rr}. */
    @JCStressTest
    @Outcome(
            id = {"0, 1", "1, 0"},
            expect = ACCEPTABLE,
            desc = "The first two turns, one each.")
    @Outcome(expect = FORBIDDEN, desc = "A turn was taken twice, or skipped.")
    @State
    public static class OnePickEach {
        private final Scheduler scheduler = new RoundRobin();
        private final Flow flow = new Flow();

        @Actor
        public void pickFirst(II_Result r) {
            r.r1 = scheduler.pick(MANY, flow);
        }

        @Actor
        public void pickSecond(II_Result r) {
            r.r2 = scheduler.pick(MANY, flow);
        }
    }

    /** Three picks each: the first lost race publishes the cells, the second one reserves turns in a cell. */
    @JCStressTest
    @Outcome(id = "6", expect = ACCEPTABLE, desc = "Six turns of the sequence.")
    @Outcome(expect = FORBIDDEN, desc = "A turn was taken twice.")
    @State
    public static class ThreePicksEach {
        private final Scheduler scheduler = new RoundRobin();
        private final Flow flow = new Flow();
        private final int[] picked = new int[6];

        private void pick(int from) {
            for (int i = from; i < from + 3; i++) {
                picked[i] = scheduler.pick(MANY, flow);
            }
        }

        @Actor
        public void pickFirst() {
            pick(0);
        }

        @Actor
        public void pickSecond() {
            pick(3);
        }

        @Arbiter
        public void after(I_Result r) {
            int distinct = 0;
            for (int i = 0; i < picked.length; i++) {
                boolean first = true;
                for (int j = 0; j < i; j++) {
                    first &= picked[j] != picked[i];
                }
                distinct += first ? 1 : 0;
            }
            r.r1 = distinct;
        }
    }

    /** One pick each of {@code wrr}. */
    @JCStressTest
    @Outcome(
            id = {"0, 1", "1, 0"},
            expect = ACCEPTABLE,
            desc = "The first two turns, one each.")
    @Outcome(expect = FORBIDDEN, desc = "A turn was taken twice, or skipped.")
    @State
    public static class WeightedPickEach {
        private final LoadedServers servers = new LoadedServers(new int[4]);
        private final Scheduler scheduler = WeightedRoundRobin.of(servers);
        private final Flow flow = new Flow();

        @Actor
        public void pickFirst(II_Result r) {
            r.r1 = scheduler.pick(servers, flow);
        }

        @Actor
        public void pickSecond(II_Result r) {
            r.r2 = scheduler.pick(servers, flow);
        }
    }
}
