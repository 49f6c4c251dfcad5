package org.lvs4j.internal.packet;

import java.nio.ByteBuffer;

/**
 * ICMP and ICMPv6 errors about a packet, for its sender. They quote as much of the packet as fits into 576 bytes for
 * IPv4 (RFC 1812, section 4.3.2.3) or 1280 bytes for IPv6 (RFC 4443, section 2.4).
 */
public enum IcmpError {
    /** The TTL or hop limit has reached zero (RFC 792; RFC 4443, section 3.3). */
    TIME_EXCEEDED(11, 0, 3, 0),
    /** No process listens at the port (RFC 792; RFC 4443, section 3.1). */
    PORT_UNREACHABLE(3, 3, 1, 4),
    /** The packet is larger than the path MTU, which the error carries (RFC 1191, section 4; RFC 4443, section 3.2). */
    TOO_BIG(3, 4, 2, 0);

    private static final int MAX_BYTES_V4 = 576;
    private static final int MAX_BYTES_V6 = 1280;
    private static final int TTL = 64;
    private static final int INTERNETWORK_CONTROL = 0xC0;
    private static final int TYPE_OF_SERVICE = 0x1E;

    private final int word4;
    private final int word6;

    IcmpError(int type4, int code4, int type6, int code6) {
        word4 = type4 << 8 | code4;
        word6 = type6 << 8 | code6;
    }

    /** The length in bytes of the error about a packet. */
    public int length(PacketHeader packet) {
        return packet.isV4()
                ? Math.min(MAX_BYTES_V4, PacketHeader.IPV4_BYTES + IcmpMessage.HEADER_BYTES + packet.length())
                : Math.min(MAX_BYTES_V6, PacketHeader.IPV6_BYTES + IcmpMessage.HEADER_BYTES + packet.length());
    }

    /**
     * Whether the sender of a packet may receive an error: its address identifies a single host
     * (RFC 1812, section 4.3.2.7).
     */
    public static boolean mayAnswer(PacketHeader packet) {
        long low = packet.sourceLow();
        if (packet.isV4()) {
            int first = (int) (low >>> 24);
            return first != 0 && first != 127 && first < 224;
        }
        long high = packet.sourceHigh();
        return high >>> 56 != 0xFF && (high != 0 || low != 0 && low != 1);
    }

    /**
     * Writes the error about a packet.
     *
     * @param at where the error starts in {@code out}
     * @param high upper word of the error's source address
     * @param low lower word of the error's source address
     * @param mtu the path MTU for {@link #TOO_BIG}, otherwise 0
     * @param forwarded whether the packet is quoted with its TTL decremented, as a router quotes it after the decrement
     * @param identification the IPv4 identification of the error
     * @return the length of the error, in bytes
     */
    public int write(
            PacketHeader packet,
            ByteBuffer in,
            ByteBuffer out,
            int at,
            long high,
            long low,
            int mtu,
            boolean forwarded,
            int identification) {
        return packet.isV4()
                ? write4(packet, in, out, at, (int) low, mtu, forwarded, identification)
                : write6(packet, in, out, at, high, low, mtu, forwarded);
    }

    private int write4(
            PacketHeader packet,
            ByteBuffer in,
            ByteBuffer out,
            int at,
            int source,
            int mtu,
            boolean forwarded,
            int identification) {
        int length = length(packet);
        int icmp = at + PacketHeader.IPV4_BYTES;
        int quoted = icmp + IcmpMessage.HEADER_BYTES;
        out.put(quoted, in, packet.start(), at + length - quoted);
        if (forwarded) {
            Rewriting.decrementTtl(true, out, quoted);
        }
        int service = Octets.u8(in, packet.start() + 1) & TYPE_OF_SERVICE | INTERNETWORK_CONTROL;
        Ipv4Header.write(out, at, service, length, identification, false, TTL, IpProtocol.ICMP, source, (int)
                packet.sourceLow());
        Octets.put32(out, icmp, word4 << 16);
        Octets.put32(out, icmp + 4, mtu);
        Octets.put16(out, icmp + 2, Checksum.of(Checksum.sum(out, icmp, at + length - icmp)));
        return length;
    }

    private int write6(
            PacketHeader packet,
            ByteBuffer in,
            ByteBuffer out,
            int at,
            long high,
            long low,
            int mtu,
            boolean forwarded) {
        int length = length(packet);
        int icmp = at + PacketHeader.IPV6_BYTES;
        int quoted = icmp + IcmpMessage.HEADER_BYTES;
        out.put(quoted, in, packet.start(), at + length - quoted);
        if (forwarded) {
            Rewriting.decrementTtl(false, out, quoted);
        }
        int payload = at + length - icmp;
        Ipv6Header.write(
                out, at, 0, payload, IpProtocol.ICMPV6, TTL, high, low, packet.sourceHigh(), packet.sourceLow());
        Octets.put32(out, icmp, word6 << 16);
        Octets.put32(out, icmp + 4, mtu);
        Octets.put16(
                out,
                icmp + 2,
                Checksum.of(PseudoHeader.sum(false, out, at, IpProtocol.ICMPV6, payload)
                        + Checksum.sum(out, icmp, payload)));
        return length;
    }
}
