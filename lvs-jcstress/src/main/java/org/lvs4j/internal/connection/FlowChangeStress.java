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

/** Changes and removals of a connection of a {@link FlowTable}, from the same meta word: one of two succeeds. */
public class FlowChangeStress {
    /** Two changes from the same meta word. */
    @JCStressTest
    @Outcome(id = "1, 0, 1", expect = ACCEPTABLE, desc = "The first one has changed it.")
    @Outcome(id = "0, 1, 2", expect = ACCEPTABLE, desc = "The second one has changed it.")
    @Outcome(expect = FORBIDDEN, desc = "A change was lost, or none was made.")
    @State
    public static class TwoChanges {
        private final HomeBucket home = HomeBucket.shared();
        private final FlowLookup first = home.lookup(0);
        private final FlowLookup second = home.lookup(0);

        public TwoChanges() {
            home.insert(first, 1);
            home.find(first);
            home.find(second);
        }

        @Actor
        public void changeFirst(III_Result r) {
            r.r1 = home.change(first, HomeBucket.FOREVER + 1);
        }

        @Actor
        public void changeSecond(III_Result r) {
            r.r2 = home.change(second, HomeBucket.FOREVER + 2);
        }

        @Arbiter
        public void after(III_Result r) {
            home.find(first);
            r.r3 = FlowRecord.deadline(first.meta) - HomeBucket.FOREVER;
        }
    }

    /** A change and a removal from the same meta word. */
    @JCStressTest
    @Outcome(id = "1, 0, 10", expect = ACCEPTABLE, desc = "Changed first: the removal fails.")
    @Outcome(id = "0, 1, 0", expect = ACCEPTABLE, desc = "Removed first: the change fails.")
    @Outcome(expect = FORBIDDEN, desc = "The change revived the removed connection, or neither has succeeded.")
    @State
    public static class ChangeVersusRemove {
        private final HomeBucket home = HomeBucket.shared();
        private final FlowLookup changing = home.lookup(0);
        private final FlowLookup removing = home.lookup(0);

        public ChangeVersusRemove() {
            home.insert(changing, 1);
            home.find(changing);
            home.find(removing);
        }

        @Actor
        public void change(III_Result r) {
            r.r1 = home.change(changing, HomeBucket.FOREVER + 1);
        }

        @Actor
        public void remove(III_Result r) {
            r.r2 = home.remove(removing);
        }

        @Arbiter
        public void after(III_Result r) {
            r.r3 = home.findAll(home.lookup(0));
        }
    }

    /** Two removals. */
    @JCStressTest
    @Outcome(id = "1, 0, 0", expect = ACCEPTABLE, desc = "The first one has removed it.")
    @Outcome(id = "0, 1, 0", expect = ACCEPTABLE, desc = "The second one has removed it.")
    @Outcome(expect = FORBIDDEN, desc = "It was removed twice, or not at all.")
    @State
    public static class TwoRemovals {
        private final HomeBucket home = HomeBucket.shared();
        private final FlowLookup first = home.lookup(0);
        private final FlowLookup second = home.lookup(0);

        public TwoRemovals() {
            home.insert(first, 1);
        }

        @Actor
        public void removeFirst(III_Result r) {
            r.r1 = home.findAndRemove(first);
        }

        @Actor
        public void removeSecond(III_Result r) {
            r.r2 = home.findAndRemove(second);
        }

        @Arbiter
        public void after(III_Result r) {
            r.r3 = home.find(first);
        }
    }

    /** A search while its slot is reused for another key: the second read of the meta word detects it. */
    @JCStressTest
    @Outcome(id = "0", expect = ACCEPTABLE, desc = "Absent: it was removed.")
    @Outcome(id = "1", expect = ACCEPTABLE, desc = "Found before its removal.")
    @Outcome(expect = FORBIDDEN, desc = "Another key's connection, or a mixed record.")
    @State
    public static class ReuseVersusFind {
        private final HomeBucket home = HomeBucket.shared();
        private final FlowLookup leaving = home.lookup(0);
        private final FlowLookup coming = home.lookup(1);
        private final FlowLookup finding = home.lookup(0);

        public ReuseVersusFind() {
            home.insert(leaving, 1);
        }

        @Actor
        public void reuse() {
            home.remove(leaving);
            home.insert(coming, 2);
        }

        @Actor
        public void find(I_Result r) {
            r.r1 = home.find(finding);
        }
    }

    /** A search while its key is removed and inserted again with another server. */
    @JCStressTest
    @Outcome(id = "0", expect = ACCEPTABLE, desc = "Absent between removal and insertion.")
    @Outcome(id = "1", expect = ACCEPTABLE, desc = "The first connection.")
    @Outcome(id = "2", expect = ACCEPTABLE, desc = "The second connection.")
    @Outcome(expect = FORBIDDEN, desc = "A mixed record.")
    @State
    public static class ReplaceVersusFind {
        private final HomeBucket home = HomeBucket.shared();
        private final FlowLookup replacing = home.lookup(0);
        private final FlowLookup finding = home.lookup(0);

        public ReplaceVersusFind() {
            home.insert(replacing, 1);
        }

        @Actor
        public void replace() {
            home.remove(replacing);
            home.insert(replacing, 2);
        }

        @Actor
        public void find(I_Result r) {
            r.r1 = home.find(finding);
        }
    }

    /**
     * A change from an old meta word while the slot is reused for another key, whose meta word differs only
     * in its version.
     */
    @JCStressTest
    @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "Changed before the removal.")
    @Outcome(id = "0, 0", expect = ACCEPTABLE, desc = "Too late, and the other connection is unchanged.")
    @Outcome(expect = FORBIDDEN, desc = "The other key's connection was changed.")
    @State
    public static class ReuseVersusChange {
        private final HomeBucket home = HomeBucket.shared();
        private final FlowLookup leaving = home.lookup(0);
        private final FlowLookup coming = home.lookup(1);
        private final FlowLookup changing = home.lookup(0);

        public ReuseVersusChange() {
            home.insert(leaving, 1);
            home.find(changing);
        }

        @Actor
        public void reuse() {
            home.findAndRemove(leaving);
            home.insert(coming, 1);
        }

        @Actor
        public void change(II_Result r) {
            r.r1 = home.change(changing, HomeBucket.FOREVER + 1);
        }

        @Arbiter
        public void after(II_Result r) {
            home.find(coming);
            r.r2 = FlowRecord.deadline(coming.meta) - HomeBucket.FOREVER;
        }
    }

    /** A search for a displaced connection, while the slots of its full home bucket are reused. */
    @JCStressTest
    @Outcome(id = "3, 3", expect = ACCEPTABLE, desc = "Found each time.")
    @Outcome(expect = FORBIDDEN, desc = "Missed.")
    @State
    public static class FindDisplacedWhileHomeChanges {
        private final HomeBucket home = HomeBucket.shared();
        private final FlowLookup replacing = home.lookup(0);
        private final FlowLookup finding = home.lookup(2);

        public FindDisplacedWhileHomeChanges() {
            home.insert(replacing, 1);
            home.insert(home.lookup(1), 2);
            home.insert(home.lookup(2), 3);
        }

        @Actor
        public void replace() {
            home.remove(replacing);
            home.insert(replacing, 4);
        }

        @Actor
        public void findTwice(II_Result r) {
            r.r1 = home.find(finding);
            r.r2 = home.find(finding);
        }
    }
}
