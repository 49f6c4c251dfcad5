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

/**
 * Ticks of a {@link FlowTable} race with packets: a later deadline is respected, and every connection expires
 * once, on time.
 */
public class FlowTimeStress {
    /** The tick of a connection's deadline and a packet that moves the deadline. */
    @JCStressTest
    @Outcome(id = "1, 0, 1", expect = ACCEPTABLE, desc = "Moved, and expired at the later tick.")
    @Outcome(id = "0, 1, 1", expect = ACCEPTABLE, desc = "Expired before the packet.")
    @Outcome(expect = FORBIDDEN, desc = "Moved and expired at once, expired twice, or never.")
    @State
    public static class ExpireVersusChange {
        private final HomeBucket home = HomeBucket.alone(false, 10);
        private final FlowLookup changing = home.lookup(0);

        public ExpireVersusChange() {
            home.insert(changing, 1, 10);
        }

        @Actor
        public void tick(III_Result r) {
            home.table.advance(10);
            r.r2 = home.ended.get();
        }

        @Actor
        public void change(III_Result r) {
            r.r1 = home.findAndChange(changing, 12);
        }

        @Arbiter
        public void after(III_Result r) {
            home.table.advance(12);
            r.r3 = home.ended.get() + (home.find(changing) == 0 ? 0 : 10);
        }
    }

    /** The tick of a connection's deadline and its removal. */
    @JCStressTest
    @Outcome(id = "1, 0, 0", expect = ACCEPTABLE, desc = "Removed.")
    @Outcome(id = "0, 1, 0", expect = ACCEPTABLE, desc = "Expired.")
    @Outcome(expect = FORBIDDEN, desc = "Both, or neither.")
    @State
    public static class ExpireVersusRemove {
        private final HomeBucket home = HomeBucket.alone(false, 10);
        private final FlowLookup removing = home.lookup(0);

        public ExpireVersusRemove() {
            home.insert(removing, 1, 10);
        }

        @Actor
        public void tick() {
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

    /**
     * The tick of a connection's deadline while its slot is reused for another key: the node on the wheel belongs
     * to the slot.
     */
    @JCStressTest
    @Outcome(id = "1, 2, 1", expect = ACCEPTABLE, desc = "One has ended; the other expires at its own tick.")
    @Outcome(expect = FORBIDDEN, desc = "The other one has expired early, or never does.")
    @State
    public static class ExpireVersusReuse {
        private final HomeBucket home = HomeBucket.alone(false, 10);
        private final FlowLookup leaving = home.lookup(0);
        private final FlowLookup coming = home.lookup(1);
        private int removed;

        public ExpireVersusReuse() {
            home.insert(leaving, 1, 10);
        }

        @Actor
        public void tick() {
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
     * A node fires while a packet moves the deadline closer. The node clears the stored position and then reads the
     * deadline; the packet writes the deadline and then reads the stored position.
     */
    @JCStressTest
    @Outcome(id = "1", expect = ACCEPTABLE, desc = "Expired at the earlier tick.")
    @Outcome(expect = FORBIDDEN, desc = "Each relied on the other: it expires late.")
    @State
    public static class FireVersusSchedule {
        private final HomeBucket home = HomeBucket.alone(false, 10);
        private final FlowLookup changing = home.lookup(0);

        public FireVersusSchedule() {
            home.insert(changing, 1, 10);
            home.change(changing, 30);
            home.find(changing);
        }

        @Actor
        public void tick() {
            home.table.advance(10);
        }

        @Actor
        public void change() {
            home.change(changing, 12);
        }

        @Arbiter
        public void after(I_Result r) {
            home.table.advance(12);
            r.r1 = home.ended.get();
        }
    }

    /** A superseded node fires while a packet moves the deadline closer again. */
    @JCStressTest
    @Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "Expired at the earlier tick, once.")
    @Outcome(expect = FORBIDDEN, desc = "Expired early, or each relied on the other and it expires late.")
    @State
    public static class FireSupersededVersusSchedule {
        private final HomeBucket home = HomeBucket.alone(false, 10);
        private final FlowLookup changing = home.lookup(0);

        public FireSupersededVersusSchedule() {
            // A node at 30, superseded by one at 10; then the deadline moves to 60, after both.
            home.insert(changing, 1, 30);
            home.change(changing, 10);
            home.change(changing, 60);
        }

        @Actor
        public void tick() {
            home.table.advance(30);
        }

        @Actor
        public void change() {
            home.change(changing, 40);
        }

        @Arbiter
        public void after(II_Result r) {
            r.r1 = home.ended.get();
            home.table.advance(40);
            r.r2 = home.ended.get();
        }
    }

    /** A connection is inserted while the tick of its deadline runs. */
    @JCStressTest
    @Outcome(id = "11, 1", expect = ACCEPTABLE, desc = "Expired at that tick or the next one.")
    @Outcome(expect = FORBIDDEN, desc = "Pushed after its tick: it would wait for a turn of the ring.")
    @State
    public static class TickVersusInsert {
        private final HomeBucket home = HomeBucket.alone(false, 10);
        private final FlowLookup inserting = home.lookup(0);

        public TickVersusInsert() {
            // Allocates the memory.
            home.insert(home.lookup(1), 2);
        }

        @Actor
        public void tick() {
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

    /** Two threads run the same ticks. */
    @JCStressTest
    @Outcome(id = "3", expect = ACCEPTABLE, desc = "Each has expired once.")
    @Outcome(expect = FORBIDDEN, desc = "A tick was run twice, or not at all.")
    @State
    public static class TickVersusTick {
        private final HomeBucket home = HomeBucket.alone(false, 10);

        public TickVersusTick() {
            for (int key = 0; key < 3; key++) {
                home.insert(home.lookup(key), 1, 10 + key);
            }
        }

        @Actor
        public void tickFirst() {
            home.table.advance(12);
        }

        @Actor
        public void tickSecond() {
            home.table.advance(12);
        }

        @Arbiter
        public void after(I_Result r) {
            r.r1 = home.ended.get();
        }
    }
}
