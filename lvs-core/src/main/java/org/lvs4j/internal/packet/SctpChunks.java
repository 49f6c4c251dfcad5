package org.lvs4j.internal.packet;

import java.nio.ByteBuffer;
import org.lvs4j.net.SctpChunk;

/**
 * Finds the chunk of an SCTP packet that decides about its association's state (IPVS; chunk layout:
 * RFC 9260, section 3.2).
 */
final class SctpChunks {
    private static final int HEADER_BYTES = 4;

    private SctpChunks() {}

    /**
     * The type of the first chunk, or {@code ABORT} if that chunk follows a {@code COOKIE_ECHO} or {@code COOKIE_ACK}.
     *
     * @param at the offset of the first chunk
     * @param end the offset after the packet
     */
    static int chunkType(ByteBuffer buffer, int at, int end) {
        if (end - at < HEADER_BYTES) {
            return SctpChunk.DATA;
        }
        int type = Octets.u8(buffer, at);
        if (type == SctpChunk.COOKIE_ECHO || type == SctpChunk.COOKIE_ACK) {
            int length = Octets.u16(buffer, at + 2) + 3 & ~3;
            if (length >= HEADER_BYTES
                    && end - at - length >= HEADER_BYTES
                    && Octets.u8(buffer, at + length) == SctpChunk.ABORT) {
                return SctpChunk.ABORT;
            }
        }
        return type;
    }
}
