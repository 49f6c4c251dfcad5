package org.lvs4j.scheduler;

import org.lvs4j.net.Flow;

/** {@code fo}, weighted failover: the heaviest available server gets everything. Ties go to the newest server. */
final class Failover implements Scheduler {
    private static final Failover INSTANCE = new Failover();

    private Failover() {}

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

    /** Makes {@code fo} schedulers. */
    public static final class Provider implements SchedulerProvider {
        /** For {@link java.util.ServiceLoader}. */
        public Provider() {}

        @Override
        public String name() {
            return "fo";
        }

        @Override
        public Scheduler create(Servers servers, SchedulerContext context) {
            return INSTANCE;
        }
    }
}
