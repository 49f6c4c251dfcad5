package org.lvs4j.internal.packet;

import java.nio.ByteBuffer;

/**
 * The internet checksum (RFC 1071), and its change when a few words change (RFC 1624): a packet that arrives with a wrong
 * checksum leaves with an equally wrong one.
 *
 * <p>Sums are longs that have not been folded yet: the sum of 16-bit words, or of 32-bit ones, which folds to the same.
 */
public final class Checksum {
    private Checksum() {}

    /** The sum of a range of bytes, an odd one counting as followed by a zero. */
    public static long sum(ByteBuffer buffer, int from, int length) {
        long sum = 0;
        int at = from;
        int end = from + length;
        // Half words of a long sum up without overflow: a packet holds less than 2^16 of them.
        for (; end - at >= Long.BYTES; at += Long.BYTES) {
            long word = Octets.i64(buffer, at);
            sum += (word >>> 32) + (word & 0xFFFF_FFFFL);
        }
        if (end - at >= Integer.BYTES) {
            sum += Octets.i32(buffer, at) & 0xFFFF_FFFFL;
            at += Integer.BYTES;
        }
        if (end - at >= Short.BYTES) {
            sum += Octets.u16(buffer, at);
            at += Short.BYTES;
        }
        if (at < end) {
            sum += (long) Octets.u8(buffer, at) << 8;
        }
        return sum;
    }

    /** The sum of the words of a number. */
    public static long sum(long word) {
        return (word >>> 32) + (word & 0xFFFF_FFFFL);
    }

    /** A sum as one word, 0..65535. */
    public static int fold(long sum) {
        long folded = (sum >>> 32) + (sum & 0xFFFF_FFFFL);
        folded = (folded >>> 16) + (folded & 0xFFFF);
        folded = (folded >>> 16) + (folded & 0xFFFF);
        return (int) ((folded >>> 16) + (folded & 0xFFFF));
    }

    /** The checksum that makes a sum complete, 0..65535. */
    public static int of(long sum) {
        return ~fold(sum) & 0xFFFF;
    }

    /** What the sum grows by when a 64-bit word changes. */
    public static long change(long before, long after) {
        return sum(~before) + sum(after);
    }

    /** What the sum grows by when a 32-bit word changes. */
    public static long change(int before, int after) {
        return (~before & 0xFFFF_FFFFL) + (after & 0xFFFF_FFFFL);
    }

    /** What the sum grows by when a 16-bit word changes. */
    public static long changeWord(int before, int after) {
        return (~before & 0xFFFF) + (after & 0xFFFF);
    }

    /** A checksum after a change of what it covers. */
    public static int adjust(int checksum, long change) {
        return of((~checksum & 0xFFFF) + change);
    }
}
