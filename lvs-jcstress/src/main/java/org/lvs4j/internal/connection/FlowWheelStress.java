package org.lvs4j.internal.connection;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.I_Result;

/** The stacks of {@link FlowWheel} and the nodes they are made of: every slot is on one stack, every node in one place. */
public class FlowWheelStress {
    private static final int TICK = 5;
    private static final int OTHER_TICK = 6;

    /** Takes a stack. Returns its slots as bits; a slot seen twice, or a stack without an end, as a negative number. */
    private static int takeAll(FlowWheel timers, int tick) {
        int seen = 0;
        for (int node = timers.takeStack(tick); node != 0; ) {
            long content = timers.node(node);
            int bit = 1 << FlowWheel.slot(content);
            if ((seen & bit) != 0) {
                return -1;
            }
            seen |= bit;
            timers.give(node);
            node = FlowWheel.next(content);
        }
        return seen;
    }

    /** Two pushes onto one stack, with nodes that are in memory nobody has made yet. */
    @JCStressTest
    @Outcome(id = "6", expect = ACCEPTABLE, desc = "Both slots are on it.")
    @Outcome(expect = FORBIDDEN, desc = "One is lost, with its chunk or with the head.")
    @State
    public static class TwoPushes {
        private final FlowWheel timers = new FlowWheel(64);

        @Actor
        public void pushFirst() {
            timers.push(1, TICK);
        }

        @Actor
        public void pushSecond() {
            timers.push(2, TICK);
        }

        @Arbiter
        public void after(I_Result r) {
            r.r1 = takeAll(timers, TICK);
        }
    }

    /** A push beside the taking of its stack. The head's compare-and-set publishes the node. */
    @JCStressTest
    @Outcome(id = "2, 4", expect = ACCEPTABLE, desc = "Pushed after the stack was taken.")
    @Outcome(id = "6, 0", expect = ACCEPTABLE, desc = "Taken as well.")
    @Outcome(expect = FORBIDDEN, desc = "A slot is lost, doubled, or not the one that was pushed.")
    @State
    public static class PushVersusTake {
        private final FlowWheel timers = new FlowWheel(64);

        public PushVersusTake() {
            timers.push(1, TICK);
        }

        @Actor
        public void push() {
            timers.push(2, TICK);
        }

        @Actor
        public void take(II_Result r) {
            r.r1 = takeAll(timers, TICK);
        }

        @Arbiter
        public void after(II_Result r) {
            r.r2 = takeAll(timers, TICK);
        }
    }

    /**
     * One thread takes a free node while another one takes two and gives the first one back: to the compare-and-set of the
     * one it would look as if nothing had happened, were it not for the count beside it.
     */
    @JCStressTest
    @Outcome(id = "2, 12", expect = ACCEPTABLE, desc = "Every slot is where it was put.")
    @Outcome(expect = FORBIDDEN, desc = "A node is in two places.")
    @State
    public static class TakeVersusTakeAndGive {
        private final FlowWheel timers = new FlowWheel(64);

        public TakeVersusTakeAndGive() {
            for (int slot = 0; slot < 3; slot++) {
                timers.push(slot, TICK);
            }
            takeAll(timers, TICK);
        }

        @Actor
        public void take() {
            timers.push(1, TICK);
        }

        @Actor
        public void takeTwoAndGiveOne() {
            timers.push(0, OTHER_TICK + 1);
            timers.push(2, OTHER_TICK);
            takeAll(timers, OTHER_TICK + 1);
        }

        @Arbiter
        public void after(II_Result r) {
            timers.push(3, OTHER_TICK);
            r.r1 = takeAll(timers, TICK);
            r.r2 = takeAll(timers, OTHER_TICK);
        }
    }

    /** Two nodes given back at once, and taken again. */
    @JCStressTest
    @Outcome(id = "30", expect = ACCEPTABLE, desc = "Both are used again, once each.")
    @Outcome(expect = FORBIDDEN, desc = "One is lost or used twice.")
    @State
    public static class TwoGiven {
        private final FlowWheel timers = new FlowWheel(64);

        public TwoGiven() {
            timers.push(1, TICK);
            timers.push(2, OTHER_TICK);
        }

        @Actor
        public void giveFirst() {
            takeAll(timers, TICK);
        }

        @Actor
        public void giveSecond() {
            takeAll(timers, OTHER_TICK);
        }

        @Arbiter
        public void after(I_Result r) {
            for (int slot = 1; slot < 5; slot++) {
                timers.push(slot, TICK);
            }
            r.r1 = takeAll(timers, TICK);
        }
    }
}
