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

/** The stacks of {@link FlowWheel} and their nodes: every slot is on one stack, and no node is used twice. */
public class FlowWheelStress {
    private static final int TICK = 5;
    private static final int OTHER_TICK = 6;

    /** Takes a stack and releases its nodes. Returns its slots as bits; -1 if a slot is on it twice. */
    private static int takeAll(FlowWheel wheel, int tick) {
        int seen = 0;
        for (int node = wheel.takeStack(tick); node != 0; ) {
            long content = wheel.nodeOpaque(node);
            int bit = 1 << FlowWheel.slot(content);
            if ((seen & bit) != 0) {
                return -1;
            }
            seen |= bit;
            wheel.release(node);
            node = FlowWheel.next(content);
        }
        return seen;
    }

    /** Two pushes onto one stack, with nodes in memory that is not allocated yet. */
    @JCStressTest
    @Outcome(id = "6", expect = ACCEPTABLE, desc = "Both slots are on it.")
    @Outcome(expect = FORBIDDEN, desc = "One is lost, with its chunk or by the head.")
    @State
    public static class TwoPushes {
        private final FlowWheel wheel = new FlowWheel(64);

        @Actor
        public void pushFirst() {
            wheel.push(1, TICK);
        }

        @Actor
        public void pushSecond() {
            wheel.push(2, TICK);
        }

        @Arbiter
        public void after(I_Result r) {
            r.r1 = takeAll(wheel, TICK);
        }
    }

    /** A push while its stack is taken. The compare-and-set of the head publishes the node. */
    @JCStressTest
    @Outcome(id = "2, 4", expect = ACCEPTABLE, desc = "Pushed after the stack was taken.")
    @Outcome(id = "6, 0", expect = ACCEPTABLE, desc = "Pushed before.")
    @Outcome(expect = FORBIDDEN, desc = "A slot is lost, duplicated or wrong.")
    @State
    public static class PushVersusTake {
        private final FlowWheel wheel = new FlowWheel(64);

        public PushVersusTake() {
            wheel.push(1, TICK);
        }

        @Actor
        public void push() {
            wheel.push(2, TICK);
        }

        @Actor
        public void take(II_Result r) {
            r.r1 = takeAll(wheel, TICK);
        }

        @Arbiter
        public void after(II_Result r) {
            r.r2 = takeAll(wheel, TICK);
        }
    }

    /**
     * One thread allocates a node while another one allocates two and releases the first. Without the modification
     * count the compare-and-set of the first thread would succeed although the second node is in use.
     */
    @JCStressTest
    @Outcome(id = "2, 12", expect = ACCEPTABLE, desc = "Every slot is on its stack.")
    @Outcome(expect = FORBIDDEN, desc = "A node is used twice.")
    @State
    public static class AllocateVersusAllocateAndRelease {
        private final FlowWheel wheel = new FlowWheel(64);

        public AllocateVersusAllocateAndRelease() {
            for (int slot = 0; slot < 3; slot++) {
                wheel.push(slot, TICK);
            }
            takeAll(wheel, TICK);
        }

        @Actor
        public void allocate() {
            wheel.push(1, TICK);
        }

        @Actor
        public void allocateTwoAndReleaseOne() {
            wheel.push(0, OTHER_TICK + 1);
            wheel.push(2, OTHER_TICK);
            takeAll(wheel, OTHER_TICK + 1);
        }

        @Arbiter
        public void after(II_Result r) {
            wheel.push(3, OTHER_TICK);
            r.r1 = takeAll(wheel, TICK);
            r.r2 = takeAll(wheel, OTHER_TICK);
        }
    }

    /** Two nodes are released, and allocated again. */
    @JCStressTest
    @Outcome(id = "30", expect = ACCEPTABLE, desc = "Both are reused, once each.")
    @Outcome(expect = FORBIDDEN, desc = "One is lost or used twice.")
    @State
    public static class TwoReleases {
        private final FlowWheel wheel = new FlowWheel(64);

        public TwoReleases() {
            wheel.push(1, TICK);
            wheel.push(2, OTHER_TICK);
        }

        @Actor
        public void releaseFirst() {
            takeAll(wheel, TICK);
        }

        @Actor
        public void releaseSecond() {
            takeAll(wheel, OTHER_TICK);
        }

        @Arbiter
        public void after(I_Result r) {
            for (int slot = 1; slot < 5; slot++) {
                wheel.push(slot, TICK);
            }
            r.r1 = takeAll(wheel, TICK);
        }
    }
}
