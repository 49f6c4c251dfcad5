package org.lvs4j.internal.connection;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.lvs4j.internal.concurrent.IdTable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.I_Result;

/**
 * The count of a {@link TemplateHandle} and its end share a word: it counts one more or it has ended, and its number is given back
 * once, by the last one who needs it.
 */
public class TemplateHandleStress {
    private static final class Template extends TemplateHandle {
        private Template(IdTable<TemplateHandle> registry) {
            super(registry);
            enlist();
        }

        private int count() {
            return control() ? 1 : 0;
        }

        private int finish(boolean regardless) {
            return end(regardless) ? 1 : 0;
        }

        @Override
        protected void timeIsUp(long nowNanos) {}
    }

    /** A connection comes while the template ends. */
    @JCStressTest
    @Outcome(id = "1, 0, 1", expect = ACCEPTABLE, desc = "Counted first: it does not end.")
    @Outcome(id = "0, 1, 0", expect = ACCEPTABLE, desc = "Ended first: it counts no more, and its number is free.")
    @Outcome(expect = FORBIDDEN, desc = "It has ended under a connection, or does neither.")
    @State
    public static class ControlVersusEnd {
        private final IdTable<TemplateHandle> registry = new IdTable<>(TemplateHandle[]::new, 1);
        private final Template template = new Template(registry);

        @Actor
        public void control(III_Result r) {
            r.r1 = template.count();
        }

        @Actor
        public void end(III_Result r) {
            r.r2 = template.finish(false);
        }

        @Arbiter
        public void after(III_Result r) {
            r.r3 = template.controls() && registry.get(1) == template ? 1 : registry.take() == 1 ? 0 : -1;
        }
    }

    /** The last connection goes while the template ends if it can. */
    @JCStressTest
    @Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "Too early to end; the next try succeeds.")
    @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "Ended after the connection.")
    @Outcome(expect = FORBIDDEN, desc = "It can never end, or has ended twice.")
    @State
    public static class UncontrolVersusEnd {
        private final Template template = new Template(new IdTable<>(TemplateHandle[]::new, 1));

        public UncontrolVersusEnd() {
            template.control();
        }

        @Actor
        public void releaseConnection() {
            template.releaseConnection();
        }

        @Actor
        public void end(II_Result r) {
            r.r1 = template.finish(false);
        }

        @Arbiter
        public void after(II_Result r) {
            r.r2 = template.finish(false);
        }
    }

    /** The last connection goes while the template has to end: one of the two gives the number back. */
    @JCStressTest
    @Outcome(id = "1, 1, 0", expect = ACCEPTABLE, desc = "Ended, and the number is free, once.")
    @Outcome(expect = FORBIDDEN, desc = "The number was given back twice, or never.")
    @State
    public static class UncontrolVersusEndRegardless {
        private final IdTable<TemplateHandle> registry = new IdTable<>(TemplateHandle[]::new, 1);
        private final Template template = new Template(registry);

        public UncontrolVersusEndRegardless() {
            template.control();
        }

        @Actor
        public void releaseConnection() {
            template.releaseConnection();
        }

        @Actor
        public void end(III_Result r) {
            r.r1 = template.finish(true);
        }

        @Arbiter
        public void after(III_Result r) {
            r.r2 = registry.take();
            r.r3 = registry.take();
        }
    }

    /** Two threads end a template. */
    @JCStressTest
    @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "The first one has ended it.")
    @Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "The second one has ended it.")
    @Outcome(expect = FORBIDDEN, desc = "It has ended twice, or not at all.")
    @State
    public static class TwoEnds {
        private final Template template = new Template(new IdTable<>(TemplateHandle[]::new, 1));

        @Actor
        public void endFirst(II_Result r) {
            r.r1 = template.finish(false);
        }

        @Actor
        public void endSecond(II_Result r) {
            r.r2 = template.finish(true);
        }
    }

    /** Two connections come. */
    @JCStressTest
    @Outcome(id = "1", expect = ACCEPTABLE, desc = "Both are counted: it ends after both have gone.")
    @Outcome(expect = FORBIDDEN, desc = "A count is lost.")
    @State
    public static class TwoControls {
        private final Template template = new Template(new IdTable<>(TemplateHandle[]::new, 1));

        @Actor
        public void controlFirst() {
            template.control();
        }

        @Actor
        public void controlSecond() {
            template.control();
        }

        @Arbiter
        public void after(I_Result r) {
            template.releaseConnection();
            int early = template.finish(false);
            template.releaseConnection();
            r.r1 = 10 * early + template.finish(false);
        }
    }
}
