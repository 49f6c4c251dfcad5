package org.lvs4j.scheduler;

import org.lvs4j.net.Flow;

/**
 * {@code nq}, never queue: the first available server without an active connection, regardless of its weight; if there
 * is none, the choice of {@code sed}.
 */
final class NeverQueue implements Scheduler {
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
}
