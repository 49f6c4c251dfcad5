package org.lvs4j.replay;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.lvs4j.net.AddressFamily;
import org.lvs4j.net.IpAddress;
import org.lvs4j.net.Protocol;

/**
 * A view of an IP packet in a buffer in network byte order. All offsets are within the buffer.
 *
 * @param buffer holds the packet
 * @param start where the packet starts
 * @param end where the packet ends
 * @param transport where the transport header or ICMP message starts; of a fragment, where its payload starts
 * @param number the protocol number after all IPv6 extension headers
 * @param fragment whether the packet is a fragment
 */
record IpPacket(ByteBuffer buffer, int start, int end, int transport, int number, boolean fragment) {
    /** The largest IPv4 packet, and the largest payload of an IPv6 packet. */
    static final int MAX_BYTES = 65_535;

    static final int IPV4_BYTES = 20;
    static final int IPV6_BYTES = 40;
    static final int ICMP = 1;
    static final int ICMPV6 = 58;
    static final int TCP_BYTES = 20;
    static final int ICMP_BYTES = 8;

    private static final int UDP_BYTES = 8;
    private static final int SCTP_BYTES = 12;

    private static final int HOP_BY_HOP = 0;
    private static final int ROUTING = 43;
    private static final int FRAGMENT = 44;
    private static final int AUTHENTICATION = 51;
    private static final int DESTINATION_OPTIONS = 60;
    private static final int MAX_EXTENSIONS = 16;
    private static final int OFFSET_AND_MORE = 0x3FFF;

    /**
     * Reads a packet. Checks every length, but no checksum: a plane has done that for the packets that it passes on.
     *
     * @return null if the bytes are not a packet whose transport header is complete
     */
    static @Nullable IpPacket read(ByteBuffer buffer, int start, int limit) {
        int available = limit - start;
        if (available < IPV4_BYTES) {
            return null;
        }
        return switch (buffer.get(start) >> 4 & 0xF) {
            case 4 -> ipv4(buffer, start, available);
            case 6 -> available < IPV6_BYTES ? null : ipv6(buffer, start, available);
            default -> null;
        };
    }

    private static @Nullable IpPacket ipv4(ByteBuffer buffer, int start, int available) {
        int header = (buffer.get(start) & 0xF) * 4;
        int length = buffer.getShort(start + 2) & 0xFFFF;
        if (header < IPV4_BYTES || length < header || length > available) {
            return null;
        }
        boolean fragment = (buffer.getShort(start + 6) & OFFSET_AND_MORE) != 0;
        int number = buffer.get(start + 9) & 0xFF;
        return whole(new IpPacket(buffer, start, start + length, start + header, number, fragment));
    }

    private static @Nullable IpPacket ipv6(ByteBuffer buffer, int start, int available) {
        int length = IPV6_BYTES + (buffer.getShort(start + 4) & 0xFFFF);
        if (length > available) {
            return null;
        }
        int end = start + length;
        int at = start + IPV6_BYTES;
        int next = buffer.get(start + 6) & 0xFF;
        for (int count = 0; isExtension(next); count++) {
            if (count == MAX_EXTENSIONS || end - at < 8) {
                return null;
            }
            int units = buffer.get(at + 1) & 0xFF;
            int bytes = next == FRAGMENT ? 8 : next == AUTHENTICATION ? (units + 2) * 4 : (units + 1) * 8;
            if (bytes > end - at) {
                return null;
            }
            boolean fragment = next == FRAGMENT;
            next = buffer.get(at) & 0xFF;
            at += bytes;
            if (fragment) {
                return new IpPacket(buffer, start, end, at, next, true);
            }
        }
        return whole(new IpPacket(buffer, start, end, at, next, false));
    }

    private static boolean isExtension(int next) {
        return next == HOP_BY_HOP
                || next == ROUTING
                || next == FRAGMENT
                || next == AUTHENTICATION
                || next == DESTINATION_OPTIONS;
    }

    private static @Nullable IpPacket whole(IpPacket packet) {
        return packet.fragment || packet.transportBytes() >= packet.leastTransportBytes() ? packet : null;
    }

    /** The length of the fixed part of the transport header; 0 for other protocols. */
    int leastTransportBytes() {
        Protocol protocol = protocol();
        if (protocol == null) {
            return isIcmp() ? ICMP_BYTES : 0;
        }
        return switch (protocol) {
            case TCP -> TCP_BYTES;
            case UDP -> UDP_BYTES;
            case SCTP -> SCTP_BYTES;
        };
    }

    boolean isV4() {
        return buffer.get(start) >> 4 == 4;
    }

    AddressFamily family() {
        return isV4() ? AddressFamily.IPV4 : AddressFamily.IPV6;
    }

    int length() {
        return end - start;
    }

    /** The length of the transport header and its payload. */
    int transportBytes() {
        return end - transport;
    }

    /** The transport protocol; null if the packet has no ports. */
    @Nullable
    Protocol protocol() {
        for (Protocol protocol : Protocol.values()) {
            if (protocol.number() == number) {
                return protocol;
            }
        }
        return null;
    }

    /** Whether the packet is ICMP over IPv4 or ICMPv6 over IPv6. */
    boolean isIcmp() {
        return number == (isV4() ? ICMP : ICMPV6);
    }

    int ttl() {
        return buffer.get(start + (isV4() ? 8 : 7)) & 0xFF;
    }

    IpAddress source() {
        return address(isV4() ? 12 : 8);
    }

    IpAddress destination() {
        return address(isV4() ? 16 : 24);
    }

    private IpAddress address(int offset) {
        int at = start + offset;
        return isV4()
                ? IpAddress.of(AddressFamily.IPV4, 0, buffer.getInt(at) & 0xFFFF_FFFFL)
                : IpAddress.of(AddressFamily.IPV6, buffer.getLong(at), buffer.getLong(at + 8));
    }

    int sourcePort() {
        return buffer.getShort(transport) & 0xFFFF;
    }

    int destinationPort() {
        return buffer.getShort(transport + 2) & 0xFFFF;
    }
}
