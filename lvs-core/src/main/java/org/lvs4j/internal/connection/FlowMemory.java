package org.lvs4j.internal.connection;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * Flat memory of a {@link FlowGeneration}: lines of 64 bytes and a control word for each, in chunks on the heap that are made when
 * they are first needed, so that no more than four megabytes are ever zeroed at once.
 *
 * <p>On the heap, because measured ({@code lvs-benchmarks/run memory}) memory outside of it was as fast at best, and up to half as
 * slow again; because a plain array costs one bounds check and nothing to release, and because arrays of numbers give the
 * collector nothing to follow.
 *
 * <p>A chunk stands for 65,536 lines, but the last one of them is missing. With the header of its array, and six words that fill
 * up the header's line, it takes exactly four megabytes that way. G1
 * gives an array of that size whole regions of its own as long as its regions are not larger, in heaps of up to 16 gigabytes or so.
 * There it lies still, whatever is collected, and a line of ours is a line of the processor's. Elsewhere a line may lie across
 * two of those, which costs about a tenth and changes nothing else.
 */
abstract class FlowMemory {
    static final VarHandle WORDS = MethodHandles.arrayElementVarHandle(long[].class);

    private static final VarHandle CHUNKS = MethodHandles.arrayElementVarHandle(long[][].class);
    static final int LINE_WORDS = 8;
    private static final int CHUNK_SHIFT = 16;
    private static final int CHUNK_LINES = 1 << CHUNK_SHIFT;
    private static final int IN_CHUNK = CHUNK_LINES - 1;
    /** The first word of a chunk's first line: what the array's header leaves of its line stays empty. */
    private static final int FIRST = 6;

    final int lines;
    final boolean wide;
    private final long[][] chunks;
    private final long[][] controls;

    FlowMemory(boolean wide, int lines) {
        this.wide = wide;
        this.lines = lines;
        int count = lines + CHUNK_LINES - 1 >>> CHUNK_SHIFT;
        chunks = new long[count][];
        controls = new long[count][];
    }

    /** How many connections a number of lines can hold. */
    final int slots(int count) {
        return wide ? count : count * 2;
    }

    /** The number of the first slot of a line. A line of IPv6 has only this one, and numbers are left out. */
    static int firstSlot(int line) {
        return line << 1;
    }

    /** The number of the slot behind another one. */
    final int after(int slot) {
        return slot + (wide ? 2 : 1);
    }

    static int lineOf(int slot) {
        return slot >>> 1;
    }

    /** Whether there is no such line: it counts as one that is full. */
    static boolean missing(int line) {
        return (line & IN_CHUNK) == IN_CHUNK;
    }

    /** The chunk of a line if there is one. */
    final long @Nullable [] chunkOf(int line) {
        // Pairs with the compare-and-set in make: whoever sees the chunk sees it zeroed.
        return (long[]) CHUNKS.getAcquire(chunks, line >>> CHUNK_SHIFT);
    }

    /** Where a line begins in its chunk; behind its end if it is missing. */
    static int indexOf(int line) {
        return FIRST + (line & IN_CHUNK) * LINE_WORDS;
    }

    private long[] words(int slot) {
        int index = lineOf(slot) >>> CHUNK_SHIFT;
        // Pairs with the compare-and-set in make.
        long[] chunk = (long[]) CHUNKS.getAcquire(chunks, index);
        return chunk != null
                ? chunk
                : make(chunks, index, FIRST + Math.min(CHUNK_LINES - 1, lines - (index << CHUNK_SHIFT)) * LINE_WORDS);
    }

    private long[] controls(int line) {
        int index = line >>> CHUNK_SHIFT;
        // Pairs with the compare-and-set in make.
        long[] chunk = (long[]) CHUNKS.getAcquire(controls, index);
        return chunk != null ? chunk : make(controls, index, Math.min(CHUNK_LINES, lines - (index << CHUNK_SHIFT)));
    }

    private static long[] make(long[][] directory, int index, int words) {
        long[] made = new long[words];
        // Pairs with the acquires of all who look for it: whoever sees the chunk sees it zeroed.
        long[] other = (long[]) CHUNKS.compareAndExchange(directory, index, null, made);
        return other == null ? made : other;
    }

    private static int index(int slot, int word) {
        return indexOf(lineOf(slot)) + (slot & 1) * FlowRecord.NARROW + word;
    }

    /** Any word of a slot. Acquire: pairs with the promotion that published it, and orders the reads before a second look. */
    final long word(int slot, int word) {
        return (long) WORDS.getAcquire(words(slot), index(slot, word));
    }

    final long meta(int slot) {
        return (long) WORDS.getVolatile(words(slot), index(slot, FlowRecord.META));
    }

    final boolean casMeta(int slot, long expected, long replacement) {
        return WORDS.compareAndSet(words(slot), index(slot, FlowRecord.META), expected, replacement);
    }

    /** Whether nothing ever was at or near a slot, or there is no such slot. */
    final boolean untouched(int slot) {
        return missing(lineOf(slot)) || chunkOf(lineOf(slot)) == null;
    }

    /** For the thread that has claimed the slot and not yet made it known. */
    final void setClaimed(int slot, long meta) {
        WORDS.setVolatile(words(slot), index(slot, FlowRecord.META), meta);
    }

    final long links(int slot) {
        return (long) WORDS.getVolatile(words(slot), index(slot, FlowRecord.LINKS));
    }

    final boolean casLinks(int slot, long expected, long replacement) {
        return WORDS.compareAndSet(words(slot), index(slot, FlowRecord.LINKS), expected, replacement);
    }

    final long control(int line) {
        return (long) WORDS.getVolatile(controls(line), line & IN_CHUNK);
    }

    final boolean casControl(int line, long expected, long replacement) {
        return WORDS.compareAndSet(controls(line), line & IN_CHUNK, expected, replacement);
    }

    /** Reads the key of a slot into a probe, which only means something while the slot stays what it is. */
    final void read(int slot, FlowLookup probe) {
        long first = word(slot, FlowRecord.ADDRESSES);
        long identity = word(slot, FlowRecord.IDENTITY);
        if (wide) {
            probe.fill(first, word(slot, 4), word(slot, 5), word(slot, 6), identity);
        } else {
            probe.fill(first, 0, 0, 0, identity);
        }
    }

    final boolean matches(long[] chunk, int index, FlowLookup probe) {
        // Acquire: the look at the meta word that follows must not come before these.
        return (long) WORDS.getAcquire(chunk, index + FlowRecord.ADDRESSES) == probe.first
                && (((long) WORDS.getAcquire(chunk, index + FlowRecord.IDENTITY) ^ probe.identity)
                                & FlowRecord.KEY_MASK)
                        == 0
                && (!wide
                        || (long) WORDS.getAcquire(chunk, index + 4) == probe.second
                                && (long) WORDS.getAcquire(chunk, index + 5) == probe.third
                                && (long) WORDS.getAcquire(chunk, index + 6) == probe.fourth);
    }

    /** For the thread that has claimed the slot. */
    final void write(int slot, FlowLookup probe) {
        long[] chunk = words(slot);
        int index = index(slot, 0);
        // The volatile write of the meta word that follows publishes them. Release nevertheless: who reads one of them
        // in the
        // place of what was here before, then reads that the meta word has changed.
        WORDS.setRelease(chunk, index + FlowRecord.IDENTITY, probe.identity);
        WORDS.setRelease(chunk, index + FlowRecord.ADDRESSES, probe.first);
        if (wide) {
            WORDS.setRelease(chunk, index + 4, probe.second);
            WORDS.setRelease(chunk, index + 5, probe.third);
            WORDS.setRelease(chunk, index + 6, probe.fourth);
        }
    }

    /** The control word of a line; a look that makes nothing. */
    final long controlIfAny(int line) {
        // Pairs with the compare-and-set in make.
        long[] chunk = (long[]) CHUNKS.getAcquire(controls, line >>> CHUNK_SHIFT);
        return chunk == null ? 0 : (long) WORDS.getVolatile(chunk, line & IN_CHUNK);
    }

    long bytes() {
        long bytes = 16L * chunks.length;
        for (int i = 0; i < chunks.length; i++) {
            bytes += (chunks[i] == null ? 0 : 8L * chunks[i].length + 16)
                    + (controls[i] == null ? 0 : 8L * controls[i].length + 16);
        }
        return bytes;
    }
}
