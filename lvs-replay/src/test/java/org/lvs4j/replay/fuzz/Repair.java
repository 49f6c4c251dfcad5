package org.lvs4j.replay.fuzz;

import static org.lvs4j.replay.fuzz.ReferencePacket.put16;
import static org.lvs4j.replay.fuzz.ReferencePacket.put32;
import static org.lvs4j.replay.fuzz.ReferencePacket.u8;

/** Corrects the lengths and checksums of mutated packets in place, so that they get past validation. */
final class Repair {
    private Repair() {}

    /** Sets the length fields of a packet to its actual length. */
    static void lengths(byte[] packet) {
        if (packet.length >= 20 && u8(packet, 0) >> 4 == 4 && packet.length <= 65_535) {
            put16(packet, 2, packet.length);
        } else if (packet.length >= 40 && u8(packet, 0) >> 4 == 6 && packet.length - 40 <= 65_535) {
            put16(packet, 4, packet.length - 40);
        }
        ReferencePacket read = ReferencePacket.parseQuoted(packet);
        if (read != null
                && !read.fragment
                && read.protocol == ReferencePacket.UDP
                && read.bytes.length >= read.transport + 8) {
            put16(packet, read.transport + 4, read.bytes.length - read.transport);
        }
    }

    /** Corrects the checksum of an IPv4 header at an offset, if there is one. */
    static void header(byte[] packet, int at) {
        if (packet.length - at >= 20 && u8(packet, at) >> 4 == 4) {
            int header = (u8(packet, at) & 15) * 4;
            if (header >= 20 && header <= packet.length - at) {
                put16(packet, at + 10, 0);
                put16(packet, at + 10, ~ReferencePacket.sum(packet, at, header, 0) & 0xFFFF);
            }
        }
    }

    /**
     * Corrects all checksums of a packet except those of a packet that an ICMP error quotes, which are not verified.
     */
    static void checksums(byte[] packet) {
        header(packet, 0);
        ReferencePacket read = ReferencePacket.parse(packet);
        if (read == null || read.fragment) {
            return;
        }
        int at = read.checksumAt();
        if (at == 0 || read.bytes.length < read.transport + read.leastTransport()) {
            return;
        }
        if (read.protocol == ReferencePacket.SCTP) {
            put32(packet, at, read.crc());
            return;
        }
        put16(packet, at, 0);
        put16(read.bytes, at, 0);
        int sum = ~read.transportSum() & 0xFFFF;
        put16(packet, at, sum == 0 && read.protocol == ReferencePacket.UDP ? 0xFFFF : sum);
    }

    /** Corrects lengths and checksums. */
    static byte[] all(byte[] packet) {
        lengths(packet);
        checksums(packet);
        return packet;
    }
}
