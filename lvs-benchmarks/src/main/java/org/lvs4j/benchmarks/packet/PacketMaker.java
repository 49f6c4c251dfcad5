package org.lvs4j.benchmarks.packet;

import java.nio.ByteBuffer;
import org.lvs4j.net.AddressFamily;
import org.lvs4j.net.Flow;
import org.lvs4j.net.Protocol;
import org.lvs4j.net.TcpFlags;

/**
 * Makes packets of numbered connections, all of one size. A number maps to a client address and a port from 32768 on,
 * in pseudo-random order and never twice to the same pair. Only addresses, ports and checksums change from packet to
 * packet. They are computed, so the benchmark itself reads little memory. All checksums are valid. Not thread-safe.
 */
final class PacketMaker {
    static final String VIRTUAL_V4 = "10.0.0.1:80";
    static final String VIRTUAL_V6 = "[fd00:1::1]:80";

    private static final int VIRTUAL_PORT = 80;
    private static final int VIRTUAL_ADDRESS = 0x0A00_0001;
    private static final long VIRTUAL_HIGH = 0xFD00_0001_0000_0000L;
    private static final long CLIENT_HIGH = 0x2001_0DB8_0000_0000L;
    private static final int FIRST_PORT = 1 << 15;
    private static final long MASK = (1L << 47) - 1;

    private final Protocol protocol;
    private final boolean v4;
    private final int transport;
    private final int length;
    private final int checksumAt;
    private int tcpFlags = TcpFlags.ACK;
    private long headerSum;
    private long transportSum;

    // The client of the last packet.
    private long clientLow;
    private int clientPort;

    PacketMaker(AddressFamily family, Protocol protocol, int payloadBytes) {
        this.protocol = protocol;
        v4 = family == AddressFamily.IPV4;
        transport = v4 ? 20 : 40;
        length = transport + (protocol == Protocol.TCP ? 20 : 8) + payloadBytes;
        checksumAt = transport + (protocol == Protocol.TCP ? 16 : 6);
    }

    int length() {
        return length;
    }

    /** The TCP flags of the packets; 0 for other protocols. */
    int tcpFlags() {
        return protocol == Protocol.TCP ? tcpFlags : 0;
    }

    /** Writes the part that all packets have in common to a buffer, and sets its limit. */
    void begin(ByteBuffer packet, int newTcpFlags) {
        tcpFlags = newTcpFlags;
        packet.clear().limit(length);
        for (int i = 0; i < length; i++) {
            packet.put(i, (byte) (i < transport + 8 ? 0 : i));
        }
        int number = protocol == Protocol.TCP ? 6 : 17;
        if (v4) {
            packet.putInt(0, 0x4500 << 16 | length);
            packet.putInt(4, 0x4000);
            packet.putInt(8, 64 << 24 | number << 16);
            packet.putInt(12, 0);
            packet.putInt(16, VIRTUAL_ADDRESS);
        } else {
            packet.putInt(0, 0x6000_0000);
            packet.putInt(4, length - transport << 16 | number << 8 | 64);
            packet.putLong(8, CLIENT_HIGH);
            packet.putLong(24, VIRTUAL_HIGH);
            packet.putLong(32, 1);
        }
        packet.putShort(transport + 2, (short) VIRTUAL_PORT);
        if (protocol == Protocol.TCP) {
            packet.putInt(transport + 4, 1);
            packet.putInt(transport + 12, 0x5000_2000 | tcpFlags << 16);
            packet.putInt(transport + 16, 0);
        } else {
            packet.putShort(transport + 4, (short) (length - transport));
            packet.putShort(transport + 6, (short) 0);
        }
        headerSum = sum(packet, 0, v4 ? 20 : 0);
        transportSum = sum(packet, v4 ? 12 : 8, length) + number + length - transport;
    }

    private static long sum(ByteBuffer packet, int from, int to) {
        long sum = 0;
        for (int i = from; i < to; i++) {
            sum += (i & 1) == 0 ? (packet.get(i) & 0xFF) << 8 : packet.get(i) & 0xFF;
        }
        return sum;
    }

    /** Turns the packet into one of the connection of a number. */
    void fill(ByteBuffer packet, long number) {
        long mixed = mix(number);
        clientLow = mixed >>> 15;
        clientPort = FIRST_PORT | (int) mixed & FIRST_PORT - 1;
        long address = (clientLow >>> 16) + (clientLow & 0xFFFF);
        if (v4) {
            packet.putInt(12, (int) clientLow);
            packet.putShort(10, (short) ~fold(headerSum + address));
        } else {
            packet.putLong(16, clientLow);
        }
        packet.putShort(transport, (short) clientPort);
        packet.putShort(checksumAt, (short) ~fold(transportSum + address + clientPort));
    }

    private static long fold(long sum) {
        long once = (sum >>> 16) + (sum & 0xFFFF);
        return (once >>> 16) + (once & 0xFFFF);
    }

    /** Sets a flow to that of the last packet, and returns it. */
    Flow fill(Flow flow) {
        return v4
                ? flow.set(protocol, AddressFamily.IPV4, 0, clientLow, clientPort, 0, VIRTUAL_ADDRESS, VIRTUAL_PORT)
                : flow.set(
                        protocol,
                        AddressFamily.IPV6,
                        CLIENT_HIGH,
                        clientLow,
                        clientPort,
                        VIRTUAL_HIGH,
                        1,
                        VIRTUAL_PORT);
    }

    /** Bijective on 47 bits, because each step is. */
    private static long mix(long number) {
        long x = number * 0x9E37_79B9_7F4A_7C15L & MASK;
        x ^= x >>> 24;
        x = x * 0xD6E8_FEB8_6659_FD93L & MASK;
        return x ^ x >>> 23;
    }
}
