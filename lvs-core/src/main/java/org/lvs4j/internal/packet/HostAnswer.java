package org.lvs4j.internal.packet;

import java.nio.ByteBuffer;
import org.lvs4j.net.Protocol;

/** What any host answers by itself: echo replies and TCP resets. For those who stand in for one. */
public final class HostAnswer {
    private static final int TTL = 64;
    private static final int SYN = 2;
    private static final int RST = 4;
    private static final int FIN = 1;
    private static final int ACK = 16;
    private static final int TCP_BYTES = 20;

    private HostAnswer() {}

    /** Writes the reply to an echo request; returns its length, or 0 if the message is another one. */
    public static int echo(PacketHeader packet, ByteBuffer in, ByteBuffer out, int identification) {
        boolean v4 = packet.isV4();
        int type = Octets.u8(in, packet.transport());
        if (type != (v4 ? 8 : 128)) {
            return 0;
        }
        int bytes = packet.end() - packet.transport();
        int icmp = header(packet, out, bytes, packet.number(), identification, false);
        out.put(icmp, in, packet.transport(), bytes);
        Octets.put8(out, icmp, v4 ? 0 : 129);
        Octets.put16(out, icmp + 2, 0);
        long sum = Checksum.sum(out, icmp, bytes);
        if (!v4) {
            sum += PseudoHeader.sum(false, out, out.position(), packet.number(), bytes);
        }
        Octets.put16(out, icmp + 2, Checksum.of(sum));
        return icmp + bytes - out.position();
    }

    /** Writes the reset that refuses a TCP segment; returns its length, or 0 for a reset. */
    public static int reset(PacketHeader packet, ByteBuffer in, ByteBuffer out) {
        int segment = packet.transport();
        int flags = Octets.u8(in, segment + 13);
        if (packet.protocol() != Protocol.TCP || (flags & RST) != 0) {
            return 0;
        }
        int tcp = header(packet, out, TCP_BYTES, packet.number(), 0, true);
        Octets.put16(out, tcp, packet.destinationPort());
        Octets.put16(out, tcp + 2, packet.sourcePort());
        boolean acknowledges = (flags & ACK) != 0;
        int payload = packet.end() - segment - (Octets.u8(in, segment + 12) >>> 2 & 0x3C);
        int consumed = payload + ((flags & SYN) != 0 ? 1 : 0) + ((flags & FIN) != 0 ? 1 : 0);
        Octets.put32(out, tcp + 4, acknowledges ? Octets.i32(in, segment + 8) : 0);
        Octets.put32(out, tcp + 8, acknowledges ? 0 : Octets.i32(in, segment + 4) + consumed);
        Octets.put32(out, tcp + 12, 0x5000 << 16 | (acknowledges ? RST : RST | ACK) << 16);
        Octets.put32(out, tcp + 16, 0);
        long sum = Checksum.sum(out, tcp, TCP_BYTES)
                + PseudoHeader.sum(packet.isV4(), out, out.position(), IpProtocol.TCP, TCP_BYTES);
        Octets.put16(out, tcp + 16, Checksum.of(sum));
        return tcp + TCP_BYTES - out.position();
    }

    /** Writes the IP header of an answer; returns where it ends. */
    private static int header(
            PacketHeader packet,
            ByteBuffer out,
            int payloadBytes,
            int protocol,
            int identification,
            boolean dontFragment) {
        int at = out.position();
        if (packet.isV4()) {
            Ipv4Header.write(
                    out,
                    at,
                    0,
                    PacketHeader.IPV4_BYTES + payloadBytes,
                    identification,
                    dontFragment,
                    TTL,
                    protocol,
                    (int) packet.destinationLow(),
                    (int) packet.sourceLow());
            return at + PacketHeader.IPV4_BYTES;
        }
        Ipv6Header.write(
                out,
                at,
                0,
                payloadBytes,
                protocol,
                TTL,
                packet.destinationHigh(),
                packet.destinationLow(),
                packet.sourceHigh(),
                packet.sourceLow());
        return at + PacketHeader.IPV6_BYTES;
    }
}
