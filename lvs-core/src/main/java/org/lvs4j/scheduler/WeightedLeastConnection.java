package org.lvs4j.scheduler;

import org.lvs4j.net.Flow;

/**
 * {@code wlc}: the available server with the least load for its weight, where an active connection weighs as much as
 * 256 inactive ones. Ties go to the newest server.
 */
final class WeightedLeastConnection implements Scheduler {
    private WeightedLeastConnection() {}

    @Override
    public int pick(Servers servers, Flow flow) {
        return LoadTournament.least(LoadMeasure.WEIGHTED_LEAST_CONNECTION, servers);
    }

    @Override
    public int peek(Servers servers, Flow flow) {
        return LoadMeasure.WEIGHTED_LEAST_CONNECTION.least(servers);
    }

    @Override
    public double cost(Servers servers, int index, Flow flow) {
        return LoadMeasure.WEIGHTED_LEAST_CONNECTION.cost(servers, index);
    }

    /** Makes {@code wlc} schedulers. */
    public static final class Provider implements SchedulerProvider {
        /** For {@link java.util.ServiceLoader}. */
        public Provider() {}

        @Override
        public String name() {
            return "wlc";
        }

        @Override
        public Scheduler create(Servers servers, SchedulerContext context) {
            return new WeightedLeastConnection();
        }
    }
}
