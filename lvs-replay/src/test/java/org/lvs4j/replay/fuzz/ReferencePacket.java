package org.lvs4j.replay.fuzz;

import java.util.Arrays;
import java.util.zip.CRC32C;

/** An IP packet parsed byte by byte by the standards. Shares no code with the plane that it verifies. */
final class ReferencePacket {
    static final int ICMP = 1;
    static final int TCP = 6;
    static final int UDP = 17;
    static final int GRE = 47;
    static final int ICMPV6 = 58;
    static final int SCTP = 132;

    final byte[] bytes;
    final boolean v4;
    final int ttlAt;
    final byte[] source;
    final byte[] destination;
    int transport;
    int protocol;
    boolean fragment;
    int fragmentOffset;
    boolean moreFragments;
    long identification;
    int fragmentHeader;
    int nextField;

    private ReferencePacket(byte[] bytes) {
        this.bytes = bytes;
        v4 = bytes[0] >> 4 == 4;
        ttlAt = v4 ? 8 : 7;
        source = v4 ? Arrays.copyOfRange(bytes, 12, 16) : Arrays.copyOfRange(bytes, 8, 24);
        destination = v4 ? Arrays.copyOfRange(bytes, 16, 20) : Arrays.copyOfRange(bytes, 24, 40);
    }

    /** Parses a packet and removes the padding after it; null if its IP headers are malformed. */
    static ReferencePacket parse(byte[] given) {
        return parse(given, false);
    }

    /** Parses a packet that may be truncated; its IPv4 header checksum is not verified. */
    static ReferencePacket parseQuoted(byte[] given) {
        return parse(given, true);
    }

    private static ReferencePacket parse(byte[] given, boolean quoted) {
        if (given.length < 20) {
            return null;
        }
        int version = u8(given, 0) >> 4;
        if (version != 4 && version != 6 || version == 6 && given.length < 40) {
            return null;
        }
        int length = version == 4 ? u16(given, 2) : 40 + u16(given, 4);
        if (length > given.length && !quoted || length < 20) {
            return null;
        }
        ReferencePacket packet = new ReferencePacket(Arrays.copyOf(given, Math.min(length, given.length)));
        return (version == 4 ? packet.parse4(quoted) : packet.parse6(quoted)) ? packet : null;
    }

    private boolean parse4(boolean quoted) {
        int header = (u8(bytes, 0) & 15) * 4;
        if (header < 20 || header > bytes.length || !quoted && sum(bytes, 0, header, 0) != 0xFFFF) {
            return false;
        }
        transport = header;
        protocol = u8(bytes, 9);
        int word = u16(bytes, 6);
        fragment = (word & 0x3FFF) != 0;
        moreFragments = (word & 0x2000) != 0;
        fragmentOffset = (word & 0x1FFF) * 8;
        identification = u16(bytes, 4);
        return true;
    }

    private boolean parse6(boolean quoted) {
        int at = 40;
        nextField = 6;
        int next = u8(bytes, 6);
        while (next == 0 || next == 43 || next == 44 || next == 51 || next == 60) {
            if (at + 8 > bytes.length) {
                return false;
            }
            if (next == 44) {
                fragment = true;
                fragmentHeader = at;
                fragmentOffset = u16(bytes, at + 2) & 0xFFF8;
                moreFragments = (u8(bytes, at + 3) & 1) != 0;
                identification = u32(bytes, at + 4);
                if (!quoted || fragmentOffset != 0) {
                    protocol = u8(bytes, at);
                    transport = at + 8;
                    return true;
                }
            }
            int size = next == 44 ? 8 : next == 51 ? (u8(bytes, at + 1) + 2) * 4 : (u8(bytes, at + 1) + 1) * 8;
            nextField = at;
            next = u8(bytes, at);
            at += size;
            if (at > bytes.length) {
                return false;
            }
        }
        protocol = next;
        transport = at;
        return true;
    }

    int ttl() {
        return u8(bytes, ttlAt);
    }

    boolean hasPorts() {
        return protocol == TCP || protocol == UDP || protocol == SCTP;
    }

    boolean isIcmp() {
        return protocol == (v4 ? ICMP : ICMPV6);
    }

    int sourcePort() {
        return u16(bytes, transport);
    }

    int destinationPort() {
        return u16(bytes, transport + 2);
    }

    /** The smallest length of the transport header, in bytes. */
    int leastTransport() {
        return switch (protocol) {
            case TCP -> 20;
            case SCTP -> 12;
            default -> 8;
        };
    }

    /** The offset of the transport checksum; 0 for a protocol without one. */
    int checksumAt() {
        return switch (protocol) {
            case TCP -> transport + 16;
            case UDP -> transport + 6;
            case SCTP -> transport + 8;
            default -> isIcmp() ? transport + 2 : 0;
        };
    }

    /** The sum of all bytes that the checksum covers, including the checksum: 0xFFFF if it is correct. */
    int transportSum() {
        int length = bytes.length - transport;
        long pseudo = 0;
        if (protocol != ICMP) {
            pseudo = raw(source, 0, source.length) + raw(destination, 0, destination.length) + protocol + length;
        }
        return sum(bytes, transport, length, pseudo);
    }

    /** The correct CRC of an SCTP packet, in the byte order of the packet. */
    long crc() {
        byte[] copy = bytes.clone();
        Arrays.fill(copy, transport + 8, transport + 12, (byte) 0);
        CRC32C crc = new CRC32C();
        crc.update(copy, transport, copy.length - transport);
        return Integer.reverseBytes((int) crc.getValue()) & 0xFFFF_FFFFL;
    }

    // ---- integers in network byte order

    static int u8(byte[] bytes, int at) {
        return bytes[at] & 0xFF;
    }

    static int u16(byte[] bytes, int at) {
        return u8(bytes, at) << 8 | u8(bytes, at + 1);
    }

    static long u32(byte[] bytes, int at) {
        return (long) u16(bytes, at) << 16 | u16(bytes, at + 2);
    }

    static void put16(byte[] bytes, int at, int value) {
        bytes[at] = (byte) (value >> 8);
        bytes[at + 1] = (byte) value;
    }

    static void put32(byte[] bytes, int at, long value) {
        put16(bytes, at, (int) (value >> 16));
        put16(bytes, at + 2, (int) value);
    }

    private static long raw(byte[] bytes, int from, int length) {
        long sum = 0;
        for (int i = 0; i < length; i++) {
            sum += (i & 1) == 0 ? u8(bytes, from + i) << 8 : u8(bytes, from + i);
        }
        return sum;
    }

    /** The ones' complement sum of 16-bit words; 0xFFFF in place of 0. */
    static int sum(byte[] bytes, int from, int length, long more) {
        long remainder = (raw(bytes, from, length) + more) % 0xFFFF;
        return remainder == 0 ? 0xFFFF : (int) remainder;
    }
}
