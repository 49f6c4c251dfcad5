package org.lvs4j.internal.packet;

import java.nio.ByteBuffer;

/**
 * The internet checksum (RFC 1071) and its incremental update (RFC 1624). An incremental update keeps the error of a
 * wrong checksum: a packet that arrives with a wrong checksum leaves with a wrong one.
 *
 * <p>A sum is a long that is not folded to 16 bits. It may add 16-bit or 32-bit words, because 2^32 and 2^16 are both
 * congruent to 1 modulo 2^16 - 1.
 */
public final class Checksum {
    private Checksum() {}

    /** The sum of a range of bytes; a range of odd length is padded with a zero byte. */
    public static long sum(ByteBuffer buffer, int from, int length) {
        long sum = 0;
        int at = from;
        int end = from + length;
        // Adding 32-bit halves cannot overflow: a packet has less than 2^16 of them.
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

    /** The sum of the two halves of a 64-bit word. */
    public static long sum(long word) {
        return (word >>> 32) + (word & 0xFFFF_FFFFL);
    }

    /** A sum folded to 16 bits, 0..65535; 65535 if the range includes its correct checksum. */
    public static int fold(long sum) {
        long folded = (sum >>> 32) + (sum & 0xFFFF_FFFFL);
        folded = (folded >>> 16) + (folded & 0xFFFF);
        folded = (folded >>> 16) + (folded & 0xFFFF);
        return (int) ((folded >>> 16) + (folded & 0xFFFF));
    }

    /** The checksum for a sum that excludes the checksum field, 0..65535. */
    public static int of(long sum) {
        return ~fold(sum) & 0xFFFF;
    }

    /** The change of the sum when a 64-bit word changes. */
    public static long change(long before, long after) {
        return sum(~before) + sum(after);
    }

    /** The change of the sum when a 32-bit word changes. */
    public static long change(int before, int after) {
        return (~before & 0xFFFF_FFFFL) + (after & 0xFFFF_FFFFL);
    }

    /** The change of the sum when a 16-bit word changes. */
    public static long changeWord(int before, int after) {
        return (~before & 0xFFFF) + (after & 0xFFFF);
    }

    /** A checksum after a change of the words that it covers (RFC 1624, equation 3). */
    public static int adjust(int checksum, long change) {
        return of((~checksum & 0xFFFF) + change);
    }
}
