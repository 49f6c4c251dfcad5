package org.lvs4j.internal.packet;

import java.nio.ByteBuffer;

/**
 * The pseudo header that transport checksums cover in addition to the packet's own bytes (RFC 9293, section 3.1; RFC
 * 8200, section 8.1).
 */
final class PseudoHeader {
    private PseudoHeader() {}

    /**
     * The sum of the pseudo header, not folded.
     *
     * @param start where the IP header starts
     * @param length of the transport header and its payload
     */
    static long sum(boolean v4, ByteBuffer buffer, int start, int protocol, int length) {
        return (v4 ? Checksum.sum(buffer, start + 12, 8) : Checksum.sum(buffer, start + 8, 32)) + protocol + length;
    }
}
