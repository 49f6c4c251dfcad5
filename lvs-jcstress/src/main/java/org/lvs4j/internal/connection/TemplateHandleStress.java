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
 * {@link TemplateHandle}: count and end share a word, so it either counts a connection or has ended, and its id is
 * freed once, after its last connection.
 */
public class TemplateHandleStress {
    private static final class Template extends TemplateHandle {
        private Template(IdTable<TemplateHandle> ids) {
            super(ids);
            register();
        }

        private int bind() {
            return bindConnection() ? 1 : 0;
        }

        private int finish(boolean evenIfBound) {
            return end(evenIfBound) ? 1 : 0;
        }

        @Override
        protected void expire(long nowNanos) {}
    }

    /** A connection is bound while the template ends. */
    @JCStressTest
    @Outcome(id = "1, 0, 1", expect = ACCEPTABLE, desc = "Bound first: it does not end.")
    @Outcome(id = "0, 1, 0", expect = ACCEPTABLE, desc = "Ended first: the connection is refused, and the id is free.")
    @Outcome(expect = FORBIDDEN, desc = "It has ended with a connection, or neither has succeeded.")
    @State
    public static class BindVersusEnd {
        private final IdTable<TemplateHandle> ids = new IdTable<>(TemplateHandle[]::new, 1);
        private final Template template = new Template(ids);

        @Actor
        public void bind(III_Result r) {
            r.r1 = template.bind();
        }

        @Actor
        public void end(III_Result r) {
            r.r2 = template.finish(false);
        }

        @Arbiter
        public void after(III_Result r) {
            r.r3 = template.hasConnections() && ids.get(1) == template ? 1 : ids.take() == 1 ? 0 : -1;
        }
    }

    /** The last connection is released while the template tries to end. */
    @JCStressTest
    @Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "Too early; the next attempt succeeds.")
    @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "Ended after the release.")
    @Outcome(expect = FORBIDDEN, desc = "It can never end, or has ended twice.")
    @State
    public static class ReleaseVersusEnd {
        private final Template template = new Template(new IdTable<>(TemplateHandle[]::new, 1));

        public ReleaseVersusEnd() {
            template.bindConnection();
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

    /** The last connection is released while the template is forced to end: one of the two threads frees the id. */
    @JCStressTest
    @Outcome(id = "1, 1, 0", expect = ACCEPTABLE, desc = "Ended, and the id is free, once.")
    @Outcome(expect = FORBIDDEN, desc = "The id was freed twice, or never.")
    @State
    public static class ReleaseVersusForcedEnd {
        private final IdTable<TemplateHandle> ids = new IdTable<>(TemplateHandle[]::new, 1);
        private final Template template = new Template(ids);

        public ReleaseVersusForcedEnd() {
            template.bindConnection();
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
            r.r2 = ids.take();
            r.r3 = ids.take();
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

    /** Two connections are bound. */
    @JCStressTest
    @Outcome(id = "1", expect = ACCEPTABLE, desc = "Both are counted: it ends after both are released.")
    @Outcome(expect = FORBIDDEN, desc = "A count is lost.")
    @State
    public static class TwoBinds {
        private final Template template = new Template(new IdTable<>(TemplateHandle[]::new, 1));

        @Actor
        public void bindFirst() {
            template.bindConnection();
        }

        @Actor
        public void bindSecond() {
            template.bindConnection();
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
