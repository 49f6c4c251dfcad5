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

/** Insertions into a {@link FlowTable}: one for each key, and complete before anybody can find it. */
public class FlowInsertStress {
    /** Two threads insert one key: the commit by the home's control word decides. */
    @JCStressTest
    @Outcome(id = "11, 1, 10", expect = ACCEPTABLE, desc = "The first one has inserted, the second one has found it.")
    @Outcome(id = "2, 12, 20", expect = ACCEPTABLE, desc = "The second one has inserted, the first one has found it.")
    @Outcome(expect = FORBIDDEN, desc = "Both or neither have inserted, or they do not agree.")
    @State
    public static class SameKey {
        private final Home home = Home.shared();
        private final FlowLookup first = home.probe(0);
        private final FlowLookup second = home.probe(0);

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

    /** The same with the line at home full but for one slot, so that the two claims lie in different lines. */
    @JCStressTest
    @Outcome(id = "11, 1, 10", expect = ACCEPTABLE, desc = "The first one has inserted, the second one has found it.")
    @Outcome(id = "2, 12, 20", expect = ACCEPTABLE, desc = "The second one has inserted, the first one has found it.")
    @Outcome(expect = FORBIDDEN, desc = "Both or neither have inserted, or they do not agree.")
    @State
    public static class SameKeyInTwoLines {
        private final Home home = Home.shared();
        private final FlowLookup first = home.probe(0);
        private final FlowLookup second = home.probe(0);

        public SameKeyInTwoLines() {
            home.insert(home.probe(1), 3);
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

    /** Two keys of one home in a table that has never held anything: both threads make the chunk of its lines. */
    @JCStressTest
    @Outcome(id = "11, 12, 12", expect = ACCEPTABLE, desc = "Both are there.")
    @Outcome(expect = FORBIDDEN, desc = "One is lost, with the chunk that it was put into or with the slot.")
    @State
    public static class TwoKeysOfOneHome {
        private final Home home = Home.alone(false, 1);
        private final FlowLookup first = home.probe(0);
        private final FlowLookup second = home.probe(1);

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

    /** A search beside an insertion: making the slot live publishes key, server and controller. */
    @JCStressTest
    @Outcome(id = "0", expect = ACCEPTABLE, desc = "Not there yet.")
    @Outcome(id = "7", expect = ACCEPTABLE, desc = "Found, and complete.")
    @Outcome(expect = FORBIDDEN, desc = "Found before it was complete.")
    @State
    public static class Find {
        private final Home home = Home.shared();
        private final FlowLookup inserting = home.probe(0);
        private final FlowLookup finding = home.probe(0);

        @Actor
        public void insert() {
            home.insert(inserting, 7);
        }

        @Actor
        public void find(I_Result r) {
            r.r1 = home.find(finding);
        }
    }

    /** The same for IPv6, whose keys are of more words, in memory that nobody has made yet. */
    @JCStressTest
    @Outcome(id = "0", expect = ACCEPTABLE, desc = "Not there yet.")
    @Outcome(id = "7", expect = ACCEPTABLE, desc = "Found, and complete.")
    @Outcome(expect = FORBIDDEN, desc = "Found before it was complete, or before its memory was.")
    @State
    public static class FindInNewMemory {
        private final Home home = Home.alone(true, 1);
        private final FlowLookup inserting = home.probe(0);
        private final FlowLookup finding = home.probe(0);

        @Actor
        public void insert() {
            home.insert(inserting, 7);
        }

        @Actor
        public void find(I_Result r) {
            r.r1 = home.find(finding);
        }
    }

    /** Two searches for a connection that is being inserted behind a full line: how far it lies comes first. */
    @JCStressTest
    @Outcome(id = "0, 0", expect = ACCEPTABLE, desc = "Not there yet.")
    @Outcome(id = "0, 3", expect = ACCEPTABLE, desc = "There in between.")
    @Outcome(id = "3, 3", expect = ACCEPTABLE, desc = "There.")
    @Outcome(expect = FORBIDDEN, desc = "Lost again, or mixed up.")
    @State
    public static class FindBehindFullLine {
        private final Home home = Home.shared();
        private final FlowLookup inserting = home.probe(2);
        private final FlowLookup finding = home.probe(2);

        public FindBehindFullLine() {
            home.insert(home.probe(0), 1);
            home.insert(home.probe(1), 2);
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

    /** The last connection behind its home ends while another one comes to lie there: searches still come as far as that. */
    @JCStressTest
    @Outcome(id = "1, 13, 3", expect = ACCEPTABLE, desc = "The one has ended, the other is found.")
    @Outcome(expect = FORBIDDEN, desc = "Searches stay at home.")
    @State
    public static class LeaveVersusComeBehindHome {
        private final Home home = Home.alone(true, 1);
        private final FlowLookup leaving = home.probe(1);
        private final FlowLookup coming = home.probe(2);

        public LeaveVersusComeBehindHome() {
            home.insert(home.probe(0), 1);
            home.insert(leaving, 2);
        }

        @Actor
        public void leave(III_Result r) {
            r.r1 = home.remove(leaving);
        }

        @Actor
        public void come(III_Result r) {
            r.r2 = home.insert(coming, 3);
        }

        @Arbiter
        public void after(III_Result r) {
            r.r3 = home.find(home.probe(2));
        }
    }

    /** Two connections come to lie behind their home at the same time. */
    @JCStressTest
    @Outcome(id = "12, 13, 5", expect = ACCEPTABLE, desc = "Both are found.")
    @Outcome(expect = FORBIDDEN, desc = "Searches do not come as far as the second one.")
    @State
    public static class TwoComeBehindHome {
        private final Home home = Home.alone(true, 1);
        private final FlowLookup first = home.probe(1);
        private final FlowLookup second = home.probe(2);

        public TwoComeBehindHome() {
            home.insert(home.probe(0), 1);
        }

        @Actor
        public void comeFirst(III_Result r) {
            r.r1 = home.insert(first, 2);
        }

        @Actor
        public void comeSecond(III_Result r) {
            r.r2 = home.insert(second, 3);
        }

        @Arbiter
        public void after(III_Result r) {
            r.r3 = home.find(home.probe(1)) + home.find(home.probe(2));
        }
    }
}
