package org.lvs4j.scheduler;

import org.lvs4j.net.Flow;

/**
 * {@code ovf}, weighted overflow: the available server with the greatest weight among those with no more active
 * connections than their weight. Each server therefore fills up to its weight plus 1 before the next one gets any. Ties
 * go to the newest server. UDP is never active, so a UDP service never overflows.
 */
final class Overflow implements Scheduler {
    @Override
    public int pick(Servers servers, Flow flow) {
        int best = NONE;
        int bestWeight = 0;
        for (int i = 0, size = servers.size(); i < size; i++) {
            int weight = servers.weight(i);
            if (weight > bestWeight && servers.active(i) <= weight && !servers.overloaded(i)) {
                best = i;
                bestWeight = weight;
            }
        }
        return best;
    }

    @Override
    public double cost(Servers servers, int index, Flow flow) {
        int weight = servers.weight(index);
        return servers.active(index) > weight ? Double.POSITIVE_INFINITY : -weight;
    }
}
