package org.lvs4j.internal.connection;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.I_Result;

/** Time passes in a {@link FlowTable} beside packets: what is put off lives, and every connection ends once, on time. */
public class FlowTimeStress {
    /** The last tick of a connection beside a packet that puts its end off. */
    @JCStressTest
    @Outcome(id = "1, 0, 1", expect = ACCEPTABLE, desc = "Put off, and ended at the later tick.")
    @Outcome(id = "0, 1, 1", expect = ACCEPTABLE, desc = "Ended before the packet.")
    @Outcome(expect = FORBIDDEN, desc = "Put off and ended at once, ended twice, or forgotten.")
    @State
    public static class ExpireVersusTouch {
        private final Home home = Home.alone(false, 10);
        private final FlowLookup touching = home.probe(0);

        public ExpireVersusTouch() {
            home.insert(touching, 1, 10);
        }

        @Actor
        public void pass(III_Result r) {
            home.table.advance(10);
            r.r2 = home.ended.get();
        }

        @Actor
        public void touch(III_Result r) {
            r.r1 = home.findAndChange(touching, 12);
        }

        @Arbiter
        public void after(III_Result r) {
            home.table.advance(12);
            r.r3 = home.ended.get() + (home.find(touching) == 0 ? 0 : 10);
        }
    }

    /** The last tick of a connection beside its removal. */
    @JCStressTest
    @Outcome(id = "1, 0, 0", expect = ACCEPTABLE, desc = "Removed.")
    @Outcome(id = "0, 1, 0", expect = ACCEPTABLE, desc = "Ended by time.")
    @Outcome(expect = FORBIDDEN, desc = "Both, or neither.")
    @State
    public static class ExpireVersusRemove {
        private final Home home = Home.alone(false, 10);
        private final FlowLookup removing = home.probe(0);

        public ExpireVersusRemove() {
            home.insert(removing, 1, 10);
        }

        @Actor
        public void pass() {
            home.table.advance(10);
        }

        @Actor
        public void remove(III_Result r) {
            r.r1 = home.findAndRemove(removing);
        }

        @Arbiter
        public void after(III_Result r) {
            r.r2 = home.ended.get();
            r.r3 = home.find(removing);
        }
    }

    /** The last tick of a connection while its slot gets another key: the node on the wheel is the slot's, not the key's. */
    @JCStressTest
    @Outcome(id = "1, 2, 1", expect = ACCEPTABLE, desc = "One has ended; the other lives, and ends at its own tick.")
    @Outcome(expect = FORBIDDEN, desc = "The other one has ended in place of the one, or never does.")
    @State
    public static class ExpireVersusReuse {
        private final Home home = Home.alone(false, 10);
        private final FlowLookup leaving = home.probe(0);
        private final FlowLookup coming = home.probe(1);
        private int removed;

        public ExpireVersusReuse() {
            home.insert(leaving, 1, 10);
        }

        @Actor
        public void pass() {
            home.table.advance(10);
        }

        @Actor
        public void reuse() {
            removed = home.findAndRemove(leaving);
            home.insert(coming, 2, 12);
        }

        @Arbiter
        public void after(III_Result r) {
            int before = home.ended.get();
            r.r1 = before + removed;
            r.r2 = home.find(coming);
            home.table.advance(12);
            r.r3 = home.ended.get() - before;
        }
    }

    /**
     * A look at a slot beside a packet that brings the deadline closer: the look forgets first and reads the deadline then,
     * the packet writes the deadline first and reads then what is remembered.
     */
    @JCStressTest
    @Outcome(id = "1", expect = ACCEPTABLE, desc = "Ended at the closer tick.")
    @Outcome(expect = FORBIDDEN, desc = "Each relied on the other one: it ends too late.")
    @State
    public static class FireVersusArm {
        private final Home home = Home.alone(false, 10);
        private final FlowLookup hastening = home.probe(0);

        public FireVersusArm() {
            home.insert(hastening, 1, 10);
            home.change(hastening, 30);
            home.find(hastening);
        }

        @Actor
        public void pass() {
            home.table.advance(10);
        }

        @Actor
        public void hasten() {
            home.change(hastening, 12);
        }

        @Arbiter
        public void after(I_Result r) {
            home.table.advance(12);
            r.r1 = home.ended.get();
        }
    }

    /** The look of a node that was left behind beside a packet that brings the deadline closer again. */
    @JCStressTest
    @Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "Ended at the closer tick, once.")
    @Outcome(expect = FORBIDDEN, desc = "Ended before its time, or each relied on the other one and it ends too late.")
    @State
    public static class FireLeftVersusArm {
        private final Home home = Home.alone(false, 10);
        private final FlowLookup hastening = home.probe(0);

        public FireLeftVersusArm() {
            // One node at 30, left behind by one at 10; then the end is put off, and neither has anything to end.
            home.insert(hastening, 1, 30);
            home.change(hastening, 10);
            home.change(hastening, 60);
        }

        @Actor
        public void pass() {
            home.table.advance(30);
        }

        @Actor
        public void hasten() {
            home.change(hastening, 40);
        }

        @Arbiter
        public void after(II_Result r) {
            r.r1 = home.ended.get();
            home.table.advance(40);
            r.r2 = home.ended.get();
        }
    }

    /** A connection that is to end at the very tick that passes while it is inserted. */
    @JCStressTest
    @Outcome(id = "11, 1", expect = ACCEPTABLE, desc = "Ended at that tick or the next one.")
    @Outcome(expect = FORBIDDEN, desc = "Pushed behind the tick: it would wait for a turn of the ring.")
    @State
    public static class PassVersusInsert {
        private final Home home = Home.alone(false, 10);
        private final FlowLookup inserting = home.probe(0);

        public PassVersusInsert() {
            // So that the memory is there already.
            home.insert(home.probe(1), 2);
        }

        @Actor
        public void pass() {
            home.table.advance(10);
        }

        @Actor
        public void insert(II_Result r) {
            r.r1 = home.insert(inserting, 1, 10);
        }

        @Arbiter
        public void after(II_Result r) {
            home.table.advance(11);
            r.r2 = home.ended.get();
        }
    }

    /** Two threads let the same ticks pass. */
    @JCStressTest
    @Outcome(id = "3", expect = ACCEPTABLE, desc = "Each has ended once.")
    @Outcome(expect = FORBIDDEN, desc = "A tick was taken twice, or by nobody.")
    @State
    public static class PassVersusPass {
        private final Home home = Home.alone(false, 10);

        public PassVersusPass() {
            for (int key = 0; key < 3; key++) {
                home.insert(home.probe(key), 1, 10 + key);
            }
        }

        @Actor
        public void passFirst() {
            home.table.advance(12);
        }

        @Actor
        public void passSecond() {
            home.table.advance(12);
        }

        @Arbiter
        public void after(I_Result r) {
            r.r1 = home.ended.get();
        }
    }
}
