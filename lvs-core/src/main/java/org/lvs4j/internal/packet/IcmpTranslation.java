package org.lvs4j.internal.packet;

import java.nio.ByteBuffer;

/**
 * Translates ICMP errors about packets that the director has rewritten. The addresses of the error and those of the
 * packet that it quotes are rewritten, so that the receiver recognises the quoted packet as its own (as RFC 5508,
 * section 4.2, requires of a NAT).
 */
public final class IcmpTranslation {
    private IcmpTranslation() {}

    /** The offset of the packet that an error quotes. */
    public static int quotedAt(PacketHeader error) {
        return error.transport() + IcmpMessage.HEADER_BYTES;
    }

    /**
     * Whether the checksum of an error is correct.
     *
     * @param withPseudoHeader whether the checksum covers the pseudo header: by the RFCs that of ICMPv6 does, that of
     *     ICMP does not
     */
    public static boolean isChecksumRight(PacketHeader error, ByteBuffer in, boolean withPseudoHeader) {
        int length = error.end() - error.transport();
        long sum = Checksum.sum(in, error.transport(), length);
        if (withPseudoHeader) {
            sum += PseudoHeader.sum(error.isV4(), in, error.start(), error.number(), length);
        }
        return Checksum.fold(sum) == 0xFFFF;
    }

    /**
     * Writes an error from the client side for the server. The destination of the error and the source of the quoted
     * packet become the server.
     */
    public static void toServer(
            PacketHeader error,
            PacketHeader quoted,
            ByteBuffer in,
            ByteBuffer out,
            int at,
            long high,
            long low,
            int port) {
        translate(error, quoted, in, out, at, false, high, low, port);
    }

    /**
     * Writes an error from the server side for the client. The source of the error and the destination of the quoted
     * packet become the virtual endpoint, even if a router has sent the error.
     */
    public static void toClient(
            PacketHeader error,
            PacketHeader quoted,
            ByteBuffer in,
            ByteBuffer out,
            int at,
            long high,
            long low,
            int port) {
        translate(error, quoted, in, out, at, true, high, low, port);
    }

    private static void translate(
            PacketHeader error,
            PacketHeader quoted,
            ByteBuffer in,
            ByteBuffer out,
            int at,
            boolean toClient,
            long high,
            long low,
            int port) {
        int shift = at - error.start();
        out.put(at, in, error.start(), error.length());
        int inner = quoted.start() + shift;
        int innerTransport = quoted.transport() + shift;
        if (error.isV4()) {
            Rewriting.address4(out, at, toClient, (int) low, true);
            Octets.put32(out, inner + (toClient ? 16 : 12), (int) low);
            Ipv4Header.complete(out, inner, innerTransport - inner);
        } else {
            Rewriting.address6(out, at, toClient, high, low, true);
            Octets.put64(out, inner + (toClient ? 24 : 8), high);
            Octets.put64(out, inner + (toClient ? 32 : 16), low);
        }
        Octets.put16(out, innerTransport + (toClient ? 2 : 0), port);

        int icmp = error.transport() + shift;
        int length = error.end() - error.transport();
        Octets.put16(out, icmp + 2, 0);
        long sum = Checksum.sum(out, icmp, length);
        if (!error.isV4()) {
            sum += PseudoHeader.sum(false, out, at, IpProtocol.ICMPV6, length);
        }
        Octets.put16(out, icmp + 2, Checksum.of(sum));
    }
}
