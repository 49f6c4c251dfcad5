package org.lvs4j.benchmarks;

import org.lvs4j.net.Flow;
import org.lvs4j.scheduler.Scheduler;
import org.lvs4j.scheduler.SchedulerContext;
import org.lvs4j.scheduler.SchedulerProvider;
import org.lvs4j.scheduler.Servers;

/**
 * Picks the server whose index is the client's port, so that a fixture can place each connection. It also records the
 * list and the context that the director passes to its schedulers.
 */
final class PlannedScheduler implements Scheduler {
    static final String NAME = "planned";

    private static final ThreadLocal<View> LAST = new ThreadLocal<>();

    private final SchedulerContext context;

    private PlannedScheduler(SchedulerContext context) {
        this.context = context;
    }

    /** What a director passes to a scheduler. */
    record View(Servers servers, SchedulerContext context) {}

    /**
     * Returns what the director passed for the last connection that this thread opened, and forgets it.
     *
     * @throws IllegalStateException if this thread has opened none since the last call
     */
    static View takeView() {
        View view = LAST.get();
        LAST.remove();
        if (view == null) {
            throw new IllegalStateException(
                    "this thread has opened no connection through the scheduler '" + NAME + "'");
        }
        return view;
    }

    @Override
    public int pick(Servers servers, Flow flow) {
        LAST.set(new View(servers, context));
        return flow.sourcePort() < servers.size() ? flow.sourcePort() : NONE;
    }

    /** Registers the scheduler with the directors of the benchmarks. */
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
