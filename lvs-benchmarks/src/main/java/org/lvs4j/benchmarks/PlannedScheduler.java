package org.lvs4j.benchmarks;

import org.lvs4j.net.Flow;
import org.lvs4j.scheduler.Scheduler;
import org.lvs4j.scheduler.SchedulerContext;
import org.lvs4j.scheduler.SchedulerProvider;
import org.lvs4j.scheduler.Servers;

/**
 * Takes the server whose index is the client's port. It prepares a service: connections go where the plan wants them,
 * and what the director shows to its schedulers becomes known to whoever opened the last one.
 */
final class PlannedScheduler implements Scheduler {
    static final String NAME = "planned";

    private static final ThreadLocal<Sight> LAST = new ThreadLocal<>();

    private final SchedulerContext context;

    private PlannedScheduler(SchedulerContext context) {
        this.context = context;
    }

    /** What a director shows to a scheduler. */
    record Sight(Servers servers, SchedulerContext context) {}

    /** What was shown for the last connection that this thread opened, once. */
    static Sight takeSight() {
        Sight sight = LAST.get();
        LAST.remove();
        if (sight == null) {
            throw new IllegalStateException("no connection went through the scheduler '" + NAME + "' in this thread");
        }
        return sight;
    }

    @Override
    public int pick(Servers servers, Flow flow) {
        LAST.set(new Sight(servers, context));
        return flow.sourcePort() < servers.size() ? flow.sourcePort() : NONE;
    }

    /** Makes it known to directors of the benchmarks. */
    public static final class Provider implements SchedulerProvider {
        /** For {@link java.util.ServiceLoader}. */
        public Provider() {}

        @Override
        public String name() {
            return NAME;
        }

        @Override
        public Scheduler create(Servers servers, SchedulerContext context) {
            return new PlannedScheduler(context);
        }
    }
}
