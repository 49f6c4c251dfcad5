package org.lvs4j.internal.concurrent;

import java.lang.ref.PhantomReference;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import org.jspecify.annotations.Nullable;

/**
 * Stripes in which to count: each belongs to one holder at a time, so that adding in it need not be atomic, and threads do not
 * take a line of memory away from each other with every packet.
 *
 * <p>Assumptions: one thread at a time counts for a holder, which stays reachable until that is done; a caller makes sure by
 * {@link Reference#reachabilityFence}. Guarantees: while a holder is reachable its stripe is nobody else's. A stripe is
 * handed on when the collector has found the holder gone; what was counted there stays. Progress: taking a stripe takes a lock;
 * who has one never comes here again.
 */
public final class Stripes {
    /** Not a stripe: who has none adds atomically to what all such threads share. */
    public static final int SHARED = -1;

    /** How many there are. Each costs the memory of its counters at each server that is counted for in it. */
    public static final int COUNT = 16;

    private final ReferenceQueue<Object> gone = new ReferenceQueue<>();
    private final @Nullable Lease[] leases = new Lease[COUNT];

    private static final class Lease extends PhantomReference<Object> {
        private final int stripe;

        Lease(Object holder, ReferenceQueue<Object> gone, int stripe) {
            super(holder, gone);
            this.stripe = stripe;
        }
    }

    /** All stripes free. */
    public Stripes() {}

    /** The lowest free stripe, for as long as the holder is reachable; {@link #SHARED} if there is none. */
    public synchronized int take(Object holder) {
        for (Reference<?> lease = gone.poll(); lease != null; lease = gone.poll()) {
            leases[((Lease) lease).stripe] = null;
        }
        for (int stripe = 0; stripe < COUNT; stripe++) {
            if (leases[stripe] == null) {
                leases[stripe] = new Lease(holder, gone, stripe);
                return stripe;
            }
        }
        return SHARED;
    }

    /** For tests: as if the collector had found the holder of a stripe gone. */
    public synchronized void giveBack(int stripe) {
        Lease lease = leases[stripe];
        if (lease != null) {
            lease.enqueue();
        }
    }
}
