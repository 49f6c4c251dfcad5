package org.lvs4j.examples.standalone;

import java.nio.ByteBuffer;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.IpAddress;

/** Builds packets with correct checksums, as hosts send them. */
final class Packets {
    static final int FIN = 1;
    static final int SYN = 2;
    static final int ACK = 16;

    private static final int TCP = 6;
    private static final int UDP = 17;

    private Packets() {}

    static byte[] tcp(String from, String to, int flags, int payload) {
        ByteBuffer segment = ByteBuffer.allocate(20 + payload);
        segment.putShort((short) port(from))
                .putShort((short) port(to))
                .putLong(1)
                .put((byte) 0x50)
                .put((byte) flags);
        return packet(from, to, TCP, segment.array(), 16);
    }

    static byte[] udp(String from, String to, int payload) {
        ByteBuffer datagram = ByteBuffer.allocate(8 + payload);
        datagram.putShort((short) port(from)).putShort((short) port(to)).putShort((short) (8 + payload));
        return packet(from, to, UDP, datagram.array(), 6);
    }

    private static int transport(byte[] packet) {
        return packet[0] >> 4 == 4 ? 20 : 40;
    }

    private static int pseudoSum(byte[] packet) {
        boolean v4 = packet[0] >> 4 == 4;
        int addresses = v4 ? 12 : 8;
        int sum = (v4 ? packet[9] : packet[6]) + packet.length - transport(packet);
        return sum + sum(packet, addresses, transport(packet));
    }

    private static int fold(int sum) {
        int folded = sum;
        while (folded > 0xffff) {
            folded = (folded >>> 16) + (folded & 0xffff);
        }
        return folded;
    }

    private static int port(String endpoint) {
        return Endpoint.parse(endpoint).port();
    }

    private static byte[] packet(String from, String to, int protocol, byte[] transport, int checksumAt) {
        IpAddress source = Endpoint.parse(from).address();
        IpAddress destination = Endpoint.parse(to).address();
        ByteBuffer packet;
        if (source.isV4()) {
            packet = ByteBuffer.allocate(20 + transport.length);
            packet.putShort((short) 0x4500).putShort((short) packet.capacity()).putInt(0x00010000 | 0x4000);
            packet.put((byte) 64).put((byte) protocol).putShort((short) 0);
            packet.putInt((int) source.low()).putInt((int) destination.low());
            packet.putShort(10, (short) ~fold(sum(packet.array(), 0, 20)));
        } else {
            packet = ByteBuffer.allocate(40 + transport.length);
            packet.putInt(0x60000000)
                    .putShort((short) transport.length)
                    .put((byte) protocol)
                    .put((byte) 64);
            packet.putLong(source.high()).putLong(source.low());
            packet.putLong(destination.high()).putLong(destination.low());
        }
        packet.put(transport);
        byte[] bytes = packet.array();
        int start = transport(bytes);
        packet.putShort(start + checksumAt, (short) ~fold(pseudoSum(bytes) + sum(bytes, start, bytes.length)));
        return bytes;
    }

    private static int sum(byte[] bytes, int from, int to) {
        int sum = 0;
        for (int i = from; i < to; i++) {
            sum += (bytes[i] & 0xff) << ((i - from) % 2 == 0 ? 8 : 0);
        }
        return sum;
    }
}
