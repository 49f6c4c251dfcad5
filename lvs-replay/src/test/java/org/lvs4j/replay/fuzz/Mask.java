package org.lvs4j.replay.fuzz;

import static org.lvs4j.replay.fuzz.Oracle.require;
import static org.lvs4j.replay.fuzz.ReferencePacket.put16;

import java.util.Arrays;

/** Masks the fields of packets that a director may change, so that input and output can be compared. */
final class Mask {
    private Mask() {}

    /**
     * A copy of a packet with zeros in the fields that may change.
     *
     * @param fragmented whether the packet was fragmented or reassembled
     * @param toServer true if the destination may change, false if the source may change, null if neither may
     */
    static byte[] blank(ReferencePacket packet, boolean fragmented, Boolean toServer) {
        byte[] blank = packet.bytes.clone();
        ip(blank, 0, packet, toServer);
        if (packet.v4 && fragmented) {
            put16(blank, 6, 0);
        }
        if (toServer == null) {
            return blank;
        }
        if (!packet.isIcmp()) {
            put16(blank, packet.transport + (toServer ? 2 : 0), 0);
            int at = packet.checksumAt();
            Arrays.fill(blank, at, at + (packet.protocol == ReferencePacket.SCTP ? 4 : 2), (byte) 0);
            return blank;
        }
        put16(blank, packet.checksumAt(), 0);
        ReferencePacket quoted = quoted(packet);
        int at = packet.transport + 8;
        byte before = quoted.bytes[quoted.ttlAt];
        ip(blank, at, quoted, !toServer);
        blank[at + quoted.ttlAt] = before;
        put16(blank, at + quoted.transport + (toServer ? 0 : 2), 0);
        return blank;
    }

    private static void ip(byte[] blank, int at, ReferencePacket packet, Boolean destination) {
        blank[at + packet.ttlAt] = 0;
        if (packet.v4) {
            put16(blank, at + 10, 0);
            for (int i = 20; i < packet.transport && at == 0; i++) {
                if (packet.bytes[i] == 7) {
                    // The director records its address in this option.
                    Arrays.fill(blank, 20, packet.transport, (byte) 0);
                }
            }
        }
        if (destination != null) {
            int from = at + (packet.v4 ? destination ? 16 : 12 : destination ? 24 : 8);
            Arrays.fill(blank, from, from + packet.source.length, (byte) 0);
        }
    }

    /** Requires that two masked packets are equal. */
    static void same(byte[] expected, byte[] actual, String problem) {
        int at = Arrays.mismatch(expected, actual);
        if (at >= 0) {
            throw new AssertionError(
                    problem + ", first at byte " + at + " of " + expected.length + " and " + actual.length);
        }
    }

    /** The packet that an ICMP error quotes. */
    static ReferencePacket quoted(ReferencePacket error) {
        ReferencePacket quoted =
                ReferencePacket.parseQuoted(Arrays.copyOfRange(error.bytes, error.transport + 8, error.bytes.length));
        require(quoted != null, "a malformed quoted packet");
        return quoted;
    }
}
