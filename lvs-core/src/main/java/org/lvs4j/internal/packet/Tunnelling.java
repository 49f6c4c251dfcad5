package org.lvs4j.internal.packet;

import java.nio.ByteBuffer;
import org.lvs4j.net.IpAddress;
import org.lvs4j.service.Forwarding;
import org.lvs4j.service.Forwarding.Tunnel;

/**
 * Encapsulates packets as IPVS does: IP in IP (RFC 2003, 2473, 4213), GUE (draft-ietf-intarea-gue, variant 0) and GRE
 * (RFC 2784), any family inside any family. The TTL of the inner packet is decremented; the outer header copies that
 * TTL and the traffic class. A congestion mark is not copied to the outer header, which is ECN-capable instead (RFC
 * 3168, section 9.1.1, full functionality).
 */
public final class Tunnelling {
    private static final int UDP_BYTES = 8;
    private static final int GUE_BYTES = 4;
    private static final int GRE_BYTES = 4;
    private static final int GRE_CHECKSUM_BYTES = 4;
    private static final int GRE_HAS_CHECKSUM = 0x8000;
    private static final int ETHERTYPE_V4 = 0x0800;
    private static final int ETHERTYPE_V6 = 0x86DD;
    private static final int CONGESTION = 3;
    private static final int CAPABLE = 2;
    private static final int FIRST_DYNAMIC_PORT = 0xC000;
    private static final int DONT_FRAGMENT = 0x4000;
    private static final int MULTIPLIER = 0x9E37_79B9;

    private Tunnelling() {}

    /** The number of bytes that a tunnel adds to a packet. */
    public static int overhead(Tunnel tunnel, boolean outerV4) {
        int ip = outerV4 ? PacketHeader.IPV4_BYTES : PacketHeader.IPV6_BYTES;
        return ip
                + switch (tunnel.encapsulation()) {
                    case IPIP -> 0;
                    case GUE -> UDP_BYTES + GUE_BYTES;
                    case GRE -> GRE_BYTES + (hasChecksum(tunnel) ? GRE_CHECKSUM_BYTES : 0);
                };
    }

    // Remote checksum offload also computes the checksum here, as IPVS does for packets that no hardware offloads.
    private static boolean hasChecksum(Tunnel tunnel) {
        return tunnel.checksum() != Forwarding.Checksum.NONE;
    }

    /**
     * Writes a packet encapsulated in an outer packet.
     *
     * @param at where the outer packet starts in {@code out}
     * @param tunnel the encapsulation
     * @param from the outer source
     * @param to the outer destination, of the same family
     * @param keepDontFragment whether the outer header copies the DF flag of the inner packet
     * @param identification of an outer IPv4 packet without the DF flag
     * @param seed mixed into the hash that chooses the source port of GUE
     */
    public static void write(
            PacketHeader packet,
            ByteBuffer in,
            ByteBuffer out,
            int at,
            Tunnel tunnel,
            IpAddress from,
            IpAddress to,
            boolean keepDontFragment,
            int identification,
            int seed) {
        boolean outerV4 = from.isV4();
        int overhead = overhead(tunnel, outerV4);
        int inner = at + overhead;
        int length = overhead + packet.length();
        Rewriting.forward(packet, in, out, inner);

        int service = packet.isV4() ? Octets.u8(out, inner + 1) : Octets.u16(out, inner) >>> 4 & 0xFF;
        if ((service & CONGESTION) == CONGESTION) {
            service = service & ~CONGESTION | CAPABLE;
        }
        int ttl = Octets.u8(out, inner + (packet.isV4() ? 8 : 7));
        int protocol = switch (tunnel.encapsulation()) {
            case IPIP -> innerProtocol(packet);
            case GUE -> IpProtocol.UDP;
            case GRE -> IpProtocol.GRE;
        };
        int ipBytes = outerV4 ? PacketHeader.IPV4_BYTES : PacketHeader.IPV6_BYTES;
        if (outerV4) {
            boolean dontFragment =
                    keepDontFragment && packet.isV4() && (Octets.u16(out, inner + 6) & DONT_FRAGMENT) != 0;
            Ipv4Header.write(
                    out,
                    at,
                    service,
                    length,
                    dontFragment ? 0 : identification,
                    dontFragment,
                    ttl,
                    protocol,
                    (int) from.low(),
                    (int) to.low());
        } else {
            Ipv6Header.write(
                    out, at, service, length - ipBytes, protocol, ttl, from.high(), from.low(), to.high(), to.low());
        }
        switch (tunnel.encapsulation()) {
            case IPIP -> {}
            case GUE -> gue(packet, out, at, at + ipBytes, length - ipBytes, tunnel, outerV4, seed);
            case GRE -> gre(packet, out, at + ipBytes, length - ipBytes, tunnel);
        }
    }

    private static int innerProtocol(PacketHeader packet) {
        return packet.isV4() ? IpProtocol.IPV4 : IpProtocol.IPV6;
    }

    private static void gue(
            PacketHeader packet, ByteBuffer out, int ip, int at, int length, Tunnel tunnel, boolean outerV4, int seed) {
        Octets.put16(out, at, sourcePort(packet, seed));
        Octets.put16(out, at + 2, tunnel.port());
        Octets.put16(out, at + 4, length);
        Octets.put16(out, at + 6, 0);
        Octets.put32(out, at + UDP_BYTES, innerProtocol(packet) << 16);
        if (hasChecksum(tunnel)) {
            int checksum = Checksum.of(
                    PseudoHeader.sum(outerV4, out, ip, IpProtocol.UDP, length) + Checksum.sum(out, at, length));
            Octets.put16(out, at + 6, checksum == 0 ? 0xFFFF : checksum);
        }
    }

    /**
     * A dynamic port (RFC 6335) that is a hash of the flow, so that routers can balance flows over equal-cost paths.
     */
    private static int sourcePort(PacketHeader packet, int seed) {
        long addresses = packet.sourceHigh() * 31 + packet.sourceLow();
        int hash = (Long.hashCode(addresses) ^ seed) * MULTIPLIER;
        hash = (hash ^ packet.sourcePort() << 16 ^ packet.destinationPort() ^ (int) packet.destinationLow())
                * MULTIPLIER;
        return FIRST_DYNAMIC_PORT | hash >>> 18;
    }

    private static void gre(PacketHeader packet, ByteBuffer out, int at, int length, Tunnel tunnel) {
        boolean checksum = hasChecksum(tunnel);
        Octets.put16(out, at, checksum ? GRE_HAS_CHECKSUM : 0);
        Octets.put16(out, at + 2, packet.isV4() ? ETHERTYPE_V4 : ETHERTYPE_V6);
        if (checksum) {
            Octets.put32(out, at + 4, 0);
            Octets.put16(out, at + 4, Checksum.of(Checksum.sum(out, at, length)));
        }
    }
}
