package org.lvs4j.internal.concurrent;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/** {@link TimerWheel}: an entry that is added or rescheduled while its tick runs or is skipped expires once, on time. */
public class TimerWheelStress {
    private static final class Watched extends Expirable {
        private int expiries;

        private Watched(long tick) {
            deadlineNanos(tick * TimerWheel.TICK_NANOS);
        }

        private void reschedule(TimerWheel wheel, long tick) {
            deadlineNanos(tick * TimerWheel.TICK_NANOS);
            wheel.reschedule(this);
        }

        @Override
        protected boolean ended() {
            return expiries > 0;
        }

        @Override
        protected void expire(long nowNanos) {
            expiries++;
        }
    }

    /** An entry is added while the tick of its deadline runs. */
    @JCStressTest
    @Outcome(id = "1", expect = ACCEPTABLE, desc = "Expired at that tick or the next one.")
    @Outcome(expect = FORBIDDEN, desc = "Pushed after its tick, or expired twice.")
    @State
    public static class AddVersusTick {
        private final TimerWheel wheel = new TimerWheel(0);
        private final Watched watched = new Watched(1);

        @Actor
        public void add() {
            wheel.add(watched);
        }

        @Actor
        public void tick() {
            wheel.advance(TimerWheel.TICK_NANOS);
        }

        @Arbiter
        public void after(I_Result r) {
            wheel.advance(2 * TimerWheel.TICK_NANOS);
            r.r1 = watched.expiries;
        }
    }

    /** An entry is added while the ticks around its deadline are skipped, because they were found empty. */
    @JCStressTest
    @Outcome(id = "1", expect = ACCEPTABLE, desc = "Expired at the next tick at the latest.")
    @Outcome(expect = FORBIDDEN, desc = "Skipped: it waits for the next turn, or expired twice.")
    @State
    public static class AddVersusSkippedTicks {
        private final TimerWheel wheel = new TimerWheel(0);
        private final Watched watched = new Watched(50);

        @Actor
        public void add() {
            wheel.add(watched);
        }

        @Actor
        public void skip() {
            wheel.advance(200 * TimerWheel.TICK_NANOS);
        }

        @Arbiter
        public void after(I_Result r) {
            wheel.advance(201 * TimerWheel.TICK_NANOS);
            r.r1 = watched.expiries;
        }
    }

    /** A deadline moves closer while a tick inspects the entry. */
    @JCStressTest
    @Outcome(id = "1", expect = ACCEPTABLE, desc = "Expired at the earlier tick.")
    @Outcome(expect = FORBIDDEN, desc = "Each relied on the other: it expires late.")
    @State
    public static class RescheduleVersusTick {
        private final TimerWheel wheel = new TimerWheel(0);
        private final Watched watched = new Watched(1);

        public RescheduleVersusTick() {
            wheel.add(watched);
            watched.deadlineNanos(30 * TimerWheel.TICK_NANOS);
        }

        @Actor
        public void reschedule() {
            watched.reschedule(wheel, 3);
        }

        @Actor
        public void tick() {
            wheel.advance(TimerWheel.TICK_NANOS);
        }

        @Arbiter
        public void after(I_Result r) {
            wheel.advance(3 * TimerWheel.TICK_NANOS);
            r.r1 = watched.expiries;
        }
    }
}
