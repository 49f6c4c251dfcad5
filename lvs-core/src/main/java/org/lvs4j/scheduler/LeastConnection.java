package org.lvs4j.scheduler;

import org.lvs4j.net.Flow;

/**
 * {@code lc}: the available server with the fewest connections, where an active one weighs as much as 256
 * inactive ones. The weight does not matter otherwise. Ties go to the newest server.
 */
final class LeastConnection implements Scheduler {
    private LeastConnection() {}

    @Override
    public int pick(Servers servers, Flow flow) {
        return LoadTournament.least(LoadMeasure.LEAST_CONNECTION, servers);
    }

    @Override
    public int peek(Servers servers, Flow flow) {
        return LoadMeasure.LEAST_CONNECTION.least(servers);
    }

    @Override
    public double cost(Servers servers, int index, Flow flow) {
        return LoadMeasure.LEAST_CONNECTION.cost(servers, index);
    }

    /** Makes {@code lc} schedulers. */
    public static final class Provider implements SchedulerProvider {
        /** For {@link java.util.ServiceLoader}. */
        public Provider() {}

        @Override
        public String name() {
            return "lc";
        }

        @Override
        public Scheduler create(Servers servers, SchedulerContext context) {
            return new LeastConnection();
        }
    }
}
