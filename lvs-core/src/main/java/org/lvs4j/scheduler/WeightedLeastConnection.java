package org.lvs4j.scheduler;

import org.lvs4j.net.Flow;

/**
 * {@code wlc}, weighted least-connection: the available server with the least load divided by its weight, where an
 * active connection counts as much as 256 inactive ones. Ties go to the newest server.
 */
final class WeightedLeastConnection implements Scheduler {
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
}
