package org.lvs4j.scheduler;

import org.lvs4j.net.Flow;

/**
 * {@code nq}, never queue: the first available server without an active connection, whatever its weight; if every one
 * is busy, the choice of {@code sed}.
 */
final class NeverQueue implements Scheduler {
    private NeverQueue() {}

    @Override
    public int pick(Servers servers, Flow flow) {
        return LoadTournament.least(LoadMeasure.NEVER_QUEUE, servers);
    }

    @Override
    public int peek(Servers servers, Flow flow) {
        return LoadMeasure.NEVER_QUEUE.least(servers);
    }

    @Override
    public double cost(Servers servers, int index, Flow flow) {
        return LoadMeasure.NEVER_QUEUE.cost(servers, index);
    }

    /** Makes {@code nq} schedulers. */
    public static final class Provider implements SchedulerProvider {
        /** For {@link java.util.ServiceLoader}. */
        public Provider() {}

        @Override
        public String name() {
            return "nq";
        }

        @Override
        public Scheduler create(Servers servers, SchedulerContext context) {
            return new NeverQueue();
        }
    }
}
