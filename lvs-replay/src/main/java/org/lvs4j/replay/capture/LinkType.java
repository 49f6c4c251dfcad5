package org.lvs4j.replay.capture;

import java.nio.ByteBuffer;

/** Finds the IP packet in a frame by its link type (LINKTYPE_ values of tcpdump.org). */
final class LinkType {
    static final int RAW = 101;

    static final String KNOWN = "Ethernet (1), raw IP (12, 14, 101, 228, 229), BSD loopback (0, 108), PPP (9, 50, 51),"
            + " Cisco HDLC (104) or Linux cooked (113, 276)";

    /** The frame has another protocol. */
    static final int NOT_IP = -1;

    /** The link type is not supported. */
    static final int UNKNOWN = -2;

    private static final int NULL = 0;
    private static final int ETHERNET = 1;
    private static final int PPP = 9;
    private static final int RAW_BSD = 12;
    private static final int RAW_OPENBSD = 14;
    private static final int PPP_HDLC = 50;
    private static final int PPP_ETHERNET = 51;
    private static final int CISCO_HDLC = 104;
    private static final int LOOP = 108;
    private static final int LINUX_COOKED = 113;
    private static final int IPV4 = 228;
    private static final int IPV6 = 229;
    private static final int LINUX_COOKED_2 = 276;

    private static final int ANY_VERSION = 0;

    private LinkType() {}

    static boolean isKnown(int linkType) {
        return switch (linkType) {
            case NULL,
                    ETHERNET,
                    PPP,
                    RAW_BSD,
                    RAW_OPENBSD,
                    PPP_HDLC,
                    PPP_ETHERNET,
                    RAW,
                    CISCO_HDLC,
                    LOOP,
                    LINUX_COOKED,
                    IPV4,
                    IPV6,
                    LINUX_COOKED_2 -> true;
            default -> false;
        };
    }

    /**
     * The offset of the IP packet in a frame.
     *
     * @param frame from position to limit, in network byte order; its position does not change
     * @return the number of bytes before the packet, {@link #NOT_IP} or {@link #UNKNOWN}
     */
    static int packetStart(int linkType, ByteBuffer frame) {
        return switch (linkType) {
            case RAW, RAW_BSD, RAW_OPENBSD -> ip(frame, 0, ANY_VERSION);
            case IPV4 -> ip(frame, 0, 4);
            case IPV6 -> ip(frame, 0, 6);
            case ETHERNET -> Encapsulations.typed(frame, 12, 14);
            case LINUX_COOKED -> Encapsulations.typed(frame, 14, 16);
            case LINUX_COOKED_2 -> Encapsulations.typed(frame, 0, 20);
            case CISCO_HDLC -> Encapsulations.typed(frame, 2, 4);
            case PPP, PPP_HDLC -> Encapsulations.pppOrHdlc(frame);
            case PPP_ETHERNET -> Encapsulations.pppoe(frame, 0);
            case NULL, LOOP -> byFamily(frame);
            default -> UNKNOWN;
        };
    }

    /**
     * Finds the packet by the address family, a number of the capturing host's operating system in that
     * host's byte order.
     */
    private static int byFamily(ByteBuffer frame) {
        if (frame.remaining() < 4) {
            return NOT_IP;
        }
        int family = frame.getInt(frame.position());
        family = (family & 0xffff) == 0 ? Integer.reverseBytes(family) : family;
        return switch (family) {
            case 2 -> ip(frame, 4, 4);
            case 10, 23, 24, 28, 30 -> ip(frame, 4, 6);
            default -> NOT_IP;
        };
    }

    /** The offset if a packet of an IP version is there, or {@link #NOT_IP}. */
    static int ip(ByteBuffer frame, int at, int version) {
        if (frame.remaining() <= at) {
            return NOT_IP;
        }
        int found = frame.get(frame.position() + at) >> 4 & 0xf;
        boolean matches = version == ANY_VERSION ? found == 4 || found == 6 : found == version;
        return matches ? at : NOT_IP;
    }
}
