package org.lvs4j.internal.connection;

/**
 * The bits of the home word of a bucket of a {@link FlowGeneration}. It describes the connections whose home
 * bucket this is.
 *
 * <pre>
 * displaced 8 | max displacement 8 | frozen 1 | claim offset 9 | claim version 16 | sequence 22
 * </pre>
 *
 * <p>{@code displaced} counts the connections that are stored in a later bucket, and {@code max displacement} is
 * an upper bound of their distance in buckets: searches go no further. Offset and version name the claim of an
 * insertion that is being completed. {@code sequence} counts insertions. {@code frozen} means that there will be
 * no further insertion.
 */
final class HomeWord {
    private static final int DISPLACED_SHIFT = 56;
    private static final int MAX_DISPLACEMENT_SHIFT = 48;
    private static final int BYTE_MASK = 0xFF;
    private static final long INSERTION_MASK = (1L << MAX_DISPLACEMENT_SHIFT) - 1;
    private static final long FROZEN = 1L << 47;
    private static final int OFFSET_SHIFT = 38;
    private static final int OFFSET_MASK = 0x1FF;
    private static final int VERSION_SHIFT = 22;
    private static final int VERSION_MASK = 0xFFFF;
    private static final long SEQUENCE_MASK = (1L << VERSION_SHIFT) - 1;
    private static final long CLAIM_MASK = FROZEN - 1 - SEQUENCE_MASK;

    private HomeWord() {}

    // ---- displacement

    /** The largest number of buckets by which a connection may be displaced. */
    static int maxDisplacement(long word) {
        return (int) (word >>> MAX_DISPLACEMENT_SHIFT) & BYTE_MASK;
    }

    /** Counts one more displaced connection. */
    static long withDisplaced(long word, int displacement) {
        long displaced = Math.min((word >>> DISPLACED_SHIFT) + 1, BYTE_MASK);
        long max = Math.max(maxDisplacement(word), displacement);
        return word & INSERTION_MASK | displaced << DISPLACED_SHIFT | max << MAX_DISPLACEMENT_SHIFT;
    }

    /**
     * Counts one displaced connection less; the last one resets the bound. The count saturates, and a
     * saturated count stays.
     */
    static long withoutDisplaced(long word) {
        int displaced = (int) (word >>> DISPLACED_SHIFT);
        if (displaced == BYTE_MASK) {
            return word;
        }
        return displaced == 1 ? word & INSERTION_MASK : word - (1L << DISPLACED_SHIFT);
    }

    // ---- insertion

    static boolean isFrozen(long word) {
        return (word & FROZEN) != 0;
    }

    static long frozen(long word) {
        return word | FROZEN;
    }

    /** The version of the claim that is named, or 0 if none is. */
    static int claimVersion(long word) {
        return (int) (word >>> VERSION_SHIFT) & VERSION_MASK;
    }

    /** The offset of the claim that is named, in slots from the home bucket. */
    static int claimOffset(long word) {
        return (int) (word >>> OFFSET_SHIFT) & OFFSET_MASK;
    }

    /** Names a claim and increments the sequence. */
    static long withClaim(long word, int offset, int version) {
        return word & ~(CLAIM_MASK | SEQUENCE_MASK)
                | (long) offset << OFFSET_SHIFT
                | (long) version << VERSION_SHIFT
                | word + 1 & SEQUENCE_MASK;
    }

    static long withoutClaim(long word) {
        return word & ~CLAIM_MASK;
    }

    /** Whether there was no insertion and no freeze between two readings. */
    static boolean sameSequence(long word, long other) {
        return ((word ^ other) & (SEQUENCE_MASK | FROZEN)) == 0;
    }

    /** Whether two readings name the same insertion. */
    static boolean sameClaim(long word, long other) {
        return ((word ^ other) & (CLAIM_MASK | SEQUENCE_MASK)) == 0;
    }
}
