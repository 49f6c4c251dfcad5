package org.lvs4j.internal.connection;

/**
 * Moves the connections of an older area into the newer one, a few lines at a time.
 *
 * <h2>One connection</h2>
 *
 * A slot of the newer area is claimed and filled with a copy. Then one compare-and-set replaces the original's meta word, from
 * exactly what the copy says to the copy's place and version: from then on the copy is the connection, and whoever comes
 * by, mover or reader, makes it known. If a packet has changed the original meanwhile, the copy is brought up to date and the
 * mover tries again; if it has ended, the copy is given up.
 *
 * <h2>The whole</h2>
 *
 * Before a line is swept, every home from which a connection could come to lie in it is frozen, so that nothing new appears
 * in it. Sweeping twice does no harm: a thread in need sweeps everything itself and waits for nobody.
 */
final class FlowMigration {
    private static final int BATCH = 16;

    private FlowMigration() {}

    /** Sweeps a few lines. Returns whether that was the end of it. */
    static boolean step(FlowGeneration from, FlowGeneration to, FlowLookup scratch) {
        if (from.sweep.get() >= from.lines) {
            return false;
        }
        int start = from.sweep.getAndAdd(BATCH);
        if (start >= from.lines) {
            return false;
        }
        int end = Math.min(start + BATCH, from.lines);
        sweep(from, to, start, end, scratch);
        return from.swept.addAndGet(end - start) == from.lines;
    }

    /** Sweeps everything, whoever else may be at it. */
    static void finish(FlowGeneration from, FlowGeneration to, FlowLookup scratch) {
        sweep(from, to, 0, from.lines, scratch);
    }

    private static void sweep(FlowGeneration from, FlowGeneration to, int start, int end, FlowLookup scratch) {
        for (int home = Math.max(0, start - FlowGeneration.WINDOW + 1); home < Math.min(end, from.homes); home++) {
            from.freeze(home);
        }
        int last = FlowMemory.firstSlot(end);
        for (int slot = FlowMemory.firstSlot(start); slot < last; slot = from.after(slot)) {
            if (!from.untouched(slot)) {
                move(from, to, slot, scratch);
            }
        }
    }

    private static void move(FlowGeneration from, FlowGeneration to, int slot, FlowLookup scratch) {
        while (true) {
            long meta = from.meta(slot);
            if (FlowRecord.status(meta) == FlowRecord.MOVED) {
                // Its mover may be held up; after the sweep nobody comes by any more to help.
                if (!FlowRecord.has(meta, FlowRecord.ARRIVED)) {
                    to.promote(FlowRecord.target(meta), FlowRecord.version(meta));
                }
                return;
            }
            if (FlowRecord.status(meta) != FlowRecord.LIVE) {
                return;
            }
            from.read(slot, scratch);
            int controller = FlowRecord.controller(from.word(slot, FlowRecord.LINKS));
            if (from.meta(slot) != meta) {
                continue;
            }
            from.table.hash(scratch);
            int copy = to.claim(scratch, controller, meta);
            if (copy < 0) {
                if (from.table.drop(from, slot, meta)) {
                    return;
                }
                continue;
            }
            int version = FlowRecord.version(to.meta(copy));
            // Remembered, because arming may end other connections, which uses the same scratch.
            int home = to.home(scratch.hash);
            // Before the copy counts, so that its end does not depend on this thread; see below for the other one.
            to.arm(copy, FlowRecord.deadline(meta));
            long original = meta;
            while (!from.casMeta(slot, original, FlowRecord.moved(copy, version))) {
                long now = from.meta(slot);
                if (FlowRecord.status(now) != FlowRecord.LIVE || FlowRecord.version(now) != FlowRecord.version(meta)) {
                    original = 0;
                    break;
                }
                original = now;
                to.setClaimed(copy, FlowRecord.with(now, FlowRecord.CLAIMED, version));
            }
            if (original == 0) {
                to.abandon(home, copy);
                return;
            }
            to.promote(copy, version);
            // Nobody needs to help any more; a place that stayed could fit another claim after 65,535 uses of the slot.
            from.casMeta(slot, FlowRecord.moved(copy, version), FlowRecord.moved(copy, version) | FlowRecord.ARRIVED);
            // A tick may have come by before it counted. Whatever it has become since, a look at its deadline does no
            // harm.
            to.arm(copy, FlowRecord.deadline(original));
            return;
        }
    }
}
