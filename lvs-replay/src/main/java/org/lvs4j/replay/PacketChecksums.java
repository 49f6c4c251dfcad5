package org.lvs4j.replay;

import java.nio.ByteBuffer;
import org.lvs4j.net.Protocol;

/**
 * Verifies the checksums of a captured packet: of the IPv4 header, and of TCP, UDP, ICMP and ICMPv6 in packets that are
 * not fragments.
 *
 * <p>A host with checksum offload captures its own packets before the network card has computed the checksums of TCP
 * and UDP: the field then has the sum of the pseudo header, with or without the length. A kernel that forwards such a
 * packet leaves the checksum to the next network card, so that it is correct on the wire. This class completes such a
 * checksum at once. Some cards also compute the checksum of the IPv4 header, which is 0 before, and the length of a
 * packet that the card cuts into segments, which is 0 then: the packet ends where the frame ends. Belongs to one
 * thread.
 */
final class PacketChecksums {
    private static final int HOP_BY_HOP = 0;
    private static final int DESTINATION_OPTIONS = 60;
    private static final int MAX_EXTENSIONS = 8;
    private static final int OFFSET_AND_MORE = 0x3fff;

    private final boolean repairing;
    private boolean wrong;
    private boolean unfinished;

    /**
     * Without a packet.
     *
     * @param repairing whether wrong checksums are corrected
     */
    PacketChecksums(boolean repairing) {
        this.repairing = repairing;
    }

    /**
     * Verifies a packet from position to limit in network byte order, and completes a checksum left to a network card.
     */
    void finish(ByteBuffer packet) {
        wrong = false;
        unfinished = false;
        int start = packet.position();
        int available = packet.remaining();
        if (available >= IpPacket.IPV4_BYTES && u8(packet, start) >> 4 == 4) {
            ipv4(packet, start);
        } else if (available >= IpPacket.IPV6_BYTES && u8(packet, start) >> 4 == 6) {
            ipv6(packet, start);
        }
    }

    /** Whether a checksum of the last packet was wrong; fragments and other protocols are not verified. */
    boolean wrong() {
        return wrong;
    }

    /** Whether the checksum of the last packet was left to a network card. */
    boolean unfinished() {
        return unfinished;
    }

    private void ipv4(ByteBuffer packet, int start) {
        int header = (u8(packet, start) & 0xf) * 4;
        if (header < IpPacket.IPV4_BYTES || header > packet.remaining()) {
            return;
        }
        boolean segmented = u16(packet, start + 2) == 0 && packet.remaining() <= IpPacket.MAX_BYTES;
        if (segmented) {
            packet.putShort(start + 2, (short) packet.remaining());
        }
        // A checksum of 0 is that of no header, except one whose other fields give it.
        if (segmented || u16(packet, start + 10) == 0 && !isCorrect(packet, start, header, 0)) {
            unfinished = true;
            InternetChecksum.write(packet, start + 10, start, header, 0);
        } else {
            check(packet, start + 10, start, header, 0);
        }
        if ((u16(packet, start + 6) & OFFSET_AND_MORE) == 0) {
            transport(packet, start + header, u8(packet, start + 9), InternetChecksum.sum(packet, start + 12, 8));
        }
    }

    private void ipv6(ByteBuffer packet, int start) {
        int payload = packet.remaining() - IpPacket.IPV6_BYTES;
        // With a payload length of 0 nothing but a jumbogram (RFC 2675) or a packet to be segmented has a payload.
        boolean segmented = u16(packet, start + 4) == 0
                && u8(packet, start + 6) != HOP_BY_HOP
                && payload > 0
                && payload <= IpPacket.MAX_BYTES;
        if (segmented) {
            unfinished = true;
            packet.putShort(start + 4, (short) payload);
        }
        int next = u8(packet, start + 6);
        int at = start + IpPacket.IPV6_BYTES;
        for (int i = 0; next == HOP_BY_HOP || next == DESTINATION_OPTIONS; i++) {
            if (i == MAX_EXTENSIONS || packet.limit() - at < 8) {
                return;
            }
            next = u8(packet, at);
            at += (u8(packet, at + 1) + 1) * 8;
        }
        transport(packet, at, next, InternetChecksum.sum(packet, start + 8, 32));
    }

    private void transport(ByteBuffer packet, int at, int protocol, long addresses) {
        int length = packet.limit() - at;
        long pseudo = addresses + protocol;
        if (protocol == Protocol.TCP.number() && length >= 20) {
            checkOffloaded(packet, at + 16, at, length, pseudo);
        } else if (protocol == Protocol.UDP.number() && length >= 8) {
            // 0 means no checksum. The checksum of a datagram shorter than its packet covers other bytes.
            if (u16(packet, at + 6) != 0 && u16(packet, at + 4) == length) {
                checkOffloaded(packet, at + 6, at, length, pseudo);
                if (u16(packet, at + 6) == 0) {
                    packet.putShort(at + 6, (short) 0xffff);
                }
            }
        } else if (protocol == IpPacket.ICMP && length >= 8) {
            check(packet, at + 2, at, length, 0);
        } else if (protocol == IpPacket.ICMPV6 && length >= 8) {
            check(packet, at + 2, at, length, pseudo + length);
        }
    }

    private void checkOffloaded(ByteBuffer packet, int field, int from, int length, long pseudo) {
        if (isCorrect(packet, from, length, pseudo + length)) {
            return;
        }
        int found = u16(packet, field);
        if (found == InternetChecksum.fold(pseudo + length) || found == InternetChecksum.fold(pseudo)) {
            unfinished = true;
            InternetChecksum.write(packet, field, from, length, pseudo + length);
        } else {
            check(packet, field, from, length, pseudo + length);
        }
    }

    private void check(ByteBuffer packet, int field, int from, int length, long more) {
        if (!isCorrect(packet, from, length, more)) {
            wrong = true;
            if (repairing) {
                InternetChecksum.write(packet, field, from, length, more);
            }
        }
    }

    private static boolean isCorrect(ByteBuffer packet, int from, int length, long more) {
        return InternetChecksum.fold(InternetChecksum.sum(packet, from, length) + more) == InternetChecksum.CORRECT;
    }

    private static int u8(ByteBuffer packet, int at) {
        return packet.get(at) & 0xff;
    }

    private static int u16(ByteBuffer packet, int at) {
        return packet.getShort(at) & 0xffff;
    }
}
