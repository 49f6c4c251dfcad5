package org.lvs4j.replay.fuzz;

import static org.lvs4j.replay.fuzz.SlowPacket.put16;
import static org.lvs4j.replay.fuzz.SlowPacket.put32;
import static org.lvs4j.replay.fuzz.SlowPacket.u8;

/** Makes damaged packets pass for real ones, so that they get further: lengths and checksums made right in place. */
final class Repair {
    private Repair() {}

    /** Makes the length of an IP packet that of its bytes. */
    static void lengths(byte[] packet) {
        if (packet.length >= 20 && u8(packet, 0) >> 4 == 4 && packet.length <= 65_535) {
            put16(packet, 2, packet.length);
        } else if (packet.length >= 40 && u8(packet, 0) >> 4 == 6 && packet.length - 40 <= 65_535) {
            put16(packet, 4, packet.length - 40);
        }
        SlowPacket read = SlowPacket.parseQuoted(packet);
        if (read != null
                && !read.fragment
                && read.protocol == SlowPacket.UDP
                && read.bytes.length >= read.transport + 8) {
            put16(packet, read.transport + 4, read.bytes.length - read.transport);
        }
    }

    /** Makes the checksum of an IPv4 header right, if it has one. */
    static void header(byte[] packet, int at) {
        if (packet.length - at >= 20 && u8(packet, at) >> 4 == 4) {
            int header = (u8(packet, at) & 15) * 4;
            if (header >= 20 && header <= packet.length - at) {
                put16(packet, at + 10, 0);
                put16(packet, at + 10, ~SlowPacket.sum(packet, at, header, 0) & 0xFFFF);
            }
        }
    }

    /** Makes all checksums of a packet right; those inside ICMP errors, which nobody checks, stay. */
    static void checksums(byte[] packet) {
        header(packet, 0);
        SlowPacket read = SlowPacket.parse(packet);
        if (read == null || read.fragment) {
            return;
        }
        int at = read.checksumAt();
        if (at == 0 || read.bytes.length < read.transport + read.leastTransport()) {
            return;
        }
        if (read.protocol == SlowPacket.SCTP) {
            put32(packet, at, read.crc());
            return;
        }
        put16(packet, at, 0);
        put16(read.bytes, at, 0);
        int sum = ~read.transportSum() & 0xFFFF;
        put16(packet, at, sum == 0 && read.protocol == SlowPacket.UDP ? 0xFFFF : sum);
    }

    /** Both. */
    static byte[] all(byte[] packet) {
        lengths(packet);
        checksums(packet);
        return packet;
    }
}
