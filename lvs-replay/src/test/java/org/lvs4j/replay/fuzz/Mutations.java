package org.lvs4j.replay.fuzz;

import static org.lvs4j.replay.fuzz.ReferencePacket.put16;
import static org.lvs4j.replay.fuzz.ReferencePacket.put32;
import static org.lvs4j.replay.fuzz.ReferencePacket.u16;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** Mutates packets, and usually corrects their checksums, so that a mutation gets past the first validation. */
final class Mutations {
    private static final int[] BYTES = {
        0, 1, 2, 4, 5, 6, 7, 8, 15, 16, 17, 20, 40, 43, 44, 47, 51, 58, 59, 60, 64, 127, 128, 132, 255
    };
    private static final int[] WORDS = {
        0, 1, 7, 8, 19, 20, 39, 40, 53, 68, 80, 576, 1280, 1500, 0x2000, 0x3FFF, 0x4000, 0x7FFF, 0x8000, 0xFFF8, 0xFFFF
    };

    private final SplittableRandom random;
    private final PacketGenerator generator;

    Mutations(SplittableRandom random, PacketGenerator generator) {
        this.random = random;
        this.generator = generator;
    }

    /** A copy of a packet with a few mutations. */
    byte[] of(byte[] packet, byte[] another) {
        byte[] changed = packet.clone();
        for (int count = 1 + random.nextInt(3); count > 0; count--) {
            changed = changed.length == 0 ? another.clone() : once(changed, another);
        }
        switch (random.nextInt(8)) {
            case 0 -> {}
            case 1 -> Repair.header(changed, 0);
            case 2, 3 -> Repair.all(changed);
            default -> Repair.checksums(changed);
        }
        return changed;
    }

    private byte[] once(byte[] packet, byte[] another) {
        int headers = Math.min(packet.length, 96);
        int at = random.nextInt(random.nextInt(4) == 0 ? packet.length : headers);
        switch (random.nextInt(16)) {
            case 0, 1 -> packet[at] ^= (byte) (1 << random.nextInt(8));
            case 2 -> packet[at] = (byte) BYTES[random.nextInt(BYTES.length)];
            case 3 -> {
                if (at + 2 <= packet.length) {
                    put16(packet, at, word(packet));
                }
            }
            case 4, 5, 6 -> field(packet);
            case 7 -> {
                return Arrays.copyOf(packet, random.nextInt(packet.length + 1));
            }
            case 8 -> {
                return Arrays.copyOf(packet, packet.length + 1 + random.nextInt(random.nextInt(16) == 0 ? 2000 : 64));
            }
            case 9 -> {
                int from = random.nextInt(another.length + 1);
                byte[] spliced = Arrays.copyOf(packet, at + another.length - from);
                System.arraycopy(another, from, spliced, at, another.length - from);
                return spliced;
            }
            case 10 -> {
                return generator.error(packet);
            }
            case 11 -> {
                return generator.options(packet);
            }
            case 12 -> {
                return generator.extended(packet);
            }
            case 13 -> {
                return random.nextBoolean() ? generator.wrapped(packet) : generator.reply(packet);
            }
            case 14 -> quoted(packet);
            default -> ports(packet);
        }
        return packet;
    }

    private int word(byte[] packet) {
        return random.nextInt(3) == 0 ? packet.length - 2 + random.nextInt(5) : WORDS[random.nextInt(WORDS.length)];
    }

    /** Changes a field of the IP header or of the transport header. */
    private void field(byte[] packet) {
        ReferencePacket read = ReferencePacket.parseQuoted(packet);
        if (read == null || random.nextInt(3) == 0) {
            ip(packet);
            return;
        }
        int at = read.transport
                + switch (read.protocol) {
                    case ReferencePacket.TCP -> new int[] {12, 13, 13, 16, 0, 2}[random.nextInt(6)];
                    case ReferencePacket.UDP -> new int[] {4, 6, 0, 2}[random.nextInt(4)];
                    case ReferencePacket.SCTP -> new int[] {12, 14, 8, 0}[random.nextInt(4)];
                    default -> new int[] {0, 1, 2, 4}[random.nextInt(4)];
                };
        if (at + 2 > packet.length) {
            return;
        }
        if (read.protocol == ReferencePacket.TCP && at >= read.transport + 12 && at < read.transport + 14) {
            packet[at] = (byte) random.nextInt(256);
        } else {
            put16(packet, at, word(packet));
        }
    }

    private void ip(byte[] packet) {
        boolean v4 = packet[0] >> 4 == 4;
        if (packet.length < (v4 ? 20 : 40)) {
            return;
        }
        switch (random.nextInt(6)) {
            case 0 -> packet[0] = (byte) (v4 ? 0x40 | random.nextInt(16) : 0x60);
            case 1 -> put16(packet, v4 ? 2 : 4, word(packet));
            case 2 -> packet[v4 ? 8 : 7] = (byte) random.nextInt(3);
            case 3 -> packet[v4 ? 9 : 6] = (byte) BYTES[random.nextInt(BYTES.length)];
            case 4 -> {
                if (v4) {
                    put16(packet, 6, random.nextBoolean() ? random.nextInt(4) << 13 | random.nextInt(8) : word(packet));
                }
            }
            default -> packet[(v4 ? 12 : 8) + random.nextInt(v4 ? 8 : 32)] = (byte) random.nextInt(256);
        }
    }

    /** Changes a field of the packet that an ICMP error quotes. */
    private void quoted(byte[] packet) {
        ReferencePacket read = ReferencePacket.parseQuoted(packet);
        if (read != null && read.isIcmp() && read.transport + 8 < packet.length) {
            byte[] inner = Arrays.copyOfRange(packet, read.transport + 8, packet.length);
            field(inner);
            System.arraycopy(inner, 0, packet, read.transport + 8, inner.length);
        }
    }

    private void ports(byte[] packet) {
        ReferencePacket read = ReferencePacket.parseQuoted(packet);
        if (read != null && read.hasPorts() && read.transport + 4 <= packet.length) {
            put16(
                    packet,
                    read.transport + (random.nextBoolean() ? 0 : 2),
                    u16(packet, read.transport) + random.nextInt(4));
        }
    }

    /** Random bytes, sometimes with the first byte of an IP packet. */
    byte[] noise() {
        byte[] noise = new byte[random.nextInt(random.nextInt(8) == 0 ? 300 : 80)];
        for (int i = 0; i < noise.length; i++) {
            noise[i] = (byte) random.nextInt();
        }
        if (noise.length > 0 && random.nextInt(4) != 0) {
            noise[0] = (byte) (random.nextBoolean() ? 0x45 : 0x60);
            if (random.nextBoolean()) {
                Repair.all(noise);
            }
        }
        return noise;
    }

    /** Fragments of a packet, possibly reordered, missing, duplicated, overlapping or contradictory. */
    List<byte[]> fragments(byte[] packet) {
        ReferencePacket read = ReferencePacket.parse(packet);
        if (read == null || read.fragment) {
            return List.of(packet);
        }
        int header = read.v4 ? read.transport : 40;
        int total = read.bytes.length - header;
        int step = Math.max(8, random.nextInt(1 + total) & ~7);
        step = Math.max(step, total / 40 + 7 & ~7);
        List<byte[]> pieces = new ArrayList<>();
        int id = random.nextInt(random.nextBoolean() ? 4 : 0x1_0000);
        for (int from = 0; from < total; from += step) {
            int start = from;
            int end = Math.min(total, from + step);
            boolean more = end < total;
            switch (random.nextInt(40)) {
                case 0 -> start = Math.max(0, start - 8);
                case 1 -> end = Math.min(total, end + 8);
                case 2 -> more = !more;
                case 3 -> start = Math.min(0xFFF8, start + 8 * random.nextInt(0x2000));
                default -> {}
            }
            int size = Math.min(end - from, total - from);
            if (size > 0) {
                pieces.add(piece(read, header, start, from, size, more, id));
            }
        }
        for (int i = pieces.size() - 1; i > 0 && step % 16 == 0; i--) {
            int j = random.nextInt(i + 1);
            byte[] swapped = pieces.get(i);
            pieces.set(i, pieces.get(j));
            pieces.set(j, swapped);
        }
        if (!pieces.isEmpty() && random.nextInt(12) == 0) {
            pieces.remove(random.nextInt(pieces.size()));
        }
        if (!pieces.isEmpty() && random.nextInt(12) == 0) {
            pieces.add(random.nextInt(pieces.size()), pieces.get(0));
        }
        return pieces;
    }

    private static byte[] piece(ReferencePacket of, int header, int start, int from, int size, boolean more, int id) {
        byte[] piece = Arrays.copyOf(of.bytes, header + (of.v4 ? 0 : 8) + size);
        System.arraycopy(of.bytes, header + from, piece, piece.length - size, size);
        if (of.v4) {
            put16(piece, 4, id);
            put16(piece, 6, (more ? 0x2000 : 0) | start >> 3);
        } else {
            piece[40] = piece[6];
            piece[6] = 44;
            piece[41] = 0;
            put16(piece, 42, start & 0xFFF8 | (more ? 1 : 0));
            put32(piece, 44, id);
        }
        Repair.lengths(piece);
        Repair.header(piece, 0);
        return piece;
    }
}
