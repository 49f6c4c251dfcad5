package org.lvs4j.internal.concurrent;

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

/** {@link IdTable}: an id means one object, which is complete when it is read. */
public class IdTableStress {
    /** An object with a plain field, which only the table publishes. */
    private static final class Thing {
        private int content;

        private Thing(int content) {
            this.content = content;
        }
    }

    private static int content(IdTable<Thing> ids, int id) {
        Thing thing = ids.get(id);
        return thing == null ? 0 : thing.content;
    }

    /** An object is set and read, in memory that is not allocated yet. */
    @JCStressTest
    @Outcome(id = "0", expect = ACCEPTABLE, desc = "Not set yet.")
    @Outcome(id = "7", expect = ACCEPTABLE, desc = "Read, and complete.")
    @Outcome(expect = FORBIDDEN, desc = "Read incomplete.")
    @State
    public static class SetVersusGet {
        private final IdTable<Thing> ids = new IdTable<>(Thing[]::new, 100);
        private final int id = ids.take();

        @Actor
        public void set() {
            ids.set(id, new Thing(7));
        }

        @Actor
        public void get(I_Result r) {
            r.r1 = content(ids, id);
        }
    }

    /** Two threads set objects in memory that is not allocated yet. */
    @JCStressTest
    @Outcome(id = "1, 2, 12", expect = ACCEPTABLE, desc = "Each has its own id.")
    @Outcome(id = "2, 1, 12", expect = ACCEPTABLE, desc = "Each has its own id.")
    @Outcome(expect = FORBIDDEN, desc = "One id for two, or an object lost with its chunk.")
    @State
    public static class TwoNew {
        private final IdTable<Thing> ids = new IdTable<>(Thing[]::new, 100);

        private int add(int content) {
            int id = ids.take();
            ids.set(id, new Thing(content));
            return id;
        }

        @Actor
        public void addFirst(III_Result r) {
            r.r1 = add(1);
        }

        @Actor
        public void addSecond(III_Result r) {
            r.r2 = add(2);
        }

        @Arbiter
        public void after(III_Result r) {
            r.r3 = 10 * content(ids, r.r1) + content(ids, r.r2);
        }
    }

    /** Two threads free an id and take one. */
    @JCStressTest
    @Outcome(id = "1, 2", expect = ACCEPTABLE, desc = "Each has its own id.")
    @Outcome(id = "2, 1", expect = ACCEPTABLE, desc = "Each has its own id.")
    @Outcome(expect = FORBIDDEN, desc = "Both have the same id, or one is lost.")
    @State
    public static class FreeAndTake {
        private final IdTable<Thing> ids = new IdTable<>(Thing[]::new, 2);
        private final int first = ids.take();
        private final int second = ids.take();

        @Actor
        public void swapFirst(II_Result r) {
            ids.free(first);
            r.r1 = ids.take();
        }

        @Actor
        public void swapSecond(II_Result r) {
            ids.free(second);
            r.r2 = ids.take();
        }
    }

    /**
     * One thread takes an id while another one takes two and frees the first. Without the modification count the head
     * could become the id that is still in use.
     */
    @JCStressTest
    @Outcome(id = "3", expect = ACCEPTABLE, desc = "Three different ids.")
    @Outcome(expect = FORBIDDEN, desc = "An id was taken twice.")
    @State
    public static class TakeVersusTakeAndFree {
        private final IdTable<Thing> ids = new IdTable<>(Thing[]::new, 4);
        private int taken;
        private int kept;

        public TakeVersusTakeAndFree() {
            for (int i = 0; i < 3; i++) {
                ids.take();
            }
            for (int id = 3; id > 0; id--) {
                ids.free(id);
            }
        }

        @Actor
        public void take() {
            taken = ids.take();
        }

        @Actor
        public void takeTwoAndFreeOne() {
            int first = ids.take();
            kept = ids.take();
            ids.free(first);
        }

        @Arbiter
        public void after(I_Result r) {
            int third = ids.take();
            r.r1 = taken != kept && taken != third && kept != third ? 3 : 0;
        }
    }
}
