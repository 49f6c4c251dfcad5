package org.lvs4j.scheduler;

import org.lvs4j.net.Flow;

/**
 * {@code fo}, weighted failover: the available server with the greatest weight gets every connection. Ties go to the
 * newest server.
 */
final class Failover implements Scheduler {
    @Override
    public int pick(Servers servers, Flow flow) {
        int best = NONE;
        int bestWeight = 0;
        for (int i = 0, size = servers.size(); i < size; i++) {
            int weight = servers.weight(i);
            if (weight > bestWeight && !servers.overloaded(i)) {
                best = i;
                bestWeight = weight;
            }
        }
        return best;
    }

    @Override
    public double cost(Servers servers, int index, Flow flow) {
        return -servers.weight(index);
    }
}
