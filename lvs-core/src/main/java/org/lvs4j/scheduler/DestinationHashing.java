package org.lvs4j.scheduler;

import org.lvs4j.net.Flow;

/**
 * {@code dh}: the server that the destination address hashes to, for caches in front of many destinations.
 *
 * <p>The servers take the 256 buckets in turn, whatever their weights. The table is filled anew when a server comes or
 * goes, not when one is edited. An unavailable server keeps its buckets, and what hashes there is refused.
 */
final class DestinationHashing implements Scheduler {
    static final int BITS = 8;
    private static final int SIZE = 1 << BITS;

    private final int[] buckets;

    private DestinationHashing(Servers servers) {
        buckets = new int[SIZE];
        for (int bucket = 0; bucket < SIZE && servers.size() > 0; bucket++) {
            buckets[bucket] = bucket % servers.size();
        }
    }

    @Override
    public int pick(Servers servers, Flow flow) {
        if (servers.size() == 0) {
            return NONE;
        }
        int index = buckets[AddressHash.bucket(AddressHash.virtual(flow), BITS)];
        return servers.available(index) ? index : NONE;
    }

    @Override
    public Scheduler added(Servers now) {
        return new DestinationHashing(now);
    }

    @Override
    public Scheduler removed(Servers now, int index) {
        return new DestinationHashing(now);
    }

    /** Makes {@code dh} schedulers. */
    public static final class Provider implements SchedulerProvider {
        /** For {@link java.util.ServiceLoader}. */
        public Provider() {}

        @Override
        public String name() {
            return "dh";
        }

        @Override
        public Scheduler create(Servers servers, SchedulerContext context) {
            return new DestinationHashing(servers);
        }
    }
}
