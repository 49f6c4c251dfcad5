package org.lvs4j.internal.packet;

import java.nio.ByteBuffer;
import org.lvs4j.net.SctpChunk;

/** What an SCTP packet says about its association: the type of its first chunk, with one exception. */
final class SctpChunks {
    private static final int HEADER_BYTES = 4;

    private SctpChunks() {}

    /** The type of the first chunk, or ABORT if that follows a COOKIE-ECHO or COOKIE-ACK. */
    static int signal(ByteBuffer buffer, int at, int end) {
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
