package org.lvs4j.internal.connection;

import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * One generation of a {@link FlowTable}: its lines of 64 bytes, and for each line a control word ({@link HomeWord}).
 */
final class FlowGeneration extends FlowMemory {
    /**
     * How many lines from its home on a connection may lie. A key finds no place if all of them are full. In a table
     * that has just grown, of 64 lines in a row that happens to one key in a million, of these to none in 10^18.
     */
    static final int WINDOW = 256;

    /** What a search came to. */
    static final int ABSENT = 0;
    /** See {@link #ABSENT}. */
    static final int FOUND = 1;
    /** See {@link #ABSENT}: the area is not the newest any more. */
    static final int OUTDATED = 2;

    // As good as never.
    private static final long NEVER = 0x5CA1_AB1E_0DDB_A11L;
    private static final int AHEAD = 8;

    final FlowTable table;
    final int homes;
    /** Which one of the table's areas it is, counted from 1. */
    final int generation;

    final FlowWheel timers;

    // How far the sweep has been given out, and how much of it is done: lines, while this is the older of two.
    final AtomicInteger sweep = new AtomicInteger();
    final AtomicInteger swept = new AtomicInteger();

    // Means nothing. It might be written, so that the compiler does not see that nobody needs what was read.
    private long touched;

    FlowGeneration(FlowTable table, boolean wide, int homes, int generation) {
        super(wide, homes + WINDOW - 1);
        this.table = table;
        this.generation = generation;
        this.homes = homes;
        timers = new FlowWheel(slots(lines));
    }

    /** How many slots there are in the lines that are homes: what the load is measured by. */
    int homeSlots() {
        return slots(homes);
    }

    /** How many connections make it time to grow. */
    long limit() {
        return wide ? homeSlots() / 8L * 5 : homeSlots() / 5L * 4;
    }

    /** How many homes the next area has then. */
    int larger() {
        // Small ones double so that a new table soon has its size.
        return homes < 1 << 16 ? homes * 2 : homes + homes / 4;
    }

    int home(int hash) {
        return (int) ((hash & 0xFFFF_FFFFL) * homes >>> 32);
    }

    // ---- search

    /**
     * Looks for a key, and lets the probe know where it is.
     *
     * @param next the newer area if this is the older one; what is on its way there is helped to arrive
     */
    int find(FlowLookup probe, @Nullable FlowGeneration next) {
        int home = home(probe.hash);
        int last = home;
        int words = wide ? LINE_WORDS : FlowRecord.NARROW;
        for (int line = home; line <= last; line++) {
            long[] chunk = chunkOf(line);
            int end = missing(line) ? 0 : indexOf(line + 1);
            if (chunk == null && end != 0) {
                return ABSENT;
            }
            int slot = firstSlot(line);
            for (int index = indexOf(line); index < end; index += words, slot++) {
                // Volatile: an insertion's search must not be moved before its look at the control word.
                long meta = (long) WORDS.getVolatile(chunk, index);
                while (FlowRecord.status(meta) >= FlowRecord.LIVE
                        && !FlowRecord.has(meta, FlowRecord.UNLISTED)
                        && matches(chunk, index, probe)) {
                    // Acquire: before the second look, so that they belong to what is found.
                    long identity = (long) WORDS.getAcquire(chunk, index + FlowRecord.IDENTITY);
                    long links = (long) WORDS.getAcquire(chunk, index + FlowRecord.LINKS);
                    long again = (long) WORDS.getVolatile(chunk, index);
                    if (FlowRecord.status(again) == FlowRecord.MOVED) {
                        if (next == null) {
                            return OUTDATED;
                        }
                        if (!FlowRecord.has(again, FlowRecord.ARRIVED)) {
                            next.promote(FlowRecord.target(again), FlowRecord.version(again));
                        }
                        break;
                    }
                    if (FlowRecord.status(again) == FlowRecord.LIVE
                            && FlowRecord.version(again) == FlowRecord.version(meta)
                            && !FlowRecord.has(again, FlowRecord.UNLISTED)) {
                        probe.identity = identity;
                        probe.controller = FlowRecord.controller(links);
                        probe.at(this, slot, again);
                        return FOUND;
                    }
                    meta = again;
                }
            }
            if (line == home) {
                last = home + HomeWord.reach(controlIfAny(home));
            }
        }
        return ABSENT;
    }

    /** Reads a word at each end of a key's home line, whatever it holds, so that the processor fetches it. */
    void touch(int hash) {
        int line = home(hash);
        long[] chunk = chunkOf(line);
        if (chunk != null && !missing(line)) {
            int index = indexOf(line);
            kept((long) WORDS.getOpaque(chunk, index) ^ (long) WORDS.getOpaque(chunk, index + LINE_WORDS - 1));
        }
    }

    private void kept(long read) {
        if (read == NEVER) {
            touched = read;
        }
    }

    // ---- insertion

    /** Sees to it that searches from a home come as far as a slot. */
    private void include(int home, int slot) {
        int distance = lineOf(slot) - home;
        while (distance != 0) {
            long control = control(home);
            if (casControl(home, control, HomeWord.including(control, distance))) {
                return;
            }
        }
    }

    /** A slot is empty again. */
    private void exclude(int home, int slot) {
        while (lineOf(slot) != home) {
            long control = control(home);
            if (casControl(home, control, HomeWord.excluding(control))) {
                return;
            }
        }
    }

    /** Makes known what the control word names, if its owner has not done so yet. */
    void settle(int home, long control) {
        int version = HomeWord.version(control);
        if (version != 0) {
            promote(firstSlot(home) + HomeWord.offset(control), version);
        }
    }

    /** Makes a complete claim known. Whoever does it, it happens once. */
    void promote(int slot, int version) {
        while (true) {
            long meta = meta(slot);
            if (FlowRecord.status(meta) != FlowRecord.CLAIMED
                    || FlowRecord.version(meta) != version
                    || casMeta(slot, meta, FlowRecord.withStatus(meta, FlowRecord.LIVE))) {
                return;
            }
        }
    }

    /**
     * Claims an empty slot for a key and fills it, meta word included; it is not known yet.
     *
     * @return the slot, or -1 if none within the window is empty
     */
    int claim(FlowLookup probe, int controller, long fields) {
        int home = home(probe.hash);
        int end = firstSlot(home + WINDOW);
        for (int slot = firstSlot(home); slot < end; slot = after(slot)) {
            if (missing(lineOf(slot))) {
                continue;
            }
            long meta = meta(slot);
            int version = FlowRecord.versionAfter(meta);
            if (FlowRecord.status(meta) == FlowRecord.EMPTY
                    && casMeta(slot, meta, FlowRecord.with(0, FlowRecord.CLAIMED, version))) {
                include(home, slot);
                write(slot, probe);
                long links = links(slot);
                // Mostly there is no template, and was none.
                while (FlowRecord.controller(links) != controller
                        && !casLinks(slot, links, FlowRecord.withController(links, controller))) {
                    links = links(slot);
                }
                setClaimed(slot, FlowRecord.with(fields, FlowRecord.CLAIMED, version));
                return slot;
            }
        }
        return -1;
    }

    /**
     * Commits a claim if nothing else has been committed at its home since the control word was read.
     *
     * @return whether it was; if not, the claim is given up
     */
    boolean commit(int home, int slot, long control) {
        int version = FlowRecord.version(meta(slot));
        long now = control(home);
        long named = HomeWord.naming(now, slot - firstSlot(home), version);
        while (HomeWord.sameSequence(control, now) && !casControl(home, now, named)) {
            now = control(home);
            named = HomeWord.naming(now, slot - firstSlot(home), version);
        }
        if (!HomeWord.sameSequence(control, now)) {
            abandon(home, slot);
            return false;
        }
        promote(slot, version);
        // Nobody needs to help any more; a name that stayed could fit another claim after 65,535 uses of the slot.
        now = control(home);
        while (HomeWord.sameName(named, now) && !casControl(home, now, HomeWord.nameless(now))) {
            now = control(home);
        }
        return true;
    }

    void abandon(int home, int slot) {
        setClaimed(slot, FlowRecord.empty(FlowRecord.version(meta(slot))));
        exclude(home, slot);
    }

    /** Empties the slot of a live connection if it still is as the probe says. */
    boolean free(int home, int slot, long meta) {
        if (!casMeta(slot, meta, FlowRecord.empty(FlowRecord.version(meta)))) {
            return false;
        }
        exclude(home, slot);
        return true;
    }

    /** Lets nobody commit at a home any more. */
    void freeze(int home) {
        while (true) {
            long control = control(home);
            if (HomeWord.frozen(control)) {
                return;
            }
            settle(home, control);
            if (casControl(home, control, HomeWord.freezing(control))) {
                return;
            }
        }
    }

    // ---- change

    /** Changes the meta word of a slot; false if it does not read as before any more. See {@link FlowTable#change}. */
    boolean change(int slot, long before, long meta) {
        if (meta == before) {
            return meta(slot) == meta;
        }
        if (!casMeta(slot, before, meta)) {
            return false;
        }
        if (FlowRecord.deadline(meta) - FlowRecord.deadline(before) < 0) {
            arm(slot, FlowRecord.deadline(meta));
        }
        return true;
    }

    // ---- time

    /** Sees to it that a tick not after the deadline looks at the slot. */
    void arm(int slot, int deadline) {
        while (true) {
            // Volatile, and after the meta word has been written: pairs with fire, which writes and reads in the other
            // order.
            long links = links(slot);
            int next = table.nextTick();
            int ahead = Math.min(Math.max(deadline - next, 0), timers.ring() - 1);
            int place = timers.place(next + ahead);
            long armed;
            if (!FlowRecord.armed(links)) {
                armed = FlowRecord.armed(links, place);
            } else if (timers.ahead(FlowRecord.armedAt(links), next) <= ahead || !timers.canSpare()) {
                return;
            } else {
                armed = FlowRecord.armed(links, place, left(links, next));
            }
            if (casLinks(slot, links, armed)) {
                timers.push(slot, place);
                // If the tick was taken meanwhile, its stack would wait for the next turn of the ring.
                if (next + ahead - table.nextTick() < 0) {
                    turn(next + ahead);
                }
                return;
            }
        }
    }

    /**
     * Where the node stands that an armed slot is to remember beside a new one. Of two, the one that stays longer: the other
     * one, which finds itself forgotten when its tick comes, is gone the sooner.
     */
    private int left(long links, int next) {
        int armedAt = FlowRecord.armedAt(links);
        int leftAt = FlowRecord.leftAt(links);
        return FlowRecord.left(links) && timers.ahead(leftAt, next) > timers.ahead(armedAt, next) ? leftAt : armedAt;
    }

    /** Looks at every slot on the stack of a tick. */
    void turn(int tick) {
        int node = timers.takeStack(tick);
        for (int fetched = 0; node != 0; fetched--) {
            if (fetched == 0) {
                fetched = fetchSome(node);
            }
            long content = timers.node(node);
            fire(node, FlowWheel.slot(content), tick);
            node = FlowWheel.next(content);
        }
    }

    /** Reads a word of the slots of some nodes, so that the processor fetches them at the same time. Returns how many. */
    private int fetchSome(int node) {
        int count = 0;
        long read = 0;
        for (; count < AHEAD && node != 0; count++) {
            long content = timers.node(node);
            read ^= meta(FlowWheel.slot(content));
            node = FlowWheel.next(content);
        }
        kept(read);
        return count;
    }

    /** What a tick does with a node that it has taken. */
    void fire(int node, int slot, int tick) {
        int place = timers.place(tick);
        while (true) {
            long links = links(slot);
            if (!FlowRecord.armed(links) || FlowRecord.armedAt(links) != place) {
                if (FlowRecord.left(links)
                        && FlowRecord.leftAt(links) == place
                        && !casLinks(slot, links, FlowRecord.withoutLeft(links))) {
                    continue;
                }
                timers.give(node);
                return;
            }
            // Before the look at the meta word: a packet that puts the deadline forward afterwards arms the slot
            // itself.
            if (casLinks(slot, links, FlowRecord.disarmed(links))) {
                timers.give(node);
                break;
            }
        }
        long meta = meta(slot);
        while (FlowRecord.status(meta) == FlowRecord.LIVE) {
            // A thread that was held up does not put off what has become due meanwhile.
            if (FlowRecord.deadline(meta) - table.nextTick() >= 0) {
                arm(slot, FlowRecord.deadline(meta));
                return;
            }
            if (table.expire(this, slot, meta)) {
                return;
            }
            meta = meta(slot);
        }
    }

    @Override
    long bytes() {
        return super.bytes() + timers.bytes();
    }
}
