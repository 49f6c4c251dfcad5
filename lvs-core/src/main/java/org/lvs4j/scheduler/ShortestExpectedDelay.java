package org.lvs4j.scheduler;

import org.lvs4j.net.Flow;

/**
 * {@code sed}, shortest expected delay: the available server with the least {@code (active + 1) / weight}, counting the
 * connection to come. Inactive connections count for nothing. Ties go to the newest server.
 */
final class ShortestExpectedDelay implements Scheduler {
    private static final ShortestExpectedDelay INSTANCE = new ShortestExpectedDelay();

    private ShortestExpectedDelay() {}

    @Override
    public int pick(Servers servers, Flow flow) {
        return soonest(servers);
    }

    @Override
    public double cost(Servers servers, int index, Flow flow) {
        return (double) delay(servers, index) / servers.weight(index);
    }

    /** The first available server with the shortest expected delay. */
    static int soonest(Servers servers) {
        int best = NONE;
        long bestDelay = 0;
        long bestWeight = 0;
        for (int i = 0, size = servers.size(); i < size; i++) {
            if (servers.available(i)) {
                long delay = delay(servers, i);
                long weight = servers.weight(i);
                if (best == NONE || bestDelay * weight > delay * bestWeight) {
                    best = i;
                    bestDelay = delay;
                    bestWeight = weight;
                }
            }
        }
        return best;
    }

    private static long delay(Servers servers, int index) {
        return servers.active(index) + 1L;
    }

    /** Makes {@code sed} schedulers. */
    public static final class Provider implements SchedulerProvider {
        /** For {@link java.util.ServiceLoader}. */
        public Provider() {}

        @Override
        public String name() {
            return "sed";
        }

        @Override
        public Scheduler create(Servers servers, SchedulerContext context) {
            return INSTANCE;
        }
    }
}
