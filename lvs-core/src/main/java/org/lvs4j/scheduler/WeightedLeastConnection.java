package org.lvs4j.scheduler;

import org.lvs4j.net.Flow;

/**
 * {@code wlc}: the available server with the least load for its weight, where an active connection weighs as much as
 * 256 inactive ones. Ties go to the newest server. Loads are compared as cross products, never divided.
 */
final class WeightedLeastConnection implements Scheduler {
    private static final WeightedLeastConnection INSTANCE = new WeightedLeastConnection();

    private WeightedLeastConnection() {}

    @Override
    public int pick(Servers servers, Flow flow) {
        return leastLoaded(servers);
    }

    @Override
    public double cost(Servers servers, int index, Flow flow) {
        return (double) LeastConnection.overhead(servers, index) / servers.weight(index);
    }

    /** The first available server with the least load for its weight. */
    static int leastLoaded(Servers servers) {
        int best = NONE;
        long bestLoad = 0;
        long bestWeight = 0;
        for (int i = 0, size = servers.size(); i < size; i++) {
            if (servers.available(i)) {
                long load = LeastConnection.overhead(servers, i);
                long weight = servers.weight(i);
                if (best == NONE || bestLoad * weight > load * bestWeight) {
                    best = i;
                    bestLoad = load;
                    bestWeight = weight;
                }
            }
        }
        return best;
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
            return INSTANCE;
        }
    }
}
