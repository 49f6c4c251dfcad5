package org.lvs4j.replay;

import java.nio.ByteBuffer;
import org.lvs4j.net.IpAddress;
import org.lvs4j.net.Protocol;
import org.lvs4j.net.TcpFlags;

/**
 * The packets that a host sends by itself: forwarded packets, echo replies, TCP resets and ICMP errors. Each method
 * writes one packet at the position of {@code out}, which is in network byte order, and returns its length in bytes.
 */
final class HostPackets {
    private static final int TTL = 64;
    private static final int ICMP_HEADER_BYTES = 8;

    // RFC 1812, section 4.3.2.3, and RFC 4443, section 2.4: how long an error may be.
    private static final int MAX_ERROR_BYTES_V4 = 576;
    private static final int MAX_ERROR_BYTES_V6 = 1280;

    // Linux sends ICMP errors with the precedence "internetwork control" (RFC 1812, section 4.3.2.5).
    private static final int INTERNETWORK_CONTROL = 0xC0;
    private static final int TYPE_OF_SERVICE = 0x1E;

    private static final int ECHO_REQUEST = 8;
    private static final int ECHO_REPLY = 0;
    private static final int ECHO_REQUEST_V6 = 128;
    private static final int ECHO_REPLY_V6 = 129;

    private HostPackets() {}

    /** An ICMP error, with its type and code for each family. */
    enum IcmpErrorType {
        TIME_EXCEEDED(0x0B00, 0x0300),
        PORT_UNREACHABLE(0x0303, 0x0104);

        private final int typeAndCodeV4;
        private final int typeAndCodeV6;

        IcmpErrorType(int typeAndCodeV4, int typeAndCodeV6) {
            this.typeAndCodeV4 = typeAndCodeV4;
            this.typeAndCodeV6 = typeAndCodeV6;
        }
    }

    /** Writes a copy with the TTL decremented. */
    static int forward(IpPacket packet, ByteBuffer out) {
        int at = out.position();
        out.put(at, packet.buffer(), packet.start(), packet.length());
        if (packet.isV4()) {
            out.put(at + 8, (byte) (packet.ttl() - 1));
            InternetChecksum.write(out, at + 10, at, (packet.buffer().get(packet.start()) & 0xF) * 4, 0);
        } else {
            out.put(at + 7, (byte) (packet.ttl() - 1));
        }
        return packet.length();
    }

    /** Writes the reply to an echo request; returns 0 for every other ICMP message. */
    static int echoReply(IpPacket packet, ByteBuffer out, int identification) {
        boolean v4 = packet.isV4();
        if ((packet.buffer().get(packet.transport()) & 0xFF) != (v4 ? ECHO_REQUEST : ECHO_REQUEST_V6)) {
            return 0;
        }
        int bytes = packet.transportBytes();
        int icmp = header(out, packet.destination(), packet.source(), 0, packet.number(), bytes, identification, false);
        out.put(icmp, packet.buffer(), packet.transport(), bytes);
        out.put(icmp, (byte) (v4 ? ECHO_REPLY : ECHO_REPLY_V6));
        InternetChecksum.write(out, icmp + 2, icmp, bytes, v4 ? 0 : pseudoHeader(out, packet.number(), bytes));
        return icmp + bytes - out.position();
    }

    /**
     * Writes the reset that refuses a TCP segment (RFC 9293, section 3.5.2); returns 0 for a segment that is
     * a reset itself.
     */
    static int reset(IpPacket packet, ByteBuffer out) {
        ByteBuffer in = packet.buffer();
        int segment = packet.transport();
        int flags = in.get(segment + 13);
        if ((flags & TcpFlags.RST) != 0) {
            return 0;
        }
        int number = Protocol.TCP.number();
        int bytes = IpPacket.TCP_BYTES;
        int tcp = header(out, packet.destination(), packet.source(), 0, number, bytes, 0, true);
        boolean acknowledges = (flags & TcpFlags.ACK) != 0;
        int payload = packet.transportBytes() - (in.get(segment + 12) >>> 2 & 0x3C);
        int consumed = payload + ((flags & TcpFlags.SYN) != 0 ? 1 : 0) + ((flags & TcpFlags.FIN) != 0 ? 1 : 0);
        out.putShort(tcp, (short) packet.destinationPort());
        out.putShort(tcp + 2, (short) packet.sourcePort());
        out.putInt(tcp + 4, acknowledges ? in.getInt(segment + 8) : 0);
        out.putInt(tcp + 8, acknowledges ? 0 : in.getInt(segment + 4) + consumed);
        out.putInt(tcp + 12, 0x5000 << 16 | (acknowledges ? TcpFlags.RST : TcpFlags.RST | TcpFlags.ACK) << 16);
        out.putInt(tcp + 16, 0);
        InternetChecksum.write(out, tcp + 16, tcp, bytes, pseudoHeader(out, number, bytes));
        return tcp + bytes - out.position();
    }

    /** Writes an ICMP error about a packet, to its sender. */
    static int error(IcmpErrorType error, IpPacket packet, ByteBuffer out, IpAddress from, int identification) {
        boolean v4 = packet.isV4();
        int headers = (v4 ? IpPacket.IPV4_BYTES : IpPacket.IPV6_BYTES) + ICMP_HEADER_BYTES;
        int length = Math.min(v4 ? MAX_ERROR_BYTES_V4 : MAX_ERROR_BYTES_V6, headers + packet.length());
        int bytes = length - headers + ICMP_HEADER_BYTES;
        int number = v4 ? IpPacket.ICMP : IpPacket.ICMPV6;
        int service = v4 ? packet.buffer().get(packet.start() + 1) & TYPE_OF_SERVICE | INTERNETWORK_CONTROL : 0;
        int icmp = header(out, from, packet.source(), service, number, bytes, identification, false);
        out.putInt(icmp, (v4 ? error.typeAndCodeV4 : error.typeAndCodeV6) << 16);
        out.putInt(icmp + 4, 0);
        out.put(icmp + ICMP_HEADER_BYTES, packet.buffer(), packet.start(), bytes - ICMP_HEADER_BYTES);
        InternetChecksum.write(out, icmp + 2, icmp, bytes, v4 ? 0 : pseudoHeader(out, number, bytes));
        return length;
    }

    /** Writes an IP header at the position of the buffer; returns where its payload starts. */
    private static int header(
            ByteBuffer out,
            IpAddress source,
            IpAddress destination,
            int service,
            int number,
            int payloadBytes,
            int identification,
            boolean dontFragment) {
        int at = out.position();
        if (source.isV4()) {
            out.putInt(at, 0x4500 << 16 | service << 16 | IpPacket.IPV4_BYTES + payloadBytes);
            out.putInt(at + 4, identification << 16 | (dontFragment ? 0x4000 : 0));
            out.putInt(at + 8, TTL << 24 | number << 16);
            out.putInt(at + 12, (int) source.low());
            out.putInt(at + 16, (int) destination.low());
            InternetChecksum.write(out, at + 10, at, IpPacket.IPV4_BYTES, 0);
            return at + IpPacket.IPV4_BYTES;
        }
        out.putInt(at, 6 << 28);
        out.putInt(at + 4, payloadBytes << 16 | number << 8 | TTL);
        out.putLong(at + 8, source.high());
        out.putLong(at + 16, source.low());
        out.putLong(at + 24, destination.high());
        out.putLong(at + 32, destination.low());
        return at + IpPacket.IPV6_BYTES;
    }

    /** The sum of the pseudo header of the packet at the position of the buffer. */
    private static long pseudoHeader(ByteBuffer out, int number, int bytes) {
        int at = out.position();
        boolean v4 = out.get(at) >> 4 == 4;
        long addresses = v4 ? InternetChecksum.sum(out, at + 12, 8) : InternetChecksum.sum(out, at + 8, 32);
        return addresses + number + bytes;
    }
}
