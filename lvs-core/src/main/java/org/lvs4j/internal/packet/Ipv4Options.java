package org.lvs4j.internal.packet;

import java.nio.ByteBuffer;

/** The options of IPv4 headers (RFC 791): which a router forwards, and what it records in them. */
public final class Ipv4Options {
    private static final int END = 0;
    private static final int NOP = 1;
    private static final int RECORD_ROUTE = 7;
    private static final int LOOSE_SOURCE_ROUTE = 131;
    private static final int STRICT_SOURCE_ROUTE = 137;
    private static final int COPIED = 0x80;
    private static final int FIRST_POINTER = 4;

    private Ipv4Options() {}

    /** Whether the options of a packet are well formed and none is a source route. */
    public static boolean mayPass(PacketHeader packet, ByteBuffer in) {
        int end = packet.transport();
        int at = packet.start() + PacketHeader.IPV4_BYTES;
        while (at < end) {
            int type = Octets.u8(in, at);
            if (type == END) {
                return true;
            }
            if (type == NOP) {
                at++;
                continue;
            }
            int length = at + 1 < end ? Octets.u8(in, at + 1) : 0;
            if (length < 2 || length > end - at || type == LOOSE_SOURCE_ROUTE || type == STRICT_SOURCE_ROUTE) {
                return false;
            }
            if (type == RECORD_ROUTE && !isRecordable(in, at, length)) {
                return false;
            }
            at += length;
        }
        return true;
    }

    private static boolean isRecordable(ByteBuffer in, int at, int length) {
        if (length < 3) {
            return false;
        }
        int pointer = Octets.u8(in, at + 2);
        return pointer >= FIRST_POINTER && (pointer > length || pointer + 3 <= length);
    }

    /**
     * Writes the router's address into the record route option, if there is one with room, and updates
     * the header checksum.
     *
     * @param at where the packet starts; its options {@linkplain #mayPass may pass}
     * @param headerBytes the length of its header
     * @param address the router's address
     */
    public static void record(ByteBuffer out, int at, int headerBytes, int address) {
        int end = at + headerBytes;
        int option = at + PacketHeader.IPV4_BYTES;
        while (option < end) {
            int type = Octets.u8(out, option);
            if (type == END) {
                return;
            }
            int length = type == NOP ? 1 : Octets.u8(out, option + 1);
            if (type == RECORD_ROUTE) {
                int pointer = Octets.u8(out, option + 2);
                if (pointer <= length) {
                    Octets.put32(out, option + pointer - 1, address);
                    Octets.put8(out, option + 2, pointer + 4);
                    Ipv4Header.complete(out, at, headerBytes);
                }
                return;
            }
            option += length;
        }
    }

    /** Replaces the options that only the first fragment carries (copied flag 0) with no-operation options. */
    static void blankUncopied(ByteBuffer out, int from, int end) {
        int at = from;
        while (at < end) {
            int type = Octets.u8(out, at);
            if (type == END) {
                return;
            }
            int length = type == NOP ? 1 : at + 1 < end ? Octets.u8(out, at + 1) : 0;
            if (length < 1 || length > end - at) {
                return;
            }
            if ((type & COPIED) == 0) {
                for (int i = 0; i < length; i++) {
                    Octets.put8(out, at + i, NOP);
                }
            }
            at += length;
        }
    }
}
