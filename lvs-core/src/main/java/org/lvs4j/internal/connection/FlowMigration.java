package org.lvs4j.internal.connection;

/**
 * Moves the connections of the old generation into the current one, a few buckets at a time.
 *
 * <h2>One connection</h2>
 *
 * The mover claims a slot of the current generation and fills it with a copy. Then one compare-and-set replaces
 * the original's meta word, whose value the copy has, by the copy's slot and version. From then on the copy is the
 * connection, and any thread that reads the original, mover or not, publishes the copy. If a packet has changed
 * the original meanwhile, the mover updates the copy and tries again. If the original has ended, the mover
 * abandons the copy.
 *
 * <h2>A range of buckets</h2>
 *
 * Before a bucket is migrated, every home bucket from which a connection could be displaced into it is frozen,
 * so no new connection appears in it. Migrating a bucket twice is harmless, so a thread that cannot wait
 * migrates everything itself.
 */
final class FlowMigration {
    private static final int BATCH = 16;

    private FlowMigration() {}

    /** Migrates the next few buckets. Returns whether all buckets are migrated now. */
    static boolean step(FlowGeneration from, FlowGeneration to, FlowLookup scratch) {
        if (from.nextToMigrate.get() >= from.buckets) {
            return false;
        }
        int start = from.nextToMigrate.getAndAdd(BATCH);
        if (start >= from.buckets) {
            return false;
        }
        int end = Math.min(start + BATCH, from.buckets);
        migrate(from, to, start, end, scratch);
        // Volatile: the thread that completes the number happens after all the others, and then retires the generation.
        return from.migrated.addAndGet(end - start) == from.buckets;
    }

    /** Migrates all buckets, including those that other threads have taken. */
    static void finish(FlowGeneration from, FlowGeneration to, FlowLookup scratch) {
        migrate(from, to, 0, from.buckets, scratch);
    }

    private static void migrate(FlowGeneration from, FlowGeneration to, int start, int end, FlowLookup scratch) {
        for (int home = Math.max(0, start - FlowGeneration.WINDOW + 1); home < Math.min(end, from.homes); home++) {
            from.freeze(home);
        }
        int last = FlowMemory.firstSlot(end);
        for (int slot = FlowMemory.firstSlot(start); slot < last; slot = from.slotAfter(slot)) {
            if (!from.isUnallocated(slot)) {
                move(from, to, slot, scratch);
            }
        }
    }

    private static void move(FlowGeneration from, FlowGeneration to, int slot, FlowLookup scratch) {
        while (true) {
            long meta = from.metaVolatile(slot);
            if (FlowRecord.status(meta) == FlowRecord.MOVED) {
                // Its mover may be delayed, and after the migration no search reads the original and
                // completes the move.
                if (!FlowRecord.has(meta, FlowRecord.ARRIVED)) {
                    to.publish(FlowRecord.movedTo(meta), FlowRecord.version(meta));
                }
                return;
            }
            if (FlowRecord.status(meta) != FlowRecord.LIVE) {
                return;
            }
            from.readKey(slot, scratch);
            int templateId = FlowRecord.templateId(from.wordAcquire(slot, FlowRecord.LINKS));
            if (from.metaVolatile(slot) != meta) {
                continue;
            }
            from.table.hash(scratch);
            int copy = to.claim(scratch, templateId, meta);
            if (copy < 0) {
                if (from.table.drop(from, slot, meta)) {
                    return;
                }
                continue;
            }
            int version = FlowRecord.version(to.metaVolatile(copy));
            // Computed now: scheduling may expire other connections, which uses the same scratch lookup.
            int home = to.home(scratch.hash);
            // Before the copy becomes the connection, so that its expiry does not depend on this thread; and once more
            // at the end.
            to.schedule(copy, FlowRecord.deadline(meta));
            long original = meta;
            while (!from.compareAndSetMeta(slot, original, FlowRecord.moved(copy, version))) {
                long now = from.metaVolatile(slot);
                if (FlowRecord.status(now) != FlowRecord.LIVE || FlowRecord.version(now) != FlowRecord.version(meta)) {
                    original = 0;
                    break;
                }
                original = now;
                to.setMetaVolatile(copy, FlowRecord.with(now, FlowRecord.CLAIMED, version));
            }
            if (original == 0) {
                to.abandon(home, copy);
                return;
            }
            to.publish(copy, version);
            // The move is complete. Without the flag, slot and version could match another claim after 65,535 reuses of
            // the copy's slot.
            from.compareAndSetMeta(
                    slot, FlowRecord.moved(copy, version), FlowRecord.moved(copy, version) | FlowRecord.ARRIVED);
            // A tick may have inspected the copy before it was live. If the slot has been reused since, one inspection
            // more is harmless.
            to.schedule(copy, FlowRecord.deadline(original));
            return;
        }
    }
}
