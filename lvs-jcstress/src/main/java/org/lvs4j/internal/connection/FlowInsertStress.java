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

/** Insertions into a {@link FlowTable}: one per key, and complete before a search finds it. */
public class FlowInsertStress {
    /** Two threads insert the same key: the commit by the home word decides. */
    @JCStressTest
    @Outcome(id = "11, 1, 10", expect = ACCEPTABLE, desc = "The first one has inserted, the second one has found it.")
    @Outcome(id = "2, 12, 20", expect = ACCEPTABLE, desc = "The second one has inserted, the first one has found it.")
    @Outcome(expect = FORBIDDEN, desc = "Both or neither have inserted, or they do not agree.")
    @State
    public static class SameKey {
        private final HomeBucket home = HomeBucket.shared();
        private final FlowLookup first = home.lookup(0);
        private final FlowLookup second = home.lookup(0);

        @Actor
        public void insertFirst(III_Result r) {
            r.r1 = home.insert(first, 1);
        }

        @Actor
        public void insertSecond(III_Result r) {
            r.r2 = home.insert(second, 2);
        }

        @Arbiter
        public void after(III_Result r) {
            r.r3 = home.findAll(first);
        }
    }

    /** The same with one free slot in the home bucket, so that the two claims are in different buckets. */
    @JCStressTest
    @Outcome(id = "11, 1, 10", expect = ACCEPTABLE, desc = "The first one has inserted, the second one has found it.")
    @Outcome(id = "2, 12, 20", expect = ACCEPTABLE, desc = "The second one has inserted, the first one has found it.")
    @Outcome(expect = FORBIDDEN, desc = "Both or neither have inserted, or they do not agree.")
    @State
    public static class SameKeyInTwoBuckets {
        private final HomeBucket home = HomeBucket.shared();
        private final FlowLookup first = home.lookup(0);
        private final FlowLookup second = home.lookup(0);

        public SameKeyInTwoBuckets() {
            home.insert(home.lookup(1), 3);
        }

        @Actor
        public void insertFirst(III_Result r) {
            r.r1 = home.insert(first, 1);
        }

        @Actor
        public void insertSecond(III_Result r) {
            r.r2 = home.insert(second, 2);
        }

        @Arbiter
        public void after(III_Result r) {
            r.r3 = home.findAll(first);
        }
    }

    /** Two keys of one home bucket in a new table: both threads allocate its chunk. */
    @JCStressTest
    @Outcome(id = "11, 12, 12", expect = ACCEPTABLE, desc = "Both are inserted.")
    @Outcome(expect = FORBIDDEN, desc = "One is lost, with its chunk or its slot.")
    @State
    public static class TwoKeysOfOneHome {
        private final HomeBucket home = HomeBucket.alone(false, 1);
        private final FlowLookup first = home.lookup(0);
        private final FlowLookup second = home.lookup(1);

        @Actor
        public void insertFirst(III_Result r) {
            r.r1 = home.insert(first, 1);
        }

        @Actor
        public void insertSecond(III_Result r) {
            r.r2 = home.insert(second, 2);
        }

        @Arbiter
        public void after(III_Result r) {
            r.r3 = 10 * home.find(first) + home.find(second);
        }
    }

    /** A search and an insertion: the compare-and-set to LIVE publishes key, server and template. */
    @JCStressTest
    @Outcome(id = "0", expect = ACCEPTABLE, desc = "Absent.")
    @Outcome(id = "7", expect = ACCEPTABLE, desc = "Found, and complete.")
    @Outcome(expect = FORBIDDEN, desc = "Found before it was complete.")
    @State
    public static class Find {
        private final HomeBucket home = HomeBucket.shared();
        private final FlowLookup inserting = home.lookup(0);
        private final FlowLookup finding = home.lookup(0);

        @Actor
        public void insert() {
            home.insert(inserting, 7);
        }

        @Actor
        public void find(I_Result r) {
            r.r1 = home.find(finding);
        }
    }

    /** The same for IPv6, whose keys have more words, in memory that is not allocated yet. */
    @JCStressTest
    @Outcome(id = "0", expect = ACCEPTABLE, desc = "Absent.")
    @Outcome(id = "7", expect = ACCEPTABLE, desc = "Found, and complete.")
    @Outcome(expect = FORBIDDEN, desc = "Found incomplete, or memory seen before it was zeroed.")
    @State
    public static class FindInNewMemory {
        private final HomeBucket home = HomeBucket.alone(true, 1);
        private final FlowLookup inserting = home.lookup(0);
        private final FlowLookup finding = home.lookup(0);

        @Actor
        public void insert() {
            home.insert(inserting, 7);
        }

        @Actor
        public void find(I_Result r) {
            r.r1 = home.find(finding);
        }
    }

    /** Two searches for a connection that is inserted displaced: the displacement bound is raised before it is live. */
    @JCStressTest
    @Outcome(id = "0, 0", expect = ACCEPTABLE, desc = "Absent.")
    @Outcome(id = "0, 3", expect = ACCEPTABLE, desc = "Inserted in between.")
    @Outcome(id = "3, 3", expect = ACCEPTABLE, desc = "Found.")
    @Outcome(expect = FORBIDDEN, desc = "Lost again, or a mixed record.")
    @State
    public static class FindDisplaced {
        private final HomeBucket home = HomeBucket.shared();
        private final FlowLookup inserting = home.lookup(2);
        private final FlowLookup finding = home.lookup(2);

        public FindDisplaced() {
            home.insert(home.lookup(0), 1);
            home.insert(home.lookup(1), 2);
        }

        @Actor
        public void insert() {
            home.insert(inserting, 3);
        }

        @Actor
        public void findTwice(II_Result r) {
            r.r1 = home.find(finding);
            r.r2 = home.find(finding);
        }
    }

    /** The last displaced connection is removed while another one is inserted displaced: searches find that. */
    @JCStressTest
    @Outcome(id = "1, 13, 3", expect = ACCEPTABLE, desc = "One is removed, the other is found.")
    @Outcome(expect = FORBIDDEN, desc = "The displacement bound was reset, and searches miss it.")
    @State
    public static class RemoveVersusInsertDisplaced {
        private final HomeBucket home = HomeBucket.alone(true, 1);
        private final FlowLookup removing = home.lookup(1);
        private final FlowLookup inserting = home.lookup(2);

        public RemoveVersusInsertDisplaced() {
            home.insert(home.lookup(0), 1);
            home.insert(removing, 2);
        }

        @Actor
        public void remove(III_Result r) {
            r.r1 = home.remove(removing);
        }

        @Actor
        public void insert(III_Result r) {
            r.r2 = home.insert(inserting, 3);
        }

        @Arbiter
        public void after(III_Result r) {
            r.r3 = home.find(home.lookup(2));
        }
    }

    /** Two connections are inserted displaced. */
    @JCStressTest
    @Outcome(id = "12, 13, 5", expect = ACCEPTABLE, desc = "Both are found.")
    @Outcome(expect = FORBIDDEN, desc = "The displacement bound is too small for one of them.")
    @State
    public static class TwoInsertDisplaced {
        private final HomeBucket home = HomeBucket.alone(true, 1);
        private final FlowLookup first = home.lookup(1);
        private final FlowLookup second = home.lookup(2);

        public TwoInsertDisplaced() {
            home.insert(home.lookup(0), 1);
        }

        @Actor
        public void insertFirst(III_Result r) {
            r.r1 = home.insert(first, 2);
        }

        @Actor
        public void insertSecond(III_Result r) {
            r.r2 = home.insert(second, 3);
        }

        @Arbiter
        public void after(III_Result r) {
            r.r3 = home.find(home.lookup(1)) + home.find(home.lookup(2));
        }
    }
}
