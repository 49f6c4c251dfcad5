package org.lvs4j.scheduler;

import org.lvs4j.net.Flow;

/**
 * {@code dh}, destination hashing: the server that the destination address hashes to, for caches in front
 * of many destinations.
 *
 * <p>The 256 buckets are assigned to the servers in turn, regardless of their weights. The table is rebuilt when a
 * server is added or removed, but not when one is edited. An unavailable server keeps its buckets, and connections that
 * hash to them are refused.
 */
final class DestinationHashing implements Scheduler {
    static final int BITS = 8;
    private static final int SIZE = 1 << BITS;

    private final int[] buckets;

    DestinationHashing(Servers servers) {
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
        int index = buckets[AddressHash.bucket(AddressHash.destination(flow), BITS)];
        return servers.available(index) ? index : NONE;
    }

    @Override
    public Scheduler serverAdded(Servers servers) {
        return new DestinationHashing(servers);
    }

    @Override
    public Scheduler serversAdded(Servers servers, int count) {
        return new DestinationHashing(servers);
    }

    @Override
    public Scheduler serverRemoved(Servers servers, int index) {
        return new DestinationHashing(servers);
    }
}
