package org.lvs4j.internal.packet;

import java.nio.ByteBuffer;

/** Writes IPv6 headers (RFC 8200). */
final class Ipv6Header {
    private Ipv6Header() {}

    /** Writes a header with flow label 0. */
    static void write(
            ByteBuffer out,
            int at,
            int trafficClass,
            int payloadBytes,
            int next,
            int hopLimit,
            long sourceHigh,
            long sourceLow,
            long destinationHigh,
            long destinationLow) {
        Octets.put32(out, at, 6 << 28 | trafficClass << 20);
        Octets.put32(out, at + 4, payloadBytes << 16 | next << 8 | hopLimit);
        Octets.put64(out, at + 8, sourceHigh);
        Octets.put64(out, at + 16, sourceLow);
        Octets.put64(out, at + 24, destinationHigh);
        Octets.put64(out, at + 32, destinationLow);
    }
}
