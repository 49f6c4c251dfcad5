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

/** {@link FlowMigration} moves a connection that changes: afterwards it exists once, with the last change. */
public class FlowMigrationStress {
    /** A move and a change. */
    @JCStressTest
    @Outcome(id = "1, 5, 10", expect = ACCEPTABLE, desc = "Changed, before or after the move.")
    @Outcome(expect = FORBIDDEN, desc = "The copy lacks the change, or there are two.")
    @State
    public static class MoveVersusChange {
        private final GrowingTable moving = GrowingTable.started(1, HomeBucket.FOREVER);
        private final HomeBucket home = moving.home;
        private final FlowLookup changing = home.lookup(0);

        @Actor
        public void move() {
            moving.step();
        }

        @Actor
        public void change(III_Result r) {
            r.r1 = home.findAndChange(changing, HomeBucket.FOREVER + 5);
        }

        @Arbiter
        public void after(III_Result r) {
            home.find(changing);
            r.r2 = moving.isMoved(changing) ? FlowRecord.deadline(changing.meta) - HomeBucket.FOREVER : -1;
            r.r3 = home.findAll(changing);
        }
    }

    /** A move and a removal. */
    @JCStressTest
    @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "Removed, before or after the move.")
    @Outcome(expect = FORBIDDEN, desc = "The copy remains, or the removal found nothing.")
    @State
    public static class MoveVersusRemove {
        private final GrowingTable moving = GrowingTable.started(1, HomeBucket.FOREVER);
        private final HomeBucket home = moving.home;
        private final FlowLookup removing = home.lookup(0);

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

    /** A move and searches: a search that reads a moved original publishes the copy if necessary, and finds it. */
    @JCStressTest
    @Outcome(id = "1, 1, 10", expect = ACCEPTABLE, desc = "Found each time, in either generation.")
    @Outcome(expect = FORBIDDEN, desc = "Missed.")
    @State
    public static class MoveVersusFind {
        private final GrowingTable moving = GrowingTable.started(1, HomeBucket.FOREVER);
        private final HomeBucket home = moving.home;
        private final FlowLookup finding = home.lookup(0);

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

    /** A move and an insertion of the same key. */
    @JCStressTest
    @Outcome(id = "1, 10", expect = ACCEPTABLE, desc = "The insertion has found the existing connection.")
    @Outcome(expect = FORBIDDEN, desc = "There are two, or the wrong one.")
    @State
    public static class MoveVersusInsert {
        private final GrowingTable moving = GrowingTable.started(1, HomeBucket.FOREVER);
        private final HomeBucket home = moving.home;
        private final FlowLookup inserting = home.lookup(0);

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

    /** A move and the removal of its key, followed by an insertion with another server. */
    @JCStressTest
    @Outcome(id = "1, 12, 20", expect = ACCEPTABLE, desc = "The new connection exists, once.")
    @Outcome(expect = FORBIDDEN, desc = "The old connection has come back, or the new one is lost.")
    @State
    public static class MoveVersusReplace {
        private final GrowingTable moving = GrowingTable.started(1, HomeBucket.FOREVER);
        private final HomeBucket home = moving.home;
        private final FlowLookup replacing = home.lookup(0);

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

    /** A move and the tick of the connection's deadline. */
    @JCStressTest
    @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "Expired once, at that tick or the next one.")
    @Outcome(expect = FORBIDDEN, desc = "Expired twice, or the copy's timer is lost.")
    @State
    public static class MoveVersusExpire {
        private final GrowingTable moving = GrowingTable.started(10, 10);
        private final HomeBucket home = moving.home;

        @Actor
        public void move() {
            moving.step();
        }

        @Actor
        public void tick() {
            home.table.advance(10);
        }

        @Arbiter
        public void after(II_Result r) {
            home.table.advance(11);
            r.r1 = home.ended.get();
            r.r2 = home.find(home.lookup(0));
        }
    }

    /** Two threads migrate the same buckets, as when one of them cannot wait for the other. */
    @JCStressTest
    @Outcome(id = "10, 0", expect = ACCEPTABLE, desc = "Moved once.")
    @Outcome(expect = FORBIDDEN, desc = "Moved twice, or lost.")
    @State
    public static class MoveVersusMove {
        private final GrowingTable moving = GrowingTable.started(1, HomeBucket.FOREVER);
        private final HomeBucket home = moving.home;
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
            r.r1 = home.findAll(home.lookup(0));
        }
    }

    /**
     * Two insertions of one key while the table begins to grow. One inserts into the current generation and freezes the
     * key's home bucket in the old one, where the other may have begun.
     */
    @JCStressTest
    @Outcome(id = "11, 1, 10", expect = ACCEPTABLE, desc = "The first one has inserted, the second one has found it.")
    @Outcome(id = "2, 12, 20", expect = ACCEPTABLE, desc = "The second one has inserted, the first one has found it.")
    @Outcome(expect = FORBIDDEN, desc = "Both have inserted, one in each generation.")
    @State
    public static class FreezeVersusInsert {
        private final HomeBucket home = GrowingTable.full();
        private final FlowLookup first = home.lookup(0);
        private final FlowLookup second = home.lookup(0);

        @Actor
        public void growAndInsert(III_Result r) {
            GrowingTable.grow(home);
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
