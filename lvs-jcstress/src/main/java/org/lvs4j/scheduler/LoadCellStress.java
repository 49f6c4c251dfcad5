package org.lvs4j.scheduler;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.I_Result;

/** A {@link LoadCell}: its marks, and what is set aside in it. */
public class LoadCellStress {
    private static final int INDEX = 7;

    /** A load is written and marked, while marks are read. */
    private abstract static class Marks {
        final LoadCell cell = new LoadCell();
        int load;
        int seen;

        void readMarked() {
            if (cell.beginUnmarking()) {
                boolean all = cell.unmarkAll();
                for (int place = 0; place < LoadCell.MARKS; place++) {
                    if (cell.unmark(place) == INDEX) {
                        all = true;
                    }
                }
                if (all) {
                    seen = load;
                }
            }
        }
    }

    /** Who reads a mark sees the load that it was left for, and a mark is read now or the next time. */
    @JCStressTest
    @Outcome(id = "1", expect = ACCEPTABLE, desc = "The load is known.")
    @Outcome(expect = FORBIDDEN, desc = "The mark was lost, or read without the load.")
    @State
    public static class MarkVersusUnmark extends Marks {
        @Actor
        public void change() {
            load = 1;
            cell.mark(INDEX);
        }

        @Actor
        public void read() {
            readMarked();
        }

        @Arbiter
        public void after(I_Result r) {
            readMarked();
            r.r1 = seen;
        }
    }

    /** The same when there is no room for the mark. */
    @JCStressTest
    @Outcome(id = "1", expect = ACCEPTABLE, desc = "The load is known.")
    @Outcome(expect = FORBIDDEN, desc = "The mark was lost, or read without the load.")
    @State
    public static class LostMarkVersusUnmark extends Marks {
        public LostMarkVersusUnmark() {
            for (int i = 0; i < LoadCell.MARKS; i++) {
                cell.mark(1);
            }
        }

        @Actor
        public void change() {
            load = 1;
            cell.mark(INDEX);
        }

        @Actor
        public void read() {
            readMarked();
        }

        @Arbiter
        public void after(I_Result r) {
            readMarked();
            r.r1 = seen;
        }
    }

    /** One server is set aside, two threads want it. */
    @JCStressTest
    @Outcome(
            id = {"7, -1", "-1, 7"},
            expect = ACCEPTABLE,
            desc = "One of them gets it.")
    @Outcome(expect = FORBIDDEN, desc = "Both got it, or nobody.")
    @State
    public static class TwoTakers {
        private final LoadCell cell = new LoadCell();

        public TwoTakers() {
            cell.add(0, INDEX);
            cell.fill(1);
        }

        @Actor
        public void take(II_Result r) {
            r.r1 = cell.take();
        }

        @Actor
        public void takeToo(II_Result r) {
            r.r2 = cell.take();
        }
    }

    /** A cell is filled while another thread takes from it. */
    @JCStressTest
    @Outcome(
            id = {"-1, 7", "7, 8"},
            expect = ACCEPTABLE,
            desc = "Nothing yet, or the first of two.")
    @Outcome(expect = FORBIDDEN, desc = "A server was taken that was not there, or taken twice.")
    @State
    public static class FillVersusTake {
        private final LoadCell cell = new LoadCell();

        @Actor
        public void fill() {
            cell.add(0, INDEX);
            cell.add(1, INDEX + 1);
            cell.fill(2);
        }

        @Actor
        public void take(II_Result r) {
            r.r1 = cell.take();
        }

        @Arbiter
        public void after(II_Result r) {
            r.r2 = cell.take();
        }
    }
}
