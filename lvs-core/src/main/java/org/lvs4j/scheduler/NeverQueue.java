package org.lvs4j.scheduler;

import org.lvs4j.net.Flow;

/**
 * {@code nq}, never queue: the first available server without an active connection, whatever its weight; if every one
 * is busy, the choice of {@code sed}.
 */
final class NeverQueue implements Scheduler {
    private static final NeverQueue INSTANCE = new NeverQueue();

    private NeverQueue() {}

    @Override
    public int pick(Servers servers, Flow flow) {
        for (int i = 0, size = servers.size(); i < size; i++) {
            if (servers.available(i) && servers.active(i) == 0) {
                return i;
            }
        }
        return ShortestExpectedDelay.soonest(servers);
    }

    @Override
    public double cost(Servers servers, int index, Flow flow) {
        int active = servers.active(index);
        return active == 0 ? 0 : (active + 1.0) / servers.weight(index);
    }

    /** Makes {@code nq} schedulers. */
    public static final class Provider implements SchedulerProvider {
        /** For {@link java.util.ServiceLoader}. */
        public Provider() {}

        @Override
        public String name() {
            return "nq";
        }

        @Override
        public Scheduler create(Servers servers, SchedulerContext context) {
            return INSTANCE;
        }
    }
}
