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

/** A {@link IdTable} of objects under numbers: a number names one object, which is complete when it is found. */
public class IdTableStress {
    /** An object whose content is plain: only the registry publishes it. */
    private static final class Thing {
        private int content;

        private Thing(int content) {
            this.content = content;
        }
    }

    private static int content(IdTable<Thing> registry, int number) {
        Thing thing = registry.get(number);
        return thing == null ? 0 : thing.content;
    }

    /** Naming beside looking up, in memory that nobody has made yet. */
    @JCStressTest
    @Outcome(id = "0", expect = ACCEPTABLE, desc = "Not named yet.")
    @Outcome(id = "7", expect = ACCEPTABLE, desc = "Found, and complete.")
    @Outcome(expect = FORBIDDEN, desc = "Found before it was complete.")
    @State
    public static class SetVersusGet {
        private final IdTable<Thing> registry = new IdTable<>(Thing[]::new, 100);
        private final int number = registry.take();

        @Actor
        public void set() {
            registry.set(number, new Thing(7));
        }

        @Actor
        public void get(I_Result r) {
            r.r1 = content(registry, number);
        }
    }

    /** Two threads name objects in memory that nobody has made yet. */
    @JCStressTest
    @Outcome(id = "1, 2, 12", expect = ACCEPTABLE, desc = "Each has its own.")
    @Outcome(id = "2, 1, 12", expect = ACCEPTABLE, desc = "Each has its own.")
    @Outcome(expect = FORBIDDEN, desc = "One number for two, or an object lost with its chunk.")
    @State
    public static class TwoNew {
        private final IdTable<Thing> registry = new IdTable<>(Thing[]::new, 100);

        private int add(int content) {
            int number = registry.take();
            registry.set(number, new Thing(content));
            return number;
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
            r.r3 = 10 * content(registry, r.r1) + content(registry, r.r2);
        }
    }

    /** Two threads give a number back and take one. */
    @JCStressTest
    @Outcome(id = "1, 2", expect = ACCEPTABLE, desc = "One each.")
    @Outcome(id = "2, 1", expect = ACCEPTABLE, desc = "One each.")
    @Outcome(expect = FORBIDDEN, desc = "Both have the same one, or one is lost.")
    @State
    public static class FreeAndTake {
        private final IdTable<Thing> registry = new IdTable<>(Thing[]::new, 2);
        private final int first = registry.take();
        private final int second = registry.take();

        @Actor
        public void swapFirst(II_Result r) {
            registry.free(first);
            r.r1 = registry.take();
        }

        @Actor
        public void swapSecond(II_Result r) {
            registry.free(second);
            r.r2 = registry.take();
        }
    }

    /**
     * One thread takes a number while another one takes two and gives the first one back: the count beside the head keeps
     * the number that is still in use from becoming the head.
     */
    @JCStressTest
    @Outcome(id = "3", expect = ACCEPTABLE, desc = "Three takers, three numbers.")
    @Outcome(expect = FORBIDDEN, desc = "A number was given to two.")
    @State
    public static class TakeVersusTakeAndFree {
        private final IdTable<Thing> registry = new IdTable<>(Thing[]::new, 4);
        private int taken;
        private int kept;

        public TakeVersusTakeAndFree() {
            for (int i = 0; i < 3; i++) {
                registry.take();
            }
            for (int number = 3; number > 0; number--) {
                registry.free(number);
            }
        }

        @Actor
        public void take() {
            taken = registry.take();
        }

        @Actor
        public void takeTwoAndFreeOne() {
            int first = registry.take();
            kept = registry.take();
            registry.free(first);
        }

        @Arbiter
        public void after(I_Result r) {
            int third = registry.take();
            r.r1 = taken != kept && taken != third && kept != third ? 3 : 0;
        }
    }
}
