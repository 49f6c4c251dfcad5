package org.lvs4j.internal.connection;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * The flat memory of a {@link FlowGeneration}: buckets of 64 bytes and a home word for each, in chunks on the heap. A
 * chunk is allocated when it is first needed, so at most four megabytes are zeroed at once.
 *
 * <p>On the heap, because off-heap memory was at best as fast and took up to 1.5 times as long
 * ({@code lvs-benchmarks/run memory}), because a plain array costs one bounds check and needs no release, and because
 * the collector does not scan arrays of primitives.
 *
 * <p>A chunk has the addresses of 65,536 buckets, but the last bucket does not exist. The array's header and six unused
 * words fill one cache line instead, so a chunk takes exactly four megabytes and its buckets are cache lines. G1 gives
 * an array of that size whole regions, and does not move it, as long as regions are not larger: in heaps of up to about
 * 16 gigabytes. With other collectors or heaps a bucket may straddle two cache lines, which costs about a tenth and
 * changes nothing else.
 *
 * <p>A slot is numbered by its bucket and its position in it: two per bucket for IPv4. For IPv6 only the even
 * numbers are used.
 */
abstract class FlowMemory {
    static final VarHandle WORDS = MethodHandles.arrayElementVarHandle(long[].class);

    private static final VarHandle CHUNKS = MethodHandles.arrayElementVarHandle(long[][].class);
    static final int BUCKET_WORDS = 8;
    private static final int CHUNK_SHIFT = 16;
    private static final int CHUNK_BUCKETS = 1 << CHUNK_SHIFT;
    private static final int CHUNK_MASK = CHUNK_BUCKETS - 1;
    /** The index of the first bucket in a chunk; the words before it fill up the cache line of the array's header. */
    private static final int FIRST_INDEX = 6;

    final int buckets;
    final boolean ipv6;
    private final long[][] chunks;
    private final long[][] homeWords;

    FlowMemory(boolean ipv6, int buckets) {
        this.ipv6 = ipv6;
        this.buckets = buckets;
        int count = buckets + CHUNK_BUCKETS - 1 >>> CHUNK_SHIFT;
        chunks = new long[count][];
        homeWords = new long[count][];
    }

    /** The number of slots in a number of buckets. */
    final int slotsIn(int count) {
        return ipv6 ? count : count * 2;
    }

    static int firstSlot(int bucket) {
        return bucket << 1;
    }

    final int slotAfter(int slot) {
        return slot + (ipv6 ? 2 : 1);
    }

    static int bucketOf(int slot) {
        return slot >>> 1;
    }

    /** Whether a bucket is the one at the end of a chunk that does not exist; it counts as full. */
    static boolean isMissing(int bucket) {
        return (bucket & CHUNK_MASK) == CHUNK_MASK;
    }

    /** The chunk of a bucket, or null if it is not allocated. */
    final long @Nullable [] chunkAcquire(int bucket) {
        // Pairs with the compare-and-exchange in allocate: a chunk is seen zeroed.
        return (long[]) CHUNKS.getAcquire(chunks, bucket >>> CHUNK_SHIFT);
    }

    /** The index of a bucket in its chunk; beyond the chunk's end if the bucket {@linkplain #isMissing is missing}. */
    static int indexOf(int bucket) {
        return FIRST_INDEX + (bucket & CHUNK_MASK) * BUCKET_WORDS;
    }

    private long[] wordsAcquire(int slot) {
        int index = bucketOf(slot) >>> CHUNK_SHIFT;
        // Pairs with the compare-and-exchange in allocate.
        long[] chunk = (long[]) CHUNKS.getAcquire(chunks, index);
        return chunk != null
                ? chunk
                : allocate(
                        chunks,
                        index,
                        FIRST_INDEX + Math.min(CHUNK_BUCKETS - 1, buckets - (index << CHUNK_SHIFT)) * BUCKET_WORDS);
    }

    private long[] homeWordsAcquire(int bucket) {
        int index = bucket >>> CHUNK_SHIFT;
        // Pairs with the compare-and-exchange in allocate.
        long[] chunk = (long[]) CHUNKS.getAcquire(homeWords, index);
        return chunk != null
                ? chunk
                : allocate(homeWords, index, Math.min(CHUNK_BUCKETS, buckets - (index << CHUNK_SHIFT)));
    }

    private static long[] allocate(long[][] directory, int index, int words) {
        long[] chunk = new long[words];
        // Pairs with the acquiring reads of the directory: a chunk is seen zeroed.
        long[] other = (long[]) CHUNKS.compareAndExchange(directory, index, null, chunk);
        return other == null ? chunk : other;
    }

    private static int index(int slot, int word) {
        return indexOf(bucketOf(slot)) + (slot & 1) * FlowRecord.IPV4_WORDS + word;
    }

    /**
     * Any word of a slot. The acquire pairs with the compare-and-set that published the slot, and keeps the read before
     * a second read of the meta word.
     */
    final long wordAcquire(int slot, int word) {
        return (long) WORDS.getAcquire(wordsAcquire(slot), index(slot, word));
    }

    /** Pairs with {@link #compareAndSetMeta} and {@link #setMetaVolatile}. */
    final long metaVolatile(int slot) {
        return (long) WORDS.getVolatile(wordsAcquire(slot), index(slot, FlowRecord.META));
    }

    /** Pairs with {@link #metaVolatile}. */
    final boolean compareAndSetMeta(int slot, long expected, long replacement) {
        return WORDS.compareAndSet(wordsAcquire(slot), index(slot, FlowRecord.META), expected, replacement);
    }

    /** Whether the chunk of a slot is not allocated, or the slot does not exist. */
    final boolean isUnallocated(int slot) {
        return isMissing(bucketOf(slot)) || chunkAcquire(bucketOf(slot)) == null;
    }

    /** For the thread that has claimed the slot. Pairs with {@link #metaVolatile}. */
    final void setMetaVolatile(int slot, long meta) {
        WORDS.setVolatile(wordsAcquire(slot), index(slot, FlowRecord.META), meta);
    }

    /** Pairs with {@link #compareAndSetLinks}. */
    final long linksVolatile(int slot) {
        return (long) WORDS.getVolatile(wordsAcquire(slot), index(slot, FlowRecord.LINKS));
    }

    /** Pairs with {@link #linksVolatile}. */
    final boolean compareAndSetLinks(int slot, long expected, long replacement) {
        return WORDS.compareAndSet(wordsAcquire(slot), index(slot, FlowRecord.LINKS), expected, replacement);
    }

    /** Pairs with {@link #compareAndSetHomeWord}. */
    final long homeWordVolatile(int bucket) {
        return (long) WORDS.getVolatile(homeWordsAcquire(bucket), bucket & CHUNK_MASK);
    }

    /** Pairs with {@link #homeWordVolatile} and {@link #homeWordIfAllocated}. */
    final boolean compareAndSetHomeWord(int bucket, long expected, long replacement) {
        return WORDS.compareAndSet(homeWordsAcquire(bucket), bucket & CHUNK_MASK, expected, replacement);
    }

    /** Reads the key of a slot into a lookup. It is only valid if the slot's version is the same before and after. */
    final void readKey(int slot, FlowLookup lookup) {
        long first = wordAcquire(slot, FlowRecord.ADDRESSES);
        long identity = wordAcquire(slot, FlowRecord.IDENTITY);
        if (ipv6) {
            lookup.fill(first, wordAcquire(slot, 4), wordAcquire(slot, 5), wordAcquire(slot, 6), identity);
        } else {
            lookup.fill(first, 0, 0, 0, identity);
        }
    }

    /** Whether a slot has the lookup's key. It is only valid if the slot's version is the same before and after. */
    final boolean keyMatches(long[] chunk, int index, FlowLookup lookup) {
        // Acquire: the read of the meta word that follows must not come before these. Pairs with writeKeyRelease.
        return (long) WORDS.getAcquire(chunk, index + FlowRecord.ADDRESSES) == lookup.first
                && (((long) WORDS.getAcquire(chunk, index + FlowRecord.IDENTITY) ^ lookup.identity)
                                & FlowRecord.KEY_MASK)
                        == 0
                && (!ipv6
                        || (long) WORDS.getAcquire(chunk, index + 4) == lookup.second
                                && (long) WORDS.getAcquire(chunk, index + 5) == lookup.third
                                && (long) WORDS.getAcquire(chunk, index + 6) == lookup.fourth);
    }

    /** Writes the lookup's key into a slot that the calling thread has claimed. */
    final void writeKeyRelease(int slot, FlowLookup lookup) {
        long[] chunk = wordsAcquire(slot);
        int index = index(slot, 0);
        // Release: pairs with keyMatches and readKey. A reader that sees one of these words in place of the last
        // connection's also sees, in its second read of the meta word, that the slot was claimed. The words themselves
        // are published by the volatile write of the meta word that follows.
        WORDS.setRelease(chunk, index + FlowRecord.IDENTITY, lookup.identity);
        WORDS.setRelease(chunk, index + FlowRecord.ADDRESSES, lookup.first);
        if (ipv6) {
            WORDS.setRelease(chunk, index + 4, lookup.second);
            WORDS.setRelease(chunk, index + 5, lookup.third);
            WORDS.setRelease(chunk, index + 6, lookup.fourth);
        }
    }

    /**
     * The home word of a bucket by a volatile read, or 0 if it is not allocated. Pairs
     * with {@link #compareAndSetHomeWord}.
     */
    final long homeWordIfAllocated(int bucket) {
        // Pairs with the compare-and-exchange in allocate.
        long[] chunk = (long[]) CHUNKS.getAcquire(homeWords, bucket >>> CHUNK_SHIFT);
        return chunk == null ? 0 : (long) WORDS.getVolatile(chunk, bucket & CHUNK_MASK);
    }

    /** The memory in use, in bytes. */
    long bytes() {
        long bytes = 16L * chunks.length;
        for (int i = 0; i < chunks.length; i++) {
            bytes += bytesOf(chunks, i) + bytesOf(homeWords, i);
        }
        return bytes;
    }

    private static long bytesOf(long[][] directory, int index) {
        // Pairs with the compare-and-exchange in allocate.
        long[] chunk = (long[]) CHUNKS.getAcquire(directory, index);
        return chunk == null ? 0 : 8L * chunk.length + 16;
    }
}
