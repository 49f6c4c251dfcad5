package org.lvs4j.scheduler;

import java.util.Set;
import org.lvs4j.net.Flow;
import org.lvs4j.service.SchedulerFlag;

/**
 * {@code sh}, source hashing: the server that the client's address hashes to, so that a client stays on its server
 * while the list does not change.
 *
 * <p>The 256 buckets are assigned to the servers in turn, to each as many as its weight but at least one, until all are
 * assigned; great weights at the head of the list may leave none for the other servers. An unavailable server keeps its
 * buckets. Its clients are refused; with {@link SchedulerFlag#FALLBACK} they move to the next bucket of an available
 * server, counting from twice their bucket, as in IPVS. {@link SchedulerFlag#PORT} hashes the client's port as well.
 */
final class SourceHashing implements Scheduler {
    static final int BITS = 8;
    private static final int SIZE = 1 << BITS;

    private final int[] buckets;
    private final boolean fallback;
    private final boolean port;

    private SourceHashing(int[] buckets, boolean fallback, boolean port) {
        this.buckets = buckets;
        this.fallback = fallback;
        this.port = port;
    }

    static SourceHashing of(Servers servers, Set<SchedulerFlag> flags) {
        return of(fill(servers), flags);
    }

    private static SourceHashing of(int[] buckets, Set<SchedulerFlag> flags) {
        return new SourceHashing(buckets, flags.contains(SchedulerFlag.FALLBACK), flags.contains(SchedulerFlag.PORT));
    }

    @Override
    public int pick(Servers servers, Flow flow) {
        if (servers.size() == 0) {
            return NONE;
        }
        int hash = AddressHash.bucket(AddressHash.source(flow, port), BITS);
        int index = buckets[hash];
        if (servers.available(index)) {
            return index;
        }
        return fallback ? fallBack(servers, hash) : NONE;
    }

    private int fallBack(Servers servers, int hash) {
        for (int offset = 0; offset < SIZE; offset++) {
            int index = buckets[hash + hash + offset & SIZE - 1];
            if (servers.available(index)) {
                return index;
            }
        }
        return NONE;
    }

    @Override
    public Scheduler serverAdded(Servers servers) {
        return refilled(servers);
    }

    @Override
    public Scheduler serversAdded(Servers servers, int count) {
        return refilled(servers);
    }

    @Override
    public Scheduler serverRemoved(Servers servers, int index) {
        return refilled(servers);
    }

    @Override
    public Scheduler serverEdited(Servers servers, int index) {
        return refilled(servers);
    }

    @Override
    public Scheduler flagsChanged(Set<SchedulerFlag> flags) {
        return of(buckets, flags);
    }

    private Scheduler refilled(Servers servers) {
        return new SourceHashing(fill(servers), fallback, port);
    }

    private static int[] fill(Servers servers) {
        int[] buckets = new int[SIZE];
        int index = 0;
        int taken = 0;
        for (int bucket = 0; bucket < SIZE && servers.size() > 0; bucket++) {
            buckets[bucket] = index;
            if (++taken >= servers.weight(index)) {
                taken = 0;
                index = index + 1 < servers.size() ? index + 1 : 0;
            }
        }
        return buckets;
    }
}
