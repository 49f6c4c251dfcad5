package org.lvs4j.internal.packet;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.CRC32C;

/** Builds packets with correct checksums, and verifies checksums with code that is independent of the plane. */
public final class TestPackets {
    private TestPackets() {}

    /** An IPv4 packet without options that has a payload. */
    public static byte[] v4(int protocol, int source, int destination, int ttl, int flagsAndOffset, byte[] payload) {
        ByteBuffer packet = ByteBuffer.allocate(20 + payload.length);
        packet.put((byte) 0x45).put((byte) 0).putShort((short) (20 + payload.length));
        packet.putShort((short) 0x1234).putShort((short) flagsAndOffset);
        packet.put((byte) ttl)
                .put((byte) protocol)
                .putShort((short) 0)
                .putInt(source)
                .putInt(destination);
        packet.put(payload);
        complete4(packet.array());
        return packet.array();
    }

    /** Computes the header checksum of an IPv4 packet. */
    public static void complete4(byte[] packet) {
        packet[10] = 0;
        packet[11] = 0;
        int checksum = ~sum(packet, 0, (packet[0] & 15) * 4, 0) & 0xFFFF;
        packet[10] = (byte) (checksum >> 8);
        packet[11] = (byte) checksum;
    }

    /** An IPv6 packet that has a payload. */
    public static byte[] v6(int next, long sourceLow, long destinationLow, int hopLimit, byte[] payload) {
        ByteBuffer packet = ByteBuffer.allocate(40 + payload.length);
        packet.putInt(6 << 28).putShort((short) payload.length).put((byte) next).put((byte) hopLimit);
        packet.putLong(0xfd00L << 48).putLong(sourceLow).putLong(0xfd00L << 48).putLong(destinationLow);
        return packet.put(payload).array();
    }

    /** A TCP segment without checksum. */
    public static byte[] tcp(int sourcePort, int destinationPort, int flags, int payloadBytes) {
        ByteBuffer segment = ByteBuffer.allocate(20 + payloadBytes);
        segment.putShort((short) sourcePort)
                .putShort((short) destinationPort)
                .putInt(1)
                .putInt(2);
        segment.put((byte) 0x50).put((byte) flags).putShort((short) 0x2000).putInt(0);
        return fill(segment);
    }

    /** A UDP datagram without checksum. */
    public static byte[] udp(int sourcePort, int destinationPort, int payloadBytes) {
        ByteBuffer datagram = ByteBuffer.allocate(8 + payloadBytes);
        datagram.putShort((short) sourcePort).putShort((short) destinationPort);
        datagram.putShort((short) (8 + payloadBytes)).putShort((short) 0);
        return fill(datagram);
    }

    /** An SCTP packet with one chunk and a correct checksum. */
    public static byte[] sctp(int sourcePort, int destinationPort, int chunkType) {
        ByteBuffer packet = ByteBuffer.allocate(28);
        packet.putShort((short) sourcePort)
                .putShort((short) destinationPort)
                .putInt(7)
                .putInt(0);
        packet.put((byte) chunkType).put((byte) 0).putShort((short) 16);
        byte[] bytes = fill(packet);
        CRC32C crc = new CRC32C();
        crc.update(bytes);
        ByteBuffer.wrap(bytes).putInt(8, Integer.reverseBytes((int) crc.getValue()));
        return bytes;
    }

    private static byte[] fill(ByteBuffer buffer) {
        for (int i = 0; buffer.hasRemaining(); i++) {
            buffer.put((byte) (i * 37 + 11));
        }
        return buffer.array();
    }

    /** Computes the TCP or UDP checksum of a whole packet without options or extension headers. Returns the packet. */
    public static byte[] complete(byte[] packet) {
        int header = packet[0] >>> 4 == 4 ? 20 : 40;
        int at = header + (protocol(packet) == 6 ? 16 : 6);
        packet[at] = 0;
        packet[at + 1] = 0;
        int checksum = ~transportSum(packet) & 0xFFFF;
        packet[at] = (byte) (checksum >> 8);
        packet[at + 1] = (byte) checksum;
        return packet;
    }

    static int protocol(byte[] packet) {
        return packet[packet[0] >>> 4 == 4 ? 9 : 6] & 0xFF;
    }

    /** Whether the header checksum of an IPv4 packet is correct; true for IPv6. */
    public static boolean isHeaderCorrect(byte[] packet) {
        return packet[0] >>> 4 != 4 || sum(packet, 0, (packet[0] & 15) * 4, 0) == 0xFFFF;
    }

    /** Whether the checksum of TCP, UDP, SCTP or ICMP in a whole packet is correct; true if the packet has none. */
    public static boolean isTransportCorrect(byte[] packet) {
        boolean v4 = packet[0] >>> 4 == 4;
        int header = v4 ? (packet[0] & 15) * 4 : 40;
        int protocol = protocol(packet);
        int length = packet.length - header;
        if (v4 && ((packet[6] & 0x3F) | packet[7]) != 0) {
            return true;
        }
        if (protocol == 132 && length >= 12) {
            byte[] copy = Arrays.copyOfRange(packet, header, packet.length);
            int claimed = ByteBuffer.wrap(copy).getInt(8);
            ByteBuffer.wrap(copy).putInt(8, 0);
            CRC32C crc = new CRC32C();
            crc.update(copy);
            return claimed == Integer.reverseBytes((int) crc.getValue());
        }
        if (protocol == 1 && v4) {
            return sum(packet, header, length, 0) == 0xFFFF;
        }
        if (protocol == 17 && length >= 8 && packet[header + 6] == 0 && packet[header + 7] == 0) {
            return true;
        }
        boolean known = protocol == 6 && length >= 20 || protocol == 17 && length >= 8 || protocol == 58 && !v4;
        return !known || transportSum(packet) == 0xFFFF;
    }

    private static int transportSum(byte[] packet) {
        boolean v4 = packet[0] >>> 4 == 4;
        int header = v4 ? (packet[0] & 15) * 4 : 40;
        int length = packet.length - header;
        int pseudo = v4 ? sum(packet, 12, 8, 0) : sum(packet, 8, 32, 0);
        return sum(packet, header, length, pseudo + protocol(packet) + length);
    }

    private static int sum(byte[] bytes, int from, int length, long initial) {
        long sum = initial;
        for (int i = 0; i < length; i++) {
            sum += (long) (bytes[from + i] & 0xFF) << ((i & 1) == 0 ? 8 : 0);
        }
        while (sum >>> 16 != 0) {
            sum = (sum & 0xFFFF) + (sum >>> 16);
        }
        return (int) sum;
    }
}
