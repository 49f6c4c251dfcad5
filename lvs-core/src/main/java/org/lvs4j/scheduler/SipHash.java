package org.lvs4j.scheduler;

/**
 * SipHash-1-3 of inputs below eight bytes, as Linux uses it for {@code mh}: one round per block and
 * three for finalization.
 *
 * <p>J.-P. Aumasson and D. Bernstein, "SipHash: a fast short-input PRF", INDOCRYPT 2012.
 */
final class SipHash {
    private SipHash() {}

    /** The lower 32 bits of the hash of a 32-bit value in little-endian order, with a key of two equal words. */
    static int of(long keyWord, int value) {
        return (int) ofBlock(keyWord, keyWord, 4L << 56 | value & 0xFFFF_FFFFL);
    }

    /**
     * The hash of up to seven bytes.
     *
     * @param block the bytes, the first one lowest, and their number in the highest byte
     */
    static long ofBlock(long key0, long key1, long block) {
        long v0 = key0 ^ 0x736F_6D65_7073_6575L;
        long v1 = key1 ^ 0x646F_7261_6E64_6F6DL;
        long v2 = key0 ^ 0x6C79_6765_6E65_7261L;
        long v3 = key1 ^ 0x7465_6462_7974_6573L ^ block;
        for (int round = 0; round < 3; round++) {
            v0 += v1;
            v2 += v3;
            v1 = Long.rotateLeft(v1, 13) ^ v0;
            v3 = Long.rotateLeft(v3, 16) ^ v2;
            v0 = Long.rotateLeft(v0, 32) + v3;
            v2 += v1;
            v3 = Long.rotateLeft(v3, 21) ^ v0;
            v1 = Long.rotateLeft(v1, 17) ^ v2;
            v2 = Long.rotateLeft(v2, 32);
            if (round == 0) {
                v0 ^= block;
                v2 ^= 0xFF;
            }
        }
        // The last round, without the operations that the exclusive or of all four words cancels.
        v1 = Long.rotateLeft(v1, 13) ^ v0 + v1;
        v2 += v3;
        v3 = Long.rotateLeft(v3, 16) ^ v2;
        v2 += v1;
        return Long.rotateLeft(v1, 17) ^ v2 ^ Long.rotateLeft(v2, 32) ^ Long.rotateLeft(v3, 21);
    }
}
