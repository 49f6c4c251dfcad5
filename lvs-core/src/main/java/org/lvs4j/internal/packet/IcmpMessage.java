package org.lvs4j.internal.packet;

import java.nio.ByteBuffer;

/** The header of ICMP and ICMPv6 messages. */
public final class IcmpMessage {
    /** The length of the header: type, code, checksum, and four bytes that depend on the type. */
    public static final int HEADER_BYTES = 8;

    private static final int UNREACHABLE = 3;
    private static final int SOURCE_QUENCH = 4;
    private static final int TIME_EXCEEDED = 11;
    private static final int FIRST_INFORMATIONAL_V6 = 128;

    private IcmpMessage() {}

    /** Whether the message at an offset is an error that IPVS translates. */
    public static boolean isError(boolean v4, ByteBuffer buffer, int at) {
        int type = Octets.u8(buffer, at);
        return v4
                ? type == UNREACHABLE || type == SOURCE_QUENCH || type == TIME_EXCEEDED
                : type < FIRST_INFORMATIONAL_V6;
    }
}
