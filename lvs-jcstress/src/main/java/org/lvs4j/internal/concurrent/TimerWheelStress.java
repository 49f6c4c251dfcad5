package org.lvs4j.internal.concurrent;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/** The {@link TimerWheel} of templates: what is added or hastened beside a tick is not left behind. */
public class TimerWheelStress {
    private static final class Watched extends Expirable {
        private int ends;

        private Watched(long tick) {
            deadlineNanos(tick * TimerWheel.TICK_NANOS);
        }

        private void hasten(TimerWheel wheel, long tick) {
            deadlineNanos(tick * TimerWheel.TICK_NANOS);
            wheel.hasten(this);
        }

        @Override
        protected boolean ended() {
            return ends > 0;
        }

        @Override
        protected void timeIsUp(long nowNanos) {
            ends++;
        }
    }

    /** Something is added that ends at the very tick that passes. */
    @JCStressTest
    @Outcome(id = "1", expect = ACCEPTABLE, desc = "Ended at that tick or the next one.")
    @Outcome(expect = FORBIDDEN, desc = "Pushed behind the tick, or ended twice.")
    @State
    public static class AddVersusPass {
        private final TimerWheel wheel = new TimerWheel(0);
        private final Watched watched = new Watched(1);

        @Actor
        public void add() {
            wheel.add(watched);
        }

        @Actor
        public void pass() {
            wheel.advance(TimerWheel.TICK_NANOS);
        }

        @Arbiter
        public void after(I_Result r) {
            wheel.advance(2 * TimerWheel.TICK_NANOS);
            r.r1 = watched.ends;
        }
    }

    /** Something that was put off is to end sooner, while the tick passes at which it is looked at. */
    @JCStressTest
    @Outcome(id = "1", expect = ACCEPTABLE, desc = "Ended at the sooner tick.")
    @Outcome(expect = FORBIDDEN, desc = "Each relied on the other one: it ends too late.")
    @State
    public static class HastenVersusPass {
        private final TimerWheel wheel = new TimerWheel(0);
        private final Watched watched = new Watched(1);

        public HastenVersusPass() {
            wheel.add(watched);
            watched.deadlineNanos(30 * TimerWheel.TICK_NANOS);
        }

        @Actor
        public void hasten() {
            watched.hasten(wheel, 3);
        }

        @Actor
        public void pass() {
            wheel.advance(TimerWheel.TICK_NANOS);
        }

        @Arbiter
        public void after(I_Result r) {
            wheel.advance(3 * TimerWheel.TICK_NANOS);
            r.r1 = watched.ends;
        }
    }
}
