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

/** {@link FlowMigration} moves a connection while something happens to it: it is in one place, and as it was left. */
public class FlowMigrationStress {
    /** A move beside a change. */
    @JCStressTest
    @Outcome(id = "1, 5, 10", expect = ACCEPTABLE, desc = "Changed, before or after the move.")
    @Outcome(expect = FORBIDDEN, desc = "The copy is older than the change, or there are two.")
    @State
    public static class MoveVersusChange {
        private final Moving moving = Moving.started(1, Home.FOREVER);
        private final Home home = moving.home;
        private final FlowLookup changing = home.probe(0);

        @Actor
        public void move() {
            moving.step();
        }

        @Actor
        public void change(III_Result r) {
            r.r1 = home.findAndChange(changing, Home.FOREVER + 5);
        }

        @Arbiter
        public void after(III_Result r) {
            home.find(changing);
            r.r2 = moving.isMoved(changing) ? FlowRecord.deadline(changing.meta) - Home.FOREVER : -1;
            r.r3 = home.findAll(changing);
        }
    }

    /** A move beside a removal. */
    @JCStressTest
    @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "Removed, before or after the move.")
    @Outcome(expect = FORBIDDEN, desc = "The copy lives on, or there was nothing to be found.")
    @State
    public static class MoveVersusRemove {
        private final Moving moving = Moving.started(1, Home.FOREVER);
        private final Home home = moving.home;
        private final FlowLookup removing = home.probe(0);

        @Actor
        public void move() {
            moving.step();
        }

        @Actor
        public void remove(II_Result r) {
            r.r1 = home.findAndRemove(removing);
        }

        @Arbiter
        public void after(II_Result r) {
            r.r2 = home.find(removing);
        }
    }

    /** A move beside searches: whoever finds the original gone finds the copy, and makes it known if need be. */
    @JCStressTest
    @Outcome(id = "1, 1, 10", expect = ACCEPTABLE, desc = "Found each time, in whichever area.")
    @Outcome(expect = FORBIDDEN, desc = "Missed on its way.")
    @State
    public static class MoveVersusFind {
        private final Moving moving = Moving.started(1, Home.FOREVER);
        private final Home home = moving.home;
        private final FlowLookup finding = home.probe(0);

        @Actor
        public void move() {
            moving.step();
        }

        @Actor
        public void findTwice(III_Result r) {
            r.r1 = home.find(finding);
            r.r2 = home.find(finding);
        }

        @Arbiter
        public void after(III_Result r) {
            r.r3 = home.findAll(finding);
        }
    }

    /** A move beside an insertion of the same key. */
    @JCStressTest
    @Outcome(id = "1, 10", expect = ACCEPTABLE, desc = "The insertion has found what is there.")
    @Outcome(expect = FORBIDDEN, desc = "There are two, or the wrong one.")
    @State
    public static class MoveVersusInsert {
        private final Moving moving = Moving.started(1, Home.FOREVER);
        private final Home home = moving.home;
        private final FlowLookup inserting = home.probe(0);

        @Actor
        public void move() {
            moving.step();
        }

        @Actor
        public void insert(II_Result r) {
            r.r1 = home.insert(inserting, 2);
        }

        @Arbiter
        public void after(II_Result r) {
            r.r2 = home.findAll(inserting);
        }
    }

    /** A move beside the removal of its key and an insertion of it with another server. */
    @JCStressTest
    @Outcome(id = "1, 12, 20", expect = ACCEPTABLE, desc = "The new one is there, once.")
    @Outcome(expect = FORBIDDEN, desc = "The old one has come back, or the new one is lost.")
    @State
    public static class MoveVersusReplace {
        private final Moving moving = Moving.started(1, Home.FOREVER);
        private final Home home = moving.home;
        private final FlowLookup replacing = home.probe(0);

        @Actor
        public void move() {
            moving.step();
        }

        @Actor
        public void replace(III_Result r) {
            r.r1 = home.findAndRemove(replacing);
            r.r2 = home.insert(replacing, 2);
        }

        @Arbiter
        public void after(III_Result r) {
            r.r3 = home.findAll(replacing);
        }
    }

    /** A move beside the last tick of the connection. */
    @JCStressTest
    @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "Ended once, by that tick or the next one.")
    @Outcome(expect = FORBIDDEN, desc = "Ended twice, or the copy's timer is lost.")
    @State
    public static class MoveVersusExpire {
        private final Moving moving = Moving.started(10, 10);
        private final Home home = moving.home;

        @Actor
        public void move() {
            moving.step();
        }

        @Actor
        public void pass() {
            home.table.advance(10);
        }

        @Arbiter
        public void after(II_Result r) {
            home.table.advance(11);
            r.r1 = home.ended.get();
            r.r2 = home.find(home.probe(0));
        }
    }

    /** Two threads move the same lines, as when one is in need and does not wait for the other. */
    @JCStressTest
    @Outcome(id = "10, 0", expect = ACCEPTABLE, desc = "Moved once.")
    @Outcome(expect = FORBIDDEN, desc = "Moved twice, or lost.")
    @State
    public static class MoveVersusMove {
        private final Moving moving = Moving.started(1, Home.FOREVER);
        private final Home home = moving.home;
        private final FlowLookup scratch = new FlowLookup();
        private final long before = home.table.size();

        @Actor
        public void move() {
            moving.step();
        }

        @Actor
        public void finish() {
            moving.finish(scratch);
        }

        @Arbiter
        public void after(II_Result r) {
            r.r2 = (int) (home.table.size() - before);
            r.r1 = home.findAll(home.probe(0));
        }
    }

    /**
     * Two insertions of one key while the table begins to grow: one goes to the newer area and freezes the key's home in the
     * older one, the other one may have begun there.
     */
    @JCStressTest
    @Outcome(id = "11, 1, 10", expect = ACCEPTABLE, desc = "The first one has inserted, the second one has found it.")
    @Outcome(id = "2, 12, 20", expect = ACCEPTABLE, desc = "The second one has inserted, the first one has found it.")
    @Outcome(expect = FORBIDDEN, desc = "Both have inserted, one in each area.")
    @State
    public static class FreezeVersusInsert {
        private final Home home = Moving.full();
        private final FlowLookup first = home.probe(0);
        private final FlowLookup second = home.probe(0);

        @Actor
        public void growAndInsert(III_Result r) {
            Moving.grow(home);
            r.r1 = home.insert(first, 1);
        }

        @Actor
        public void insert(III_Result r) {
            r.r2 = home.insert(second, 2);
        }

        @Arbiter
        public void after(III_Result r) {
            r.r3 = home.findAll(first);
        }
    }
}
