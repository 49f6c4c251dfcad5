package org.lvs4j.packet;

import java.nio.ByteBuffer;

/** What an SCTP packet says about its association: the type of its first chunk, with one exception. */
final class SctpChunks {
    private static final int ABORT = 6;
    private static final int COOKIE_ECHO = 10;
    private static final int COOKIE_ACK = 11;
    private static final int HEADER_BYTES = 4;
    /** The type of data, for a packet without a chunk. */
    private static final int DATA = 0;

    private SctpChunks() {}

    /** The type of the first chunk, or ABORT if that follows a COOKIE-ECHO or COOKIE-ACK. */
    static int signal(ByteBuffer buffer, int at, int end) {
        if (end - at < HEADER_BYTES) {
            return DATA;
        }
        int type = Octets.u8(buffer, at);
        if (type == COOKIE_ECHO || type == COOKIE_ACK) {
            int length = Octets.u16(buffer, at + 2) + 3 & ~3;
            if (length >= HEADER_BYTES
                    && end - at - length >= HEADER_BYTES
                    && Octets.u8(buffer, at + length) == ABORT) {
                return ABORT;
            }
        }
        return type;
    }
}
