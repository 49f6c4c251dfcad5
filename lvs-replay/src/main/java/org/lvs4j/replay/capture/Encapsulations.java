package org.lvs4j.replay.capture;

import java.nio.ByteBuffer;

/**
 * Finds the IP packet behind an Ethertype: after VLAN tags (IEEE 802.1Q, 802.1ad), MPLS labels (RFC 3032), a PPPoE
 * session (RFC 2516), or the LLC and SNAP headers of a frame with a length instead of a type (IEEE 802.2, RFC 1042).
 * All offsets are relative to the position of the frame, which is in network byte order and does not move.
 */
final class Encapsulations {
    private static final int IPV4 = 0x0800;
    private static final int IPV6 = 0x86dd;

    /** Ethertypes start here; smaller numbers are lengths, and in Linux cooked frames kinds of frames without a type. */
    private static final int FIRST_TYPE = 0x0600;

    private static final int PPP_IPV4 = 0x0021;
    private static final int PPP_IPV6 = 0x0057;
    private static final int PPPOE_BYTES = 6;
    private static final int LLC_BYTES = 3;
    private static final int SNAP_BYTES = 8;
    private static final int LABEL_BYTES = 4;

    /** More headers than any network needs. */
    private static final int MAX_HEADERS = 8;

    private Encapsulations() {}

    /**
     * Finds the packet by an Ethertype.
     *
     * @param typeAt where the Ethertype is
     * @param dataAt where the data of this type are
     */
    static int typed(ByteBuffer frame, int typeAt, int dataAt) {
        int at = typeAt;
        int data = dataAt;
        for (int headers = 0; headers <= MAX_HEADERS && data <= frame.remaining(); headers++) {
            int type = u16(frame, at);
            switch (type) {
                case IPV4 -> {
                    return LinkType.ip(frame, data, 4);
                }
                case IPV6 -> {
                    return LinkType.ip(frame, data, 6);
                }
                case 0x8100, 0x88a8, 0x9100, 0x9200, 0x9300 -> {
                    at = data + 2;
                    data += 4;
                }
                case 0x8847, 0x8848 -> {
                    return mpls(frame, data);
                }
                case 0x8864 -> {
                    return pppoe(frame, data);
                }
                case 0x880b -> {
                    return ppp(frame, data);
                }
                default -> {
                    boolean snap = type < FIRST_TYPE && hasSnap(frame, data);
                    if (!snap) {
                        return type < FIRST_TYPE ? llc(frame, data) : LinkType.NOT_IP;
                    }
                    at = data + SNAP_BYTES - 2;
                    data += SNAP_BYTES;
                }
            }
        }
        return LinkType.NOT_IP;
    }

    /** Whether an Ethertype follows the LLC header: that of encapsulated Ethernet, or of bridged frames. */
    private static boolean hasSnap(ByteBuffer frame, int at) {
        return frame.remaining() >= at + SNAP_BYTES
                && u16(frame, at) == 0xaaaa
                && u8(frame, at + 2) == 3
                && (u24(frame, at + LLC_BYTES) == 0 || u24(frame, at + LLC_BYTES) == 0xf8);
    }

    /** IP directly behind LLC (RFC 948). */
    private static int llc(ByteBuffer frame, int at) {
        boolean ip = frame.remaining() >= at + LLC_BYTES && u16(frame, at) == 0x0606 && u8(frame, at + 2) == 3;
        return ip ? LinkType.ip(frame, at + LLC_BYTES, 4) : LinkType.NOT_IP;
    }

    /** The packet behind the last label; a label does not tell the protocol, the packet's first bits do. */
    private static int mpls(ByteBuffer frame, int start) {
        int at = start;
        for (int labels = 0; labels < 2 * MAX_HEADERS && frame.remaining() >= at + LABEL_BYTES; labels++) {
            boolean last = (u8(frame, at + 2) & 1) != 0;
            at += LABEL_BYTES;
            if (last) {
                int found = LinkType.ip(frame, at, 4);
                return found >= 0 ? found : LinkType.ip(frame, at, 6);
            }
        }
        return LinkType.NOT_IP;
    }

    /** The packet in a PPPoE session. */
    static int pppoe(ByteBuffer frame, int at) {
        boolean session = frame.remaining() >= at + PPPOE_BYTES && u8(frame, at) == 0x11 && u8(frame, at + 1) == 0;
        return session ? ppp(frame, at + PPPOE_BYTES) : LinkType.NOT_IP;
    }

    /** The packet in a frame of PPP, with or without the address and control bytes of HDLC (RFC 1662), or of Cisco. */
    static int pppOrHdlc(ByteBuffer frame) {
        if (frame.remaining() < 4) {
            return LinkType.NOT_IP;
        }
        return switch (u16(frame, 0)) {
            case 0xff03 -> ppp(frame, 2);
            case 0x0f00, 0x8f00 -> typed(frame, 2, 4);
            default -> ppp(frame, 0);
        };
    }

    /** The packet behind a protocol number of PPP, which may be compressed to one odd byte (RFC 1661). */
    private static int ppp(ByteBuffer frame, int at) {
        if (frame.remaining() < at + 2) {
            return LinkType.NOT_IP;
        }
        boolean compressed = (u8(frame, at) & 1) != 0;
        return switch (compressed ? u8(frame, at) : u16(frame, at)) {
            case PPP_IPV4 -> LinkType.ip(frame, at + (compressed ? 1 : 2), 4);
            case PPP_IPV6 -> LinkType.ip(frame, at + (compressed ? 1 : 2), 6);
            default -> LinkType.NOT_IP;
        };
    }

    private static int u8(ByteBuffer frame, int at) {
        return frame.get(frame.position() + at) & 0xff;
    }

    private static int u16(ByteBuffer frame, int at) {
        return frame.getShort(frame.position() + at) & 0xffff;
    }

    private static int u24(ByteBuffer frame, int at) {
        return u16(frame, at) << 8 | u8(frame, at + 2);
    }
}
