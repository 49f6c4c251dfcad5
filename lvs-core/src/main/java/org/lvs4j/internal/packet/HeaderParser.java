package org.lvs4j.internal.packet;

import java.nio.ByteBuffer;
import org.lvs4j.internal.packet.PacketHeader.Kind;
import org.lvs4j.net.AddressFamily;
import org.lvs4j.net.Protocol;

/**
 * Parses IPv4 (RFC 791), IPv6 (RFC 8200) and the first bytes of the transport header into a {@link PacketHeader}. Never
 * reads outside the given range and never throws, regardless of the bytes.
 */
final class HeaderParser {
    private static final int MORE_FRAGMENTS = 0x2000;
    private static final int DONT_FRAGMENT = 0x4000;
    private static final int OFFSET_MASK = 0x1FFF;

    /** More extension headers than any sender needs. */
    private static final int MAX_EXTENSIONS = 16;

    private static final int PORTS_BYTES = 4;
    private static final int TCP_BYTES = 20;
    private static final int UDP_BYTES = 8;
    private static final int SCTP_BYTES = 12;

    private HeaderParser() {}

    /**
     * Parses a packet.
     *
     * @param whole false for a packet that an ICMP error quotes, which may be truncated
     */
    static Kind parse(PacketHeader packet, ByteBuffer buffer, int from, int limit, boolean whole) {
        packet.start = from;
        int available = limit - from;
        if (available < PacketHeader.IPV4_BYTES) {
            return Kind.MALFORMED;
        }
        return switch (Octets.u8(buffer, from) >>> 4) {
            case 4 -> ipv4(packet, buffer, available, whole);
            case 6 ->
                available < PacketHeader.IPV6_BYTES ? Kind.MALFORMED : ipv6(packet, buffer, limit, available, whole);
            default -> Kind.MALFORMED;
        };
    }

    private static Kind ipv4(PacketHeader packet, ByteBuffer buffer, int available, boolean whole) {
        packet.family = AddressFamily.IPV4;
        int start = packet.start;
        // Three loads cover the header without options.
        long first = Octets.i64(buffer, start);
        long second = Octets.i64(buffer, start + 8);
        int third = Octets.i32(buffer, start + 16);
        int headerBytes = (int) (first >>> 54) & 0x3C;
        int length = (int) (first >>> 32) & 0xFFFF;
        if (headerBytes < PacketHeader.IPV4_BYTES || headerBytes > available || length < headerBytes) {
            return Kind.MALFORMED;
        }
        if (whole) {
            long sum = Checksum.sum(first) + Checksum.sum(second) + (third & 0xFFFF_FFFFL);
            if (headerBytes > PacketHeader.IPV4_BYTES) {
                sum += Checksum.sum(buffer, start + PacketHeader.IPV4_BYTES, headerBytes - PacketHeader.IPV4_BYTES);
            }
            if (length > available || Checksum.fold(sum) != 0xFFFF) {
                return Kind.MALFORMED;
            }
        }
        packet.end = start + Math.min(length, available);
        packet.transport = start + headerBytes;
        packet.sourceHigh = 0;
        packet.sourceLow = second & 0xFFFF_FFFFL;
        packet.destinationHigh = 0;
        packet.destinationLow = third & 0xFFFF_FFFFL;
        packet.ttl = (int) (second >>> 56);
        packet.number = (int) (second >>> 48) & 0xFF;
        int fragment = (int) first & 0xFFFF;
        packet.dontFragment = (fragment & DONT_FRAGMENT) != 0;
        if ((fragment & (MORE_FRAGMENTS | OFFSET_MASK)) != 0) {
            packet.moreFragments = (fragment & MORE_FRAGMENTS) != 0;
            packet.fragmentOffset = (fragment & OFFSET_MASK) << 3;
            packet.identification = (int) (first >>> 16) & 0xFFFF;
            if (whole || packet.fragmentOffset != 0) {
                return Kind.FRAGMENT;
            }
        }
        return transport(packet, buffer, whole);
    }

    private static Kind ipv6(PacketHeader packet, ByteBuffer buffer, int limit, int available, boolean whole) {
        packet.family = AddressFamily.IPV6;
        int start = packet.start;
        int word = Octets.i32(buffer, start + 4);
        int length = PacketHeader.IPV6_BYTES + (word >>> 16);
        if (whole && length > available) {
            return Kind.MALFORMED;
        }
        packet.end = Math.min(start + length, limit);
        packet.sourceHigh = Octets.i64(buffer, start + 8);
        packet.sourceLow = Octets.i64(buffer, start + 16);
        packet.destinationHigh = Octets.i64(buffer, start + 24);
        packet.destinationLow = Octets.i64(buffer, start + 32);
        packet.dontFragment = true;
        packet.ttl = word & 0xFF;
        int next = word >>> 8 & 0xFF;
        if (next == IpProtocol.TCP || next == IpProtocol.UDP) {
            packet.number = next;
            packet.transport = start + PacketHeader.IPV6_BYTES;
            return transport(packet, buffer, whole);
        }
        return extensions(packet, buffer, next, whole);
    }

    private static Kind extensions(PacketHeader packet, ByteBuffer buffer, int first, boolean whole) {
        int next = first;
        int nextField = packet.start + PacketHeader.NEXT_HEADER_V6;
        int at = packet.start + PacketHeader.IPV6_BYTES;
        for (int count = 0; isExtension(next); count++) {
            if (count == MAX_EXTENSIONS || packet.end - at < 8) {
                return Kind.MALFORMED;
            }
            if (next == IpProtocol.FRAGMENT) {
                int fragment = Octets.u16(buffer, at + 2);
                packet.moreFragments = (fragment & 1) != 0;
                packet.fragmentOffset = fragment & 0xFFF8;
                packet.identification = Octets.i32(buffer, at + 4);
                packet.fragmentHeader = at;
                packet.beforeFragmentHeader = nextField;
                packet.number = Octets.u8(buffer, at);
                // An atomic fragment (RFC 6946) also goes through reassembly, and leaves without its fragment header.
                if (whole || packet.fragmentOffset != 0) {
                    return Kind.FRAGMENT;
                }
            }
            int bytes = extensionBytes(buffer, next, at);
            if (bytes > packet.end - at) {
                return Kind.MALFORMED;
            }
            nextField = at;
            next = Octets.u8(buffer, at);
            at += bytes;
        }
        packet.number = next;
        packet.transport = at;
        return transport(packet, buffer, whole);
    }

    private static boolean isExtension(int next) {
        return switch (next) {
            case IpProtocol.HOP_BY_HOP,
                    IpProtocol.ROUTING,
                    IpProtocol.FRAGMENT,
                    IpProtocol.AUTHENTICATION,
                    IpProtocol.DESTINATION_OPTIONS -> true;
            default -> false;
        };
    }

    private static int extensionBytes(ByteBuffer buffer, int type, int at) {
        int length = Octets.u8(buffer, at + 1);
        return switch (type) {
            case IpProtocol.FRAGMENT -> 8;
            case IpProtocol.AUTHENTICATION -> (length + 2) * 4;
            default -> (length + 1) * 8;
        };
    }

    private static Kind transport(PacketHeader packet, ByteBuffer buffer, boolean whole) {
        int at = packet.transport;
        int available = packet.end - at;
        Protocol protocol;
        int least;
        switch (packet.number) {
            case IpProtocol.TCP -> {
                protocol = Protocol.TCP;
                least = TCP_BYTES;
            }
            case IpProtocol.UDP -> {
                protocol = Protocol.UDP;
                least = UDP_BYTES;
            }
            case IpProtocol.SCTP -> {
                protocol = Protocol.SCTP;
                least = SCTP_BYTES;
            }
            case IpProtocol.ICMP -> {
                packet.protocol = null;
                return packet.isV4() ? icmp(available) : Kind.OTHER;
            }
            case IpProtocol.ICMPV6 -> {
                packet.protocol = null;
                return packet.isV4() ? Kind.OTHER : icmp(available);
            }
            default -> {
                packet.protocol = null;
                return Kind.OTHER;
            }
        }
        packet.protocol = protocol;
        if (available < (whole ? least : PORTS_BYTES)) {
            return Kind.MALFORMED;
        }
        packet.ports = Octets.i32(buffer, at);
        if (whole) {
            packet.flagsOrChunk = switch (protocol) {
                case TCP -> Octets.u8(buffer, at + 13);
                case UDP -> 0;
                case SCTP -> SctpChunks.chunkType(buffer, at + SCTP_BYTES, packet.end);
            };
        }
        return Kind.TRANSPORT;
    }

    private static Kind icmp(int available) {
        return available < IcmpMessage.HEADER_BYTES ? Kind.MALFORMED : Kind.ICMP;
    }
}
