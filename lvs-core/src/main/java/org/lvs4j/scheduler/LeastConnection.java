package org.lvs4j.scheduler;

import org.lvs4j.net.Flow;

/**
 * {@code lc}, least-connection: the available server with the fewest connections, where an active connection counts as
 * much as 256 inactive ones. Weights above 0 are ignored. Ties go to the newest server.
 */
final class LeastConnection implements Scheduler {
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
}
