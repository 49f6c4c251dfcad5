package org.lvs4j.scheduler;

import org.lvs4j.net.Flow;

/**
 * {@code ovf}, weighted overflow: the heaviest available server that has no more active connections than it weighs, so
 * that each fills up to its weight plus one before the next gets any. Ties go to the newest server. Datagrams are never
 * active, so a UDP service never overflows.
 */
final class Overflow implements Scheduler {
    private static final Overflow INSTANCE = new Overflow();

    private Overflow() {}

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

    /** Makes {@code ovf} schedulers. */
    public static final class Provider implements SchedulerProvider {
        /** For {@link java.util.ServiceLoader}. */
        public Provider() {}

        @Override
        public String name() {
            return "ovf";
        }

        @Override
        public Scheduler create(Servers servers, SchedulerContext context) {
            return INSTANCE;
        }
    }
}
