package org.lvs4j.connection;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * Flat memory of a {@link FlowArea}: lines of 64 bytes and a control word for each, in chunks on the heap that are made when
 * they are first needed, so that no more than four megabytes are ever zeroed at once.
 *
 * <p>On the heap, because measured ({@code lvs-benchmarks/run memory}) memory outside of it was as fast at best, and up to half as
 * slow again; because a plain array costs one bounds check and nothing to release, and because arrays of numbers give the
 * collector nothing to follow.
 *
 * <p>A chunk with the header of its array, and six words that fill up the header's line, takes exactly four megabytes. G1
 * gives an array of that size whole regions of its own as long as its regions are not larger, in heaps of up to 16 gigabytes or so.
 * There it lies still, whatever is collected, and a line of ours is a line of the processor's. Elsewhere a line may lie across
 * two of those, which costs about a tenth and changes nothing else.
 */
abstract class FlowLines {
    static final VarHandle WORDS = MethodHandles.arrayElementVarHandle(long[].class);

    private static final VarHandle CHUNKS = MethodHandles.arrayElementVarHandle(long[][].class);
    static final int LINE_WORDS = 8;
    /** So many that the header's line makes it a power of two. */
    private static final int CHUNK_LINES = (1 << 16) - 1;
    /** The first word of a chunk's first line: what the array's header leaves of its line stays empty. */
    private static final int FIRST = 6;

    final int lines;
    final int slotWords;

    final boolean wide;
    private final int slotShift;
    private final int lineShift;
    private final long[][] chunks;
    private final long[][] controls;

    FlowLines(boolean wide, int lines) {
        this.wide = wide;
        this.lines = lines;
        slotShift = wide ? 3 : 2;
        lineShift = wide ? 0 : 1;
        slotWords = 1 << slotShift;
        int count = (lines + CHUNK_LINES - 1) / CHUNK_LINES;
        chunks = new long[count][];
        controls = new long[count][];
    }

    final int slots() {
        return lines << lineShift;
    }

    final int firstSlot(int line) {
        return line << lineShift;
    }

    final int lineOf(int slot) {
        return slot >>> lineShift;
    }

    /** The chunk of a line if there is one. */
    final long @Nullable [] chunkOf(int line) {
        // Pairs with the compare-and-set in chunk: whoever sees the chunk sees it zeroed.
        return (long[]) CHUNKS.getAcquire(chunks, line / CHUNK_LINES);
    }

    /** Where a line begins in its chunk. */
    final int indexOf(int line) {
        return FIRST + line % CHUNK_LINES * LINE_WORDS;
    }

    private long[] chunk(long[][] directory, int line, int first, int wordsPerLine) {
        int index = line / CHUNK_LINES;
        // Pairs with the compare-and-set below: whoever sees the chunk sees it zeroed.
        long[] chunk = (long[]) CHUNKS.getAcquire(directory, index);
        if (chunk != null) {
            return chunk;
        }
        long[] made = new long[first + Math.min(CHUNK_LINES, lines - index * CHUNK_LINES) * wordsPerLine];
        long[] other = (long[]) CHUNKS.compareAndExchange(directory, index, null, made);
        return other == null ? made : other;
    }

    private long[] words(int slot) {
        return chunk(chunks, lineOf(slot), FIRST, LINE_WORDS);
    }

    private int index(int slot, int word) {
        return indexOf(lineOf(slot)) + (slot << slotShift & LINE_WORDS - 1) + word;
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

    /** Whether nothing ever was at or near a slot. */
    final boolean untouched(int slot) {
        return chunkOf(lineOf(slot)) == null;
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
        return (long) WORDS.getVolatile(chunk(controls, line, 0, 1), line % CHUNK_LINES);
    }

    final boolean casControl(int line, long expected, long replacement) {
        return WORDS.compareAndSet(chunk(controls, line, 0, 1), line % CHUNK_LINES, expected, replacement);
    }

    /** Reads the key of a slot into a probe, which only means something while the slot stays what it is. */
    final void read(int slot, FlowProbe probe) {
        long first = word(slot, FlowRecord.ADDRESSES);
        long identity = word(slot, FlowRecord.IDENTITY);
        if (wide) {
            probe.fill(first, word(slot, 4), word(slot, 5), word(slot, 6), identity);
        } else {
            probe.fill(first, 0, 0, 0, identity);
        }
    }

    final boolean matches(long[] chunk, int index, FlowProbe probe) {
        // Acquire: the look at the meta word that follows must not come before these.
        return (long) WORDS.getAcquire(chunk, index + FlowRecord.ADDRESSES) == probe.first
                && (((long) WORDS.getAcquire(chunk, index + FlowRecord.IDENTITY) ^ probe.identity) & FlowRecord.KEY_MASK)
                        == 0
                && (!wide
                        || (long) WORDS.getAcquire(chunk, index + 4) == probe.second
                                && (long) WORDS.getAcquire(chunk, index + 5) == probe.third
                                && (long) WORDS.getAcquire(chunk, index + 6) == probe.fourth);
    }

    /** Zero if and only if an IPv4 slot has the probe's key. */
    final long difference(long[] chunk, int index, FlowProbe probe) {
        // Acquire: as in matches.
        return (long) WORDS.getAcquire(chunk, index + FlowRecord.ADDRESSES) ^ probe.first
                | ((long) WORDS.getAcquire(chunk, index + FlowRecord.IDENTITY) ^ probe.identity) & FlowRecord.KEY_MASK;
    }

    /** For the thread that has claimed the slot. */
    final void write(int slot, FlowProbe probe) {
        long[] chunk = words(slot);
        int index = index(slot, 0);
        // The volatile write of the meta word that follows publishes them. Release nevertheless: who reads one of them in the
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
        long[] chunk = (long[]) CHUNKS.getAcquire(controls, line / CHUNK_LINES);
        return chunk == null ? 0 : (long) WORDS.getVolatile(chunk, line % CHUNK_LINES);
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
