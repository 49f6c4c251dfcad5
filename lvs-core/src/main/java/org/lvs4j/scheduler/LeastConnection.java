package org.lvs4j.scheduler;

import org.lvs4j.net.Flow;

/**
 * {@code lc}: the available server with the fewest connections, where an active one weighs as much as 256
 * inactive ones. The weight does not matter otherwise. Ties go to the newest server.
 */
final class LeastConnection implements Scheduler {
    private static final LeastConnection INSTANCE = new LeastConnection();

    private LeastConnection() {}

    @Override
    public int pick(Servers servers, Flow flow) {
        int best = NONE;
        long least = Long.MAX_VALUE;
        for (int i = 0, size = servers.size(); i < size; i++) {
            if (servers.available(i)) {
                long load = overhead(servers, i);
                if (load < least) {
                    least = load;
                    best = i;
                }
            }
        }
        return best;
    }

    @Override
    public double cost(Servers servers, int index, Flow flow) {
        return overhead(servers, index);
    }

    /** The load of a server in inactive connections: {@code 256 * active + inactive}. */
    static long overhead(Servers servers, int index) {
        return ((long) servers.active(index) << 8) + servers.inactive(index);
    }

    /** Makes {@code lc} schedulers. */
    public static final class Provider implements SchedulerProvider {
        /** For {@link java.util.ServiceLoader}. */
        public Provider() {}

        @Override
        public String name() {
            return "lc";
        }

        @Override
        public Scheduler create(Servers servers, SchedulerContext context) {
            return INSTANCE;
        }
    }
}
