package org.lvs4j.stats;

import java.lang.ref.PhantomReference;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import org.jspecify.annotations.Nullable;

/**
 * Lanes in which to count: each belongs to one holder at a time, so that adding in it need not be atomic, and threads do not
 * take a line of memory away from each other with every packet.
 *
 * <p>Assumptions: one thread at a time counts for a holder, which stays reachable until that is done; a caller makes sure by
 * {@link Reference#reachabilityFence}. Guarantees: while a holder is reachable its lane is nobody else's. A lane is
 * handed on when the collector has found the holder gone; what was counted there stays. Progress: taking a lane takes a lock;
 * who has one never comes here again.
 */
public final class Lanes {
    /** Not a lane: who has none adds atomically to what all such threads share. */
    public static final int SHARED = -1;

    /** How many there are. Each costs the memory of its counters at each server that is counted for in it. */
    static final int COUNT = 16;

    private final ReferenceQueue<Object> gone = new ReferenceQueue<>();
    private final @Nullable Lease[] leases = new Lease[COUNT];

    private static final class Lease extends PhantomReference<Object> {
        private final int lane;

        Lease(Object holder, ReferenceQueue<Object> gone, int lane) {
            super(holder, gone);
            this.lane = lane;
        }
    }

    /** All lanes free. */
    public Lanes() {}

    /** The lowest free lane, for as long as the holder is reachable; {@link #SHARED} if there is none. */
    public synchronized int take(Object holder) {
        for (Reference<?> lease = gone.poll(); lease != null; lease = gone.poll()) {
            leases[((Lease) lease).lane] = null;
        }
        for (int lane = 0; lane < COUNT; lane++) {
            if (leases[lane] == null) {
                leases[lane] = new Lease(holder, gone, lane);
                return lane;
            }
        }
        return SHARED;
    }

    /** For tests: as if the collector had found the holder of a lane gone. */
    synchronized void giveBack(int lane) {
        Lease lease = leases[lane];
        if (lease != null) {
            lease.enqueue();
        }
    }
}
