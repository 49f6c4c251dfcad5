package org.lvs4j.internal.concurrent;

import java.lang.ref.PhantomReference;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import org.jspecify.annotations.Nullable;

/**
 * Leases of counter stripes. A stripe belongs to one holder at a time, so an addition in it need not be atomic, and
 * threads do not contend for a cache line with every packet.
 *
 * <p>Assumptions: one thread at a time counts for a holder, and the holder is reachable until it has counted, which the
 * caller ensures by {@link Reference#reachabilityFence}. Guarantees: while a holder is reachable, no other holder has
 * its stripe. When the collector has found the holder unreachable, the stripe is free again; the counts remain.
 * Progress: {@link #take} blocks, and is called once per holder.
 */
public final class Stripes {
    /** In place of a stripe: the caller has none, and adds atomically to the shared counters. */
    public static final int SHARED = -1;

    /** The number of stripes. Each stripe in use costs a cell of memory in each {@code Counters} in which it counts. */
    public static final int COUNT = 16;

    private final ReferenceQueue<Object> collected = new ReferenceQueue<>();
    private final @Nullable Lease[] leases = new Lease[COUNT];

    private static final class Lease extends PhantomReference<Object> {
        private final int stripe;

        Lease(Object holder, ReferenceQueue<Object> collected, int stripe) {
            super(holder, collected);
            this.stripe = stripe;
        }
    }

    /** All stripes are free. */
    public Stripes() {}

    /** Leases the lowest free stripe for as long as the holder is reachable; {@link #SHARED} if all are in use. */
    public synchronized int take(Object holder) {
        for (Reference<?> lease = collected.poll(); lease != null; lease = collected.poll()) {
            leases[((Lease) lease).stripe] = null;
        }
        for (int stripe = 0; stripe < COUNT; stripe++) {
            if (leases[stripe] == null) {
                leases[stripe] = new Lease(holder, collected, stripe);
                return stripe;
            }
        }
        return SHARED;
    }

    /** For tests: ends a lease as if the collector had found its holder unreachable. */
    public synchronized void endLease(int stripe) {
        Lease lease = leases[stripe];
        if (lease != null) {
            lease.enqueue();
        }
    }
}
