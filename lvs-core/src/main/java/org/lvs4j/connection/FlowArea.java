package org.lvs4j.connection;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * One generation of a {@link FlowTable}: its lines of 64 bytes, and for each line a control word.
 *
 * <pre>
 * control   passed 16 | frozen 1 | offset 7 | version 16 | sequence 24
 * </pre>
 *
 * <p>"Passed" counts the connections whose home is this line or one before it, and which lie behind it: a search goes on
 * behind a line only if it is not zero. The rest is about the connections whose home the line is: offset and version name
 * the slot of one that is being inserted, the sequence counts insertions, and "frozen" says that there will be no more.
 */
final class FlowArea {
    /** How many lines from its home on a connection may lie. */
    static final int WINDOW = 64;

    /** What a search came to. */
    static final int ABSENT = 0;
    /** See {@link #ABSENT}. */
    static final int FOUND = 1;
    /** See {@link #ABSENT}: the area is not the newest any more. */
    static final int OUTDATED = 2;

    private static final int LINE_WORDS = 8;
    private static final int CHUNK_LINES = 1 << 12;
    private static final int CHUNK_WORDS = CHUNK_LINES * LINE_WORDS;
    private static final VarHandle WORDS = MethodHandles.arrayElementVarHandle(long[].class);
    private static final VarHandle CHUNKS = MethodHandles.arrayElementVarHandle(long[][].class);

    private static final long ONE_PASSED = 1L << 48;
    private static final long FROZEN = 1L << 47;
    private static final int OFFSET_SHIFT = 40;
    private static final int VERSION_SHIFT = 24;
    private static final long SEQUENCE_MASK = 0xFF_FFFFL;
    private static final long OWN_MASK = ONE_PASSED - 1;
    private static final long NAME_MASK = OWN_MASK & ~(FROZEN | SEQUENCE_MASK);

    final FlowTable table;
    final int homes;
    final int lines;
    final FlowTimers timers;

    // How far the sweep has been given out, and how much of it is done: lines, while this is the older of two.
    final AtomicInteger sweep = new AtomicInteger();
    final AtomicInteger swept = new AtomicInteger();

    private final boolean wide;
    private final int slotShift;
    private final int lineShift;
    private final long[][] chunks;
    private final long[][] controls;

    FlowArea(FlowTable table, boolean wide, int homes) {
        this.table = table;
        this.wide = wide;
        this.homes = homes;
        lines = homes + WINDOW - 1;
        slotShift = wide ? 3 : 2;
        lineShift = wide ? 0 : 1;
        int count = (lines + CHUNK_LINES - 1) / CHUNK_LINES;
        chunks = new long[count][];
        controls = new long[count][];
        timers = new FlowTimers(slots());
    }

    int slots() {
        return lines << lineShift;
    }

    int firstSlot(int line) {
        return line << lineShift;
    }

    int home(int hash) {
        return (int) ((hash & 0xFFFF_FFFFL) * homes >>> 32);
    }

    // ---- words

    private long[] chunk(long[][] directory, int line, int wordsPerLine) {
        int index = line / CHUNK_LINES;
        // Pairs with the compare-and-set below: whoever sees the chunk sees it zeroed.
        long[] chunk = (long[]) CHUNKS.getAcquire(directory, index);
        if (chunk != null) {
            return chunk;
        }
        long[] made = new long[Math.min(CHUNK_LINES, lines - index * CHUNK_LINES) * wordsPerLine];
        long[] other = (long[]) CHUNKS.compareAndExchange(directory, index, null, made);
        return other == null ? made : other;
    }

    private long[] words(int slot) {
        return chunk(chunks, slot >>> lineShift, LINE_WORDS);
    }

    private int index(int slot, int word) {
        return (slot << slotShift & CHUNK_WORDS - 1) + word;
    }

    /** Any word of a slot. Acquire: pairs with the promotion that published it, and orders the reads before a second look. */
    long word(int slot, int word) {
        return (long) WORDS.getAcquire(words(slot), index(slot, word));
    }

    long meta(int slot) {
        return (long) WORDS.getVolatile(words(slot), index(slot, FlowRecord.META));
    }

    boolean casMeta(int slot, long expected, long replacement) {
        return WORDS.compareAndSet(words(slot), index(slot, FlowRecord.META), expected, replacement);
    }

    /** Whether nothing ever was at or near a slot. */
    boolean untouched(int slot) {
        return CHUNKS.getAcquire(chunks, (slot >>> lineShift) / CHUNK_LINES) == null;
    }

    /** For the thread that has claimed the slot and not yet made it known. */
    void setClaimed(int slot, long meta) {
        WORDS.setVolatile(words(slot), index(slot, FlowRecord.META), meta);
    }

    private long links(int slot) {
        return (long) WORDS.getVolatile(words(slot), index(slot, FlowRecord.LINKS));
    }

    private boolean casLinks(int slot, long expected, long replacement) {
        return WORDS.compareAndSet(words(slot), index(slot, FlowRecord.LINKS), expected, replacement);
    }

    long control(int line) {
        return (long) WORDS.getVolatile(chunk(controls, line, 1), line & CHUNK_LINES - 1);
    }

    private boolean casControl(int line, long expected, long replacement) {
        return WORDS.compareAndSet(chunk(controls, line, 1), line & CHUNK_LINES - 1, expected, replacement);
    }

    private void pass(int home, int slot, long delta) {
        for (int line = home; line < slot >>> lineShift; line++) {
            WORDS.getAndAdd(chunk(controls, line, 1), line & CHUNK_LINES - 1, delta);
        }
    }

    /** Reads the key of a slot into a probe, which only means something while the slot stays what it is. */
    void read(int slot, FlowProbe probe) {
        long first = word(slot, FlowRecord.ADDRESSES);
        long identity = word(slot, FlowRecord.IDENTITY);
        if (wide) {
            probe.fill(first, word(slot, 4), word(slot, 5), word(slot, 6), identity);
        } else {
            probe.fill(first, 0, 0, 0, identity);
        }
    }

    private boolean matches(long[] chunk, int index, FlowProbe probe) {
        // Acquire: the look at the meta word that follows must not come before these.
        return (long) WORDS.getAcquire(chunk, index + FlowRecord.ADDRESSES) == probe.first
                && (((long) WORDS.getAcquire(chunk, index + FlowRecord.IDENTITY) ^ probe.identity) & FlowRecord.KEY_MASK)
                        == 0
                && (!wide
                        || (long) WORDS.getAcquire(chunk, index + 4) == probe.second
                                && (long) WORDS.getAcquire(chunk, index + 5) == probe.third
                                && (long) WORDS.getAcquire(chunk, index + 6) == probe.fourth);
    }

    // ---- search

    /**
     * Looks for a key, and lets the probe know where it is.
     *
     * @param next the newer area if this is the older one; what is on its way there is helped to arrive
     */
    int find(FlowProbe probe, @Nullable FlowArea next) {
        int home = home(probe.hash);
        for (int line = home; line < home + WINDOW; line++) {
            long[] chunk = (long[]) CHUNKS.getAcquire(chunks, line / CHUNK_LINES);
            if (chunk == null) {
                return ABSENT;
            }
            int base = (line & CHUNK_LINES - 1) * LINE_WORDS;
            int slot = line << lineShift;
            for (int index = base; index < base + LINE_WORDS; index += 1 << slotShift, slot++) {
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
                        next.promote(FlowRecord.target(again), FlowRecord.version(again));
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
            if (control(line) >>> 48 == 0) {
                return ABSENT;
            }
        }
        return ABSENT;
    }

    // ---- insertion

    static boolean frozen(long control) {
        return (control & FROZEN) != 0;
    }

    /** Makes known what the control word names, if its owner has not done so yet. */
    void settle(int home, long control) {
        int version = (int) (control >>> VERSION_SHIFT & 0xFFFF);
        if (version != 0) {
            promote((home << lineShift) + (int) (control >>> OFFSET_SHIFT & 0x7F), version);
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
    int claim(FlowProbe probe, int controller, long fields) {
        int home = home(probe.hash);
        int end = home + WINDOW << lineShift;
        for (int slot = home << lineShift; slot < end; slot++) {
            long meta = meta(slot);
            int version = FlowRecord.versionAfter(meta);
            if (FlowRecord.status(meta) == FlowRecord.EMPTY
                    && casMeta(slot, meta, FlowRecord.with(0, FlowRecord.CLAIMED, version))) {
                pass(home, slot, ONE_PASSED);
                long[] chunk = words(slot);
                int index = index(slot, 0);
                // Opaque: published by the volatile write of the meta word below.
                WORDS.setOpaque(chunk, index + FlowRecord.IDENTITY, probe.identity);
                WORDS.setOpaque(chunk, index + FlowRecord.ADDRESSES, probe.first);
                if (wide) {
                    WORDS.setOpaque(chunk, index + 4, probe.second);
                    WORDS.setOpaque(chunk, index + 5, probe.third);
                    WORDS.setOpaque(chunk, index + 6, probe.fourth);
                }
                long links;
                do {
                    links = links(slot);
                } while (!casLinks(slot, links, FlowRecord.withController(links, controller)));
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
        long own = (long) (slot - (home << lineShift)) << OFFSET_SHIFT
                | (long) version << VERSION_SHIFT
                | control + 1 & SEQUENCE_MASK;
        while (true) {
            long now = control(home);
            if (((now ^ control) & (SEQUENCE_MASK | FROZEN)) != 0) {
                abandon(home, slot);
                return false;
            }
            if (casControl(home, now, now & ~OWN_MASK | own)) {
                break;
            }
        }
        promote(slot, version);
        // Nobody needs to help any more; a name that stayed could fit another claim after 65,535 uses of the slot.
        long now = control(home);
        while ((now & OWN_MASK & ~FROZEN) == own && !casControl(home, now, now & ~NAME_MASK)) {
            now = control(home);
        }
        return true;
    }

    void abandon(int home, int slot) {
        setClaimed(slot, FlowRecord.empty(FlowRecord.version(meta(slot))));
        pass(home, slot, -ONE_PASSED);
    }

    /** Empties the slot of a live connection if it still is as the probe says. */
    boolean free(int home, int slot, long meta) {
        if (!casMeta(slot, meta, FlowRecord.empty(FlowRecord.version(meta)))) {
            return false;
        }
        pass(home, slot, -ONE_PASSED);
        return true;
    }

    /** Lets nobody commit at a home any more. */
    void freeze(int home) {
        while (true) {
            long control = control(home);
            if (frozen(control)) {
                return;
            }
            settle(home, control);
            if (casControl(home, control, control | FROZEN)) {
                return;
            }
        }
    }

    // ---- time

    /** Sees to it that a tick not after the deadline looks at the slot. */
    void arm(int slot, int deadline) {
        while (true) {
            // Volatile, and after the meta word has been written: pairs with fire, which writes and reads in the other order.
            long links = links(slot);
            int next = table.nextTick();
            int tick = deadline - next < 0 ? next : deadline;
            if (tick - next >= FlowTimers.RING) {
                tick = next + FlowTimers.RING - 1;
            }
            boolean armed = FlowRecord.armed(links);
            if (armed && (FlowRecord.scheduled(links) - tick <= 0 || !timers.canSpare())) {
                return;
            }
            if (casLinks(slot, links, FlowRecord.armed(links, tick))) {
                timers.push(slot, tick);
                // If the tick was taken meanwhile, its stack would wait for the next turn of the ring.
                if (tick - table.nextTick() < 0) {
                    turn(tick);
                }
                return;
            }
        }
    }

    /** Looks at every slot on the stack of a tick. */
    void turn(int tick) {
        int node = timers.takeStack(tick);
        while (node != 0) {
            long content = timers.node(node);
            fire(node, FlowTimers.slot(content), tick);
            node = FlowTimers.next(content);
        }
    }

    private void fire(int node, int slot, int tick) {
        while (true) {
            long links = links(slot);
            int scheduled = FlowRecord.scheduled(links);
            if (!FlowRecord.armed(links) || FlowTimers.position(scheduled) != FlowTimers.position(tick)) {
                timers.give(node);
                return;
            }
            if (scheduled - tick > 0) {
                timers.pushNode(node, slot, scheduled);
                return;
            }
            // Before the look at the meta word: a packet that puts the deadline forward afterwards arms the slot itself.
            if (casLinks(slot, links, links & ~FlowRecord.ARMED)) {
                timers.give(node);
                break;
            }
        }
        long meta = meta(slot);
        while (FlowRecord.status(meta) == FlowRecord.LIVE) {
            if (FlowRecord.deadline(meta) - tick > 0) {
                arm(slot, FlowRecord.deadline(meta));
                return;
            }
            if (table.expire(this, slot, meta)) {
                return;
            }
            meta = meta(slot);
        }
    }

    long bytes() {
        long bytes = timers.bytes() + 16L * chunks.length;
        for (int i = 0; i < chunks.length; i++) {
            bytes += (chunks[i] == null ? 0 : 8L * chunks[i].length + 16)
                    + (controls[i] == null ? 0 : 8L * controls[i].length + 16);
        }
        return bytes;
    }
}
