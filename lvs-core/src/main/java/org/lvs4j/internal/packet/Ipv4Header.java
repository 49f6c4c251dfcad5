package org.lvs4j.internal.packet;

import java.nio.ByteBuffer;

/** Writes IPv4 headers (RFC 791). */
final class Ipv4Header {
    private static final int DONT_FRAGMENT = 0x4000;

    private Ipv4Header() {}

    /** Writes a header without options, with its checksum. */
    static void write(
            ByteBuffer out,
            int at,
            int service,
            int length,
            int identification,
            boolean dontFragment,
            int ttl,
            int protocol,
            int source,
            int destination) {
        Octets.put32(out, at, 0x4500 << 16 | service << 16 | length);
        Octets.put32(out, at + 4, identification << 16 | (dontFragment ? DONT_FRAGMENT : 0));
        Octets.put32(out, at + 8, ttl << 24 | protocol << 16);
        Octets.put32(out, at + 12, source);
        Octets.put32(out, at + 16, destination);
        complete(out, at, PacketHeader.IPV4_BYTES);
    }

    /** Computes and writes the checksum of a header. */
    static void complete(ByteBuffer out, int at, int bytes) {
        Octets.put16(out, at + 10, 0);
        Octets.put16(out, at + 10, Checksum.of(Checksum.sum(out, at, bytes)));
    }
}
