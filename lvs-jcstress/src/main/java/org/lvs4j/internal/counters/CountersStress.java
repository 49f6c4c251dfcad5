package org.lvs4j.internal.counters;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.lvs4j.internal.concurrent.Stripes;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.I_Result;

/** {@link Counters} with parts and stripes: every event is in the sum exactly once. */
public class CountersStress {
    /** A part is excluded while the sum is read. */
    @JCStressTest
    @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "Counted once, before and after.")
    @Outcome(expect = FORBIDDEN, desc = "Missing or counted twice for a moment.")
    @State
    public static class ExcludeVersusRead {
        private final Counters sum = new Counters();
        private final Counters part = new Counters();

        public ExcludeVersusRead() {
            sum.include(part);
            part.connection(Stripes.SHARED);
        }

        @Actor
        public void exclude() {
            sum.exclude(part);
        }

        @Actor
        public void read(II_Result r) {
            r.r1 = (int) sum.read().connections();
        }

        @Arbiter
        public void after(II_Result r) {
            r.r2 = (int) sum.read().connections();
        }
    }

    /** Two threads count, one in a part and one in the sum itself. */
    @JCStressTest
    @Outcome(id = "2", expect = ACCEPTABLE, desc = "Both are in the sum.")
    @Outcome(expect = FORBIDDEN, desc = "A count is lost.")
    @State
    public static class TwoCounts {
        private final Counters sum = new Counters();
        private final Counters part = new Counters();

        public TwoCounts() {
            sum.include(part);
        }

        @Actor
        public void countInPart() {
            part.connection(Stripes.SHARED);
        }

        @Actor
        public void count() {
            sum.connection(Stripes.SHARED);
        }

        @Arbiter
        public void after(I_Result r) {
            r.r1 = (int) sum.read().connections();
        }
    }

    /** A thread counts in its stripe, for the first time, while the sum is read. */
    @JCStressTest
    @Outcome(
            id = {"0, 2", "1, 2", "2, 2"},
            expect = ACCEPTABLE,
            desc = "A part of the counts, and then all.")
    @Outcome(expect = FORBIDDEN, desc = "A count is lost, or read early.")
    @State
    public static class StripeVersusRead {
        private final Counters counters = new Counters();
        private final int stripe = new Stripes().take(this);

        @Actor
        public void count() {
            counters.in(stripe, 1, 1);
            counters.in(stripe, 1, 1);
        }

        @Actor
        public void read(II_Result r) {
            r.r1 = (int) counters.read().inPackets();
        }

        @Arbiter
        public void after(II_Result r) {
            r.r2 = (int) counters.read().inPackets();
        }
    }

    /** Two threads count in their stripes for the first time. */
    @JCStressTest
    @Outcome(id = "2", expect = ACCEPTABLE, desc = "Both are in the sum.")
    @Outcome(expect = FORBIDDEN, desc = "A count is lost.")
    @State
    public static class TwoStripes {
        private final Counters counters = new Counters();
        private final Stripes stripes = new Stripes();
        private final int first = stripes.take(this);
        private final int second = stripes.take(this);

        @Actor
        public void countFirst() {
            counters.connection(first);
        }

        @Actor
        public void countSecond() {
            counters.connection(second);
        }

        @Arbiter
        public void after(I_Result r) {
            r.r1 = (int) counters.read().connections();
        }
    }
}
