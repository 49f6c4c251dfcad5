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

/** Changes and removals of a connection of a {@link FlowTable}, from one reading of its meta word: one of two wins. */
public class FlowChangeStress {
    /** Two changes from the same reading. */
    @JCStressTest
    @Outcome(id = "1, 0, 1", expect = ACCEPTABLE, desc = "The first one has changed it.")
    @Outcome(id = "0, 1, 2", expect = ACCEPTABLE, desc = "The second one has changed it.")
    @Outcome(expect = FORBIDDEN, desc = "A change was lost, or none was made.")
    @State
    public static class TwoChanges {
        private final Home home = Home.shared();
        private final FlowLookup first = home.probe(0);
        private final FlowLookup second = home.probe(0);

        public TwoChanges() {
            home.insert(first, 1);
            home.find(first);
            home.find(second);
        }

        @Actor
        public void changeFirst(III_Result r) {
            r.r1 = home.change(first, Home.FOREVER + 1);
        }

        @Actor
        public void changeSecond(III_Result r) {
            r.r2 = home.change(second, Home.FOREVER + 2);
        }

        @Arbiter
        public void after(III_Result r) {
            home.find(first);
            r.r3 = FlowRecord.deadline(first.meta) - Home.FOREVER;
        }
    }

    /** A change and a removal from the same reading. */
    @JCStressTest
    @Outcome(id = "1, 0, 10", expect = ACCEPTABLE, desc = "Changed first: the removal has to look again.")
    @Outcome(id = "0, 1, 0", expect = ACCEPTABLE, desc = "Removed first: there is nothing to change.")
    @Outcome(expect = FORBIDDEN, desc = "What was removed has been changed back to life, or neither has happened.")
    @State
    public static class ChangeVersusRemove {
        private final Home home = Home.shared();
        private final FlowLookup changing = home.probe(0);
        private final FlowLookup removing = home.probe(0);

        public ChangeVersusRemove() {
            home.insert(changing, 1);
            home.find(changing);
            home.find(removing);
        }

        @Actor
        public void change(III_Result r) {
            r.r1 = home.change(changing, Home.FOREVER + 1);
        }

        @Actor
        public void remove(III_Result r) {
            r.r2 = home.remove(removing);
        }

        @Arbiter
        public void after(III_Result r) {
            r.r3 = home.findAll(home.probe(0));
        }
    }

    /** Two removals. */
    @JCStressTest
    @Outcome(id = "1, 0, 0", expect = ACCEPTABLE, desc = "The first one has removed it.")
    @Outcome(id = "0, 1, 0", expect = ACCEPTABLE, desc = "The second one has removed it.")
    @Outcome(expect = FORBIDDEN, desc = "It has ended twice, or not at all.")
    @State
    public static class TwoRemovals {
        private final Home home = Home.shared();
        private final FlowLookup first = home.probe(0);
        private final FlowLookup second = home.probe(0);

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

    /** A search while the slot of its key gets another key: version and second look tell. */
    @JCStressTest
    @Outcome(id = "0", expect = ACCEPTABLE, desc = "It has ended.")
    @Outcome(id = "1", expect = ACCEPTABLE, desc = "Still there.")
    @Outcome(expect = FORBIDDEN, desc = "Another key's connection, or words of two.")
    @State
    public static class ReuseVersusFind {
        private final Home home = Home.shared();
        private final FlowLookup leaving = home.probe(0);
        private final FlowLookup coming = home.probe(1);
        private final FlowLookup finding = home.probe(0);

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

    /** A search while its key ends and begins anew with another server. */
    @JCStressTest
    @Outcome(id = "0", expect = ACCEPTABLE, desc = "The one has ended, the other has not begun.")
    @Outcome(id = "1", expect = ACCEPTABLE, desc = "The one.")
    @Outcome(id = "2", expect = ACCEPTABLE, desc = "The other.")
    @Outcome(expect = FORBIDDEN, desc = "Words of both.")
    @State
    public static class ReplaceVersusFind {
        private final Home home = Home.shared();
        private final FlowLookup replacing = home.probe(0);
        private final FlowLookup finding = home.probe(0);

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

    /** A change from an old reading while the slot gets another key, with the same words but for the version. */
    @JCStressTest
    @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "Changed, and removed by whoever looked again.")
    @Outcome(id = "0, 0", expect = ACCEPTABLE, desc = "Too late, and the other one is as it was.")
    @Outcome(expect = FORBIDDEN, desc = "The other key's connection was changed.")
    @State
    public static class ReuseVersusChange {
        private final Home home = Home.shared();
        private final FlowLookup leaving = home.probe(0);
        private final FlowLookup coming = home.probe(1);
        private final FlowLookup changing = home.probe(0);

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
            r.r1 = home.change(changing, Home.FOREVER + 1);
        }

        @Arbiter
        public void after(II_Result r) {
            home.find(coming);
            r.r2 = FlowRecord.deadline(coming.meta) - Home.FOREVER;
        }
    }

    /** A search for what lies behind a full line, while the slots of that line change hands. */
    @JCStressTest
    @Outcome(id = "3, 3", expect = ACCEPTABLE, desc = "Found each time.")
    @Outcome(expect = FORBIDDEN, desc = "Missed because of what happens before it.")
    @State
    public static class FindBehindChangingLine {
        private final Home home = Home.shared();
        private final FlowLookup replacing = home.probe(0);
        private final FlowLookup finding = home.probe(2);

        public FindBehindChangingLine() {
            home.insert(replacing, 1);
            home.insert(home.probe(1), 2);
            home.insert(home.probe(2), 3);
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
