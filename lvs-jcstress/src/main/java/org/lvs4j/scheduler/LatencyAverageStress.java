package org.lvs4j.scheduler;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/** {@link LatencyAverage}: no latency above the average is lost. */
public class LatencyAverageStress {
    private static final long LATER_NANOS = 60_000_000_000L;

    /** Two observations of one moment, long after the previous one: the previous one must decay, these two must not. */
    @JCStressTest
    @Outcome(id = "200", expect = ACCEPTABLE, desc = "The average is the longer one.")
    @Outcome(expect = FORBIDDEN, desc = "The longer one is lost.")
    @State
    public static class TwoObservations {
        private final LatencyAverage average = new LatencyAverage();

        public TwoObservations() {
            average.observe(50, 0);
        }

        @Actor
        public void observeShort() {
            average.observe(100, LATER_NANOS);
        }

        @Actor
        public void observeLong() {
            average.observe(200, LATER_NANOS);
        }

        @Arbiter
        public void after(I_Result r) {
            r.r1 = (int) Math.round(average.nanos(LATER_NANOS));
        }
    }
}
