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

/** The marks and the reserved servers of a {@link LoadCell}. */
public class LoadCellStress {
    private static final int INDEX = 7;

    /** One thread writes and marks a load, another one takes marks. */
    private abstract static class Marks {
        final LoadCell cell = new LoadCell();
        int load;
        int seen;

        void takeMarks() {
            if (cell.clearMarked()) {
                boolean found = cell.clearOverflowed();
                for (int slot = 0; slot < LoadCell.MARKS; slot++) {
                    if (cell.takeMark(slot) == INDEX) {
                        found = true;
                    }
                }
                if (found) {
                    seen = load;
                }
            }
        }
    }

    /** A thread that takes a mark sees the load that was written before; a mark is taken now or the next time. */
    @JCStressTest
    @Outcome(id = "1", expect = ACCEPTABLE, desc = "The load was seen.")
    @Outcome(expect = FORBIDDEN, desc = "The mark was lost, or taken without seeing the load.")
    @State
    public static class MarkVersusTakeMark extends Marks {
        @Actor
        public void change() {
            load = 1;
            cell.mark(INDEX);
        }

        @Actor
        public void read() {
            takeMarks();
        }

        @Arbiter
        public void after(I_Result r) {
            takeMarks();
            r.r1 = seen;
        }
    }

    /** The same with a mark that does not fit. */
    @JCStressTest
    @Outcome(id = "1", expect = ACCEPTABLE, desc = "The load was seen.")
    @Outcome(expect = FORBIDDEN, desc = "The mark was lost, or taken without seeing the load.")
    @State
    public static class OverflowingMarkVersusTakeMark extends Marks {
        public OverflowingMarkVersusTakeMark() {
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
            takeMarks();
        }

        @Arbiter
        public void after(I_Result r) {
            takeMarks();
            r.r1 = seen;
        }
    }

    /** Two threads take the only reserved server. */
    @JCStressTest
    @Outcome(
            id = {"7, -1", "-1, 7"},
            expect = ACCEPTABLE,
            desc = "One thread gets it.")
    @Outcome(expect = FORBIDDEN, desc = "Both threads got it, or none.")
    @State
    public static class TwoTakers {
        private final LoadCell cell = new LoadCell();

        public TwoTakers() {
            cell.add(0, INDEX);
            cell.publish(1);
        }

        @Actor
        public void takeFirst(II_Result r) {
            r.r1 = cell.take();
        }

        @Actor
        public void takeSecond(II_Result r) {
            r.r2 = cell.take();
        }
    }

    /** One thread reserves two servers, another one takes one. */
    @JCStressTest
    @Outcome(
            id = {"-1, 7", "7, 8"},
            expect = ACCEPTABLE,
            desc = "Nothing yet, or the first of two.")
    @Outcome(expect = FORBIDDEN, desc = "A server was taken that was not reserved, or one was taken twice.")
    @State
    public static class PublishVersusTake {
        private final LoadCell cell = new LoadCell();

        @Actor
        public void publish() {
            cell.add(0, INDEX);
            cell.add(1, INDEX + 1);
            cell.publish(2);
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
