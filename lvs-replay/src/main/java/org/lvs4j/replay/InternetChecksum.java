package org.lvs4j.replay;

import java.nio.ByteBuffer;

/**
 * The internet checksum (RFC 1071) over buffers in network byte order. A sum is a long that is not folded to 16 bits.
 */
final class InternetChecksum {
    /** The folded sum of a range that includes its correct checksum. */
    static final int CORRECT = 0xFFFF;

    private InternetChecksum() {}

    /** The sum of a range of bytes; a range of odd length is padded with a zero byte. */
    static long sum(ByteBuffer buffer, int from, int length) {
        long sum = 0;
        int at = from;
        int end = from + length;
        for (; end - at >= Integer.BYTES; at += Integer.BYTES) {
            sum += buffer.getInt(at) & 0xFFFF_FFFFL;
        }
        if (end - at >= Short.BYTES) {
            sum += buffer.getShort(at) & 0xFFFF;
            at += Short.BYTES;
        }
        if (at < end) {
            sum += (long) (buffer.get(at) & 0xFF) << 8;
        }
        return sum;
    }

    /** A sum folded to 16 bits, 0..65535. */
    static int fold(long sum) {
        long folded = sum;
        while (folded >>> 16 != 0) {
            folded = (folded >>> 16) + (folded & 0xFFFF);
        }
        return (int) folded;
    }

    /**
     * Writes the checksum of a range into its field; {@code more} is the sum of what the checksum covers
     * besides the range.
     */
    static void write(ByteBuffer buffer, int field, int from, int length, long more) {
        buffer.putShort(field, (short) 0);
        buffer.putShort(field, (short) ~fold(sum(buffer, from, length) + more));
    }
}
