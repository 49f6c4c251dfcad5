package org.lvs4j.scheduler;

import java.util.Set;
import org.lvs4j.net.Flow;
import org.lvs4j.service.SchedulerFlag;

/**
 * {@code sh}: the server that the client's address hashes to, so that a client stays with its server as long as nothing
 * changes.
 *
 * <p>Each server in turn takes as many of the 256 buckets as it weighs, at least one, until all are taken; heavy
 * servers at the head of the list may starve the rest. An unavailable server keeps its buckets: its clients are
 * refused, or with {@link SchedulerFlag#FALLBACK} go on to the next available bucket, counting from twice the hash.
 * {@link SchedulerFlag#PORT} hashes the client's port, too.
 */
final class SourceHashing implements Scheduler {
    static final int BITS = 8;
    private static final int SIZE = 1 << BITS;

    private final int[] buckets;
    private final boolean fallback;
    private final boolean port;

    private SourceHashing(int[] buckets, Set<SchedulerFlag> flags) {
        this.buckets = buckets;
        fallback = flags.contains(SchedulerFlag.FALLBACK);
        port = flags.contains(SchedulerFlag.PORT);
    }

    private SourceHashing(int[] buckets, boolean fallback, boolean port) {
        this.buckets = buckets;
        this.fallback = fallback;
        this.port = port;
    }

    @Override
    public int pick(Servers servers, Flow flow) {
        if (servers.size() == 0) {
            return NONE;
        }
        int hash = AddressHash.bucket(AddressHash.client(flow, port), BITS);
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
    public Scheduler added(Servers now) {
        return refilled(now);
    }

    @Override
    public Scheduler removed(Servers now, int index) {
        return refilled(now);
    }

    @Override
    public Scheduler edited(Servers now, int index) {
        return refilled(now);
    }

    @Override
    public Scheduler flagged(Set<SchedulerFlag> flags) {
        return new SourceHashing(buckets, flags);
    }

    private Scheduler refilled(Servers now) {
        return new SourceHashing(fill(now), fallback, port);
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

    /** Makes {@code sh} schedulers. */
    public static final class Provider implements SchedulerProvider {
        /** For {@link java.util.ServiceLoader}. */
        public Provider() {}

        @Override
        public String name() {
            return "sh";
        }

        @Override
        public Scheduler create(Servers servers, SchedulerContext context) {
            return new SourceHashing(fill(servers), context.flags());
        }
    }
}
