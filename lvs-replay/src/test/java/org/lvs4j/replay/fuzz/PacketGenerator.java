package org.lvs4j.replay.fuzz;

import static org.lvs4j.replay.fuzz.ReferencePacket.put16;
import static org.lvs4j.replay.fuzz.ReferencePacket.put32;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.SplittableRandom;

/** Generates packets between a few clients, virtual addresses and servers, most of them well-formed. */
final class PacketGenerator {
    private static final int[] FLAGS = {0x02, 0x02, 0x02, 0x10, 0x10, 0x18, 0x12, 0x11, 0x04, 0x14, 0x00, 0x3F};
    private static final int[] PORTS = {80, 80, 80, 53, 514, 21, 20, 8080, 5353, 0};
    private static final byte[] CALL_ID =
            "REGISTER sip:a SIP/2.0\r\nCall-ID: %d\r\n\r\n".getBytes(StandardCharsets.UTF_8);

    private final SplittableRandom random;

    PacketGenerator(SplittableRandom random) {
        this.random = random;
    }

    /** A packet of any protocol, possibly with options, with extension headers, or in a tunnel. */
    byte[] packet() {
        return packet(random.nextInt(3) != 0);
    }

    private byte[] packet(boolean v4) {
        byte[] packet = random.nextInt(8) == 0 ? error(packetOf(v4)) : packetOf(v4);
        return switch (random.nextInt(24)) {
            case 0 -> options(packet);
            case 1 -> extended(packet);
            case 2 -> wrapped(packet);
            default -> packet;
        };
    }

    private byte[] packetOf(boolean v4) {
        boolean reply = random.nextInt(4) == 0;
        byte[] client = client(v4);
        int clientPort = 1000 + random.nextInt(6);
        byte[] other = reply ? server(v4) : virtual(v4);
        int port = pick(PORTS);
        byte[] body = body(
                new int[] {
                            ReferencePacket.TCP,
                            ReferencePacket.TCP,
                            ReferencePacket.UDP,
                            ReferencePacket.UDP,
                            ReferencePacket.SCTP,
                            v4 ? 1 : 58
                        }
                        [random.nextInt(6)],
                reply ? port : clientPort,
                reply ? clientPort : port);
        return reply ? ip(other, client, body) : ip(client, other, body);
    }

    private byte[] client(boolean v4) {
        return address(v4, "0a5000", "fd00010700000000000000000000", 1 + random.nextInt(6));
    }

    private byte[] virtual(boolean v4) {
        return address(v4, "0a0000", "fd00000100000000000000000000", (v4 ? 100 : 0x100) + random.nextInt(v4 ? 3 : 2));
    }

    private byte[] server(boolean v4) {
        return address(
                v4, "c0a804", "fd00000200000000000000000000", v4 ? 1 + random.nextInt(8) : 0x41 + random.nextInt(6));
    }

    private static byte[] address(boolean v4, String four, String six, int last) {
        byte[] start = HexFormat.of().parseHex(v4 ? four : six);
        byte[] address = Arrays.copyOf(start, v4 ? 4 : 16);
        if (v4) {
            address[3] = (byte) last;
        } else {
            put16(address, 14, last);
        }
        return address;
    }

    private int pick(int[] from) {
        return from[random.nextInt(from.length)];
    }

    /** A transport segment, preceded by a byte with its protocol number. */
    private byte[] body(int protocol, int sourcePort, int destinationPort) {
        int size = random.nextInt(16) == 0 ? random.nextInt(3000) : random.nextInt(40);
        int header = protocol == ReferencePacket.TCP ? 20 : protocol == ReferencePacket.SCTP ? 16 : 8;
        byte[] body = new byte[1 + header + size];
        for (int i = 1 + header; i < body.length; i++) {
            body[i] = (byte) random.nextInt();
        }
        body[0] = (byte) protocol;
        put16(body, 1, sourcePort);
        put16(body, 3, destinationPort);
        switch (protocol) {
            case ReferencePacket.TCP -> {
                put32(body, 5, random.nextInt());
                body[13] = 0x50;
                body[14] = (byte) pick(FLAGS);
            }
            case ReferencePacket.UDP -> {
                if (random.nextInt(4) == 0 && size >= CALL_ID.length) {
                    System.arraycopy(CALL_ID, 0, body, 9, CALL_ID.length);
                }
            }
            case ReferencePacket.SCTP -> {
                body[13] = (byte) random.nextInt(15);
                put16(body, 15, 4);
            }
            default -> {
                body[1] = (byte) (protocol == 1 ? pick(new int[] {8, 0, 3, 11}) : pick(new int[] {128, 129, 1, 135}));
                body[2] = 0;
            }
        }
        return body;
    }

    /** An IP packet with a segment. */
    byte[] ip(byte[] source, byte[] destination, byte[] body) {
        boolean v4 = source.length == 4;
        int header = v4 ? 20 : 40;
        byte[] packet = new byte[header + body.length - 1];
        System.arraycopy(body, 1, packet, header, body.length - 1);
        int ttl = random.nextInt(12) == 0 ? random.nextInt(3) : 64;
        if (v4) {
            packet[0] = 0x45;
            put16(packet, 4, random.nextInt(0x1_0000));
            packet[6] = (byte) (random.nextBoolean() ? 0x40 : 0);
            packet[8] = (byte) ttl;
            packet[9] = body[0];
        } else {
            packet[0] = 0x60;
            packet[6] = body[0];
            packet[7] = (byte) ttl;
        }
        System.arraycopy(source, 0, packet, v4 ? 12 : 8, source.length);
        System.arraycopy(destination, 0, packet, v4 ? 16 : 24, source.length);
        Repair.all(packet);
        if (body[0] == ReferencePacket.UDP && random.nextInt(6) == 0) {
            put16(packet, header + 6, 0);
        }
        return packet;
    }

    /** An error about a packet, from its destination or a router on the way to its source. */
    byte[] error(byte[] about) {
        ReferencePacket read = ReferencePacket.parseQuoted(about);
        if (read == null) {
            return about;
        }
        int quoted = Math.min(about.length, random.nextInt(3) == 0 ? read.transport + 8 : 500);
        byte[] body = new byte[9 + quoted];
        body[0] = (byte) (read.v4 ? 1 : 58);
        body[1] = (byte) pick(read.v4 ? new int[] {3, 3, 4, 11, 12, 5} : new int[] {1, 2, 3, 4, 100});
        body[2] = (byte) random.nextInt(5);
        put32(body, 5, random.nextInt(3) == 0 ? random.nextInt() : 1400);
        System.arraycopy(about, 0, body, 9, quoted);
        return ip(random.nextBoolean() ? read.destination : client(read.v4), read.source, body);
    }

    /** The reply to a packet, with other flags. */
    byte[] reply(byte[] to) {
        ReferencePacket read = ReferencePacket.parse(to);
        if (read == null
                || !read.hasPorts()
                || read.fragment
                || read.bytes.length < read.transport + read.leastTransport()) {
            return to;
        }
        byte[] body = new byte[1 + read.bytes.length - read.transport];
        body[0] = (byte) read.protocol;
        System.arraycopy(read.bytes, read.transport, body, 1, body.length - 1);
        put16(body, 1, read.destinationPort());
        put16(body, 3, read.sourcePort());
        if (read.protocol == ReferencePacket.TCP) {
            body[14] = (byte) pick(FLAGS);
        }
        return ip(read.destination, read.source, body);
    }

    /** The packet with IPv4 options. */
    byte[] options(byte[] packet) {
        int header = (packet[0] & 15) * 4;
        if (packet[0] >> 4 != 4 || header != 20 || packet.length < 20) {
            return packet;
        }
        int bytes = 4 * (1 + random.nextInt(10));
        byte[] longer = inserted(packet, 20, bytes);
        longer[0] = (byte) (0x45 + bytes / 4);
        int at = 20;
        while (at < 20 + bytes) {
            int type = pick(new int[] {7, 7, 1, 68, 131, 137, 148, 0, 130, random.nextInt(256)});
            int wanted = random.nextInt(8) == 0 ? random.nextInt(16) : 3 + 4 * random.nextInt(4);
            int size = type < 2 ? 1 : Math.min(20 + bytes - at, wanted);
            longer[at] = (byte) type;
            if (type > 1 && at + 2 < 20 + bytes) {
                longer[at + 1] = (byte) size;
                longer[at + 2] = (byte) (random.nextInt(4) == 0 ? random.nextInt(20) : 4);
            }
            at += Math.max(1, size);
        }
        return Repair.all(longer);
    }

    /** The packet with a chain of IPv6 extension headers. */
    byte[] extended(byte[] packet) {
        byte[] longer = packet;
        for (int count = 1 + random.nextInt(random.nextInt(8) == 0 ? 20 : 3); count > 0; count--) {
            if (longer.length < 40 || longer[0] >> 4 != 6) {
                return longer;
            }
            int units = random.nextInt(3);
            int type = pick(new int[] {0, 43, 60, 60, 51, 44});
            longer = inserted(longer, 40, type == 44 ? 8 : type == 51 ? 16 : 8 + 8 * units);
            longer[40] = longer[6];
            longer[6] = (byte) type;
            longer[41] = (byte) (type == 44 ? 0 : type == 51 ? 2 : units);
        }
        return Repair.all(longer);
    }

    /** The packet in a tunnel from a client to a virtual address or a server. */
    byte[] wrapped(byte[] packet) {
        boolean inner4 = packet.length > 0 && packet[0] >> 4 == 4;
        boolean outer4 = random.nextBoolean();
        int kind = random.nextInt(3);
        byte[] body = new byte[1 + (kind == 0 ? 0 : kind == 1 ? 4 : 12) + packet.length];
        System.arraycopy(packet, 0, body, body.length - packet.length, packet.length);
        body[0] = (byte) (kind == 0 ? inner4 ? 4 : 41 : kind == 1 ? 47 : 17);
        if (kind == 1) {
            put16(body, 3, inner4 ? 0x0800 : 0x86DD);
        } else if (kind == 2) {
            put16(body, 1, 0xC000 + random.nextInt(99));
            put16(body, 3, 6080);
            body[10] = (byte) (inner4 ? 4 : 41);
        }
        return ip(client(outer4), random.nextBoolean() ? virtual(outer4) : server(outer4), body);
    }

    static byte[] inserted(byte[] packet, int at, int bytes) {
        byte[] longer = new byte[packet.length + bytes];
        System.arraycopy(packet, 0, longer, 0, at);
        System.arraycopy(packet, at, longer, at + bytes, packet.length - at);
        return longer;
    }
}
