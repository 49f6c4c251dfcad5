package org.lvs4j.internal.packet;

import java.nio.ByteBuffer;

/** The pseudo header that checksums of transport protocols cover besides the packet's own bytes. */
final class PseudoHeader {
    private PseudoHeader() {}

    /** Its sum for the packet that starts at a place. */
    static long sum(boolean v4, ByteBuffer buffer, int start, int protocol, int length) {
        return (v4 ? Checksum.sum(buffer, start + 12, 8) : Checksum.sum(buffer, start + 8, 32)) + protocol + length;
    }
}
