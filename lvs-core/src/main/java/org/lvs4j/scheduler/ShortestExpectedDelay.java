package org.lvs4j.scheduler;

import org.lvs4j.net.Flow;

/**
 * {@code sed}, shortest expected delay: the available server with the least {@code (active + 1) / weight}, which
 * includes the connection being scheduled. Inactive connections are ignored. Ties go to the newest server.
 */
final class ShortestExpectedDelay implements Scheduler {
    @Override
    public int pick(Servers servers, Flow flow) {
        return LoadTournament.least(LoadMeasure.SHORTEST_EXPECTED_DELAY, servers);
    }

    @Override
    public int peek(Servers servers, Flow flow) {
        return LoadMeasure.SHORTEST_EXPECTED_DELAY.least(servers);
    }

    @Override
    public double cost(Servers servers, int index, Flow flow) {
        return LoadMeasure.SHORTEST_EXPECTED_DELAY.cost(servers, index);
    }
}
