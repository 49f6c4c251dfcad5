package org.lvs4j.replay;

import java.nio.ByteBuffer;
import org.lvs4j.internal.packet.Checksum;
import org.lvs4j.internal.packet.IpProtocol;
import org.lvs4j.internal.packet.Octets;

/**
 * The checksums of a captured packet: of the IPv4 header and of TCP, UDP, ICMP and ICMPv6 within packets that are whole.
 *
 * <p>A machine that leaves the sums of TCP and UDP to its network card captures what it sends before they are done: in their
 * place stands the sum of the pseudo header, with or without the length. Whoever forwards such a packet leaves them to the
 * next card in the same way, so that they are right on the wire. Here they are finished at once. Belongs to one thread.
 */
final class PacketChecksums {
    private static final int IPV4_BYTES = 20;
    private static final int IPV6_BYTES = 40;
    private static final int HOP_BY_HOP = 0;
    private static final int DESTINATION_OPTIONS = 60;
    private static final int MAX_EXTENSIONS = 8;
    private static final int OFFSET_AND_MORE = 0x3fff;
    private static final int COMPLETE = 0xffff;

    private final boolean repairing;
    private boolean wrong;
    private boolean unfinished;

    /**
     * Knows about no packet yet.
     *
     * @param repairing whether wrong checksums are made right, and a length is written into an IPv4 header that has none
     */
    PacketChecksums(boolean repairing) {
        this.repairing = repairing;
    }

    /** Looks at a packet from position to limit, and finishes the checksums that have been left to a network card. */
    void finish(ByteBuffer packet) {
        wrong = false;
        unfinished = false;
        int start = packet.position();
        int available = packet.remaining();
        if (available >= IPV4_BYTES && Octets.u8(packet, start) >> 4 == 4) {
            ipv4(packet, start);
        } else if (available >= IPV6_BYTES && Octets.u8(packet, start) >> 4 == 6) {
            ipv6(packet, start);
        }
    }

    /** Whether a checksum of the last packet was wrong, as far as that can be said. */
    boolean wrong() {
        return wrong;
    }

    /** Whether the last packet's checksum had been left to a network card. */
    boolean unfinished() {
        return unfinished;
    }

    private void ipv4(ByteBuffer packet, int start) {
        int header = (Octets.u8(packet, start) & 0xf) * 4;
        if (header < IPV4_BYTES || header > packet.remaining()) {
            return;
        }
        if (repairing && Octets.u16(packet, start + 2) == 0) {
            Octets.put16(packet, start + 2, Math.min(packet.remaining(), 0xffff));
        }
        check(packet, start + 10, start, header, 0);
        if ((Octets.u16(packet, start + 6) & OFFSET_AND_MORE) == 0) {
            transport(packet, start + header, Octets.u8(packet, start + 9), Checksum.sum(packet, start + 12, 8));
        }
    }

    private void ipv6(ByteBuffer packet, int start) {
        int next = Octets.u8(packet, start + 6);
        int at = start + IPV6_BYTES;
        for (int i = 0; next == HOP_BY_HOP || next == DESTINATION_OPTIONS; i++) {
            if (i == MAX_EXTENSIONS || packet.limit() - at < 8) {
                return;
            }
            next = Octets.u8(packet, at);
            at += (Octets.u8(packet, at + 1) + 1) * 8;
        }
        transport(packet, at, next, Checksum.sum(packet, start + 8, 32));
    }

    private void transport(ByteBuffer packet, int at, int protocol, long addresses) {
        int length = packet.limit() - at;
        long pseudo = addresses + protocol;
        if (protocol == IpProtocol.TCP && length >= 20) {
            portProtocol(packet, at + 16, at, length, pseudo);
        } else if (protocol == IpProtocol.UDP && length >= 8) {
            // A datagram without a checksum has none to be wrong, and one shorter than its packet sums up something
            // else.
            if (Octets.u16(packet, at + 6) != 0 && Octets.u16(packet, at + 4) == length) {
                portProtocol(packet, at + 6, at, length, pseudo);
                if (Octets.u16(packet, at + 6) == 0) {
                    Octets.put16(packet, at + 6, COMPLETE);
                }
            }
        } else if (protocol == IpProtocol.ICMP && length >= 8) {
            check(packet, at + 2, at, length, 0);
        } else if (protocol == IpProtocol.ICMPV6 && length >= 8) {
            check(packet, at + 2, at, length, pseudo + length);
        }
    }

    private void portProtocol(ByteBuffer packet, int field, int from, int length, long pseudo) {
        if (isRight(packet, from, length, pseudo + length)) {
            return;
        }
        int found = Octets.u16(packet, field);
        if (found == Checksum.fold(pseudo + length) || found == Checksum.fold(pseudo)) {
            unfinished = true;
            complete(packet, field, from, length, pseudo + length);
        } else {
            check(packet, field, from, length, pseudo + length);
        }
    }

    private void check(ByteBuffer packet, int field, int from, int length, long more) {
        if (!isRight(packet, from, length, more)) {
            wrong = true;
            if (repairing) {
                complete(packet, field, from, length, more);
            }
        }
    }

    private static boolean isRight(ByteBuffer packet, int from, int length, long more) {
        return Checksum.fold(Checksum.sum(packet, from, length) + more) == COMPLETE;
    }

    private static void complete(ByteBuffer packet, int field, int from, int length, long more) {
        Octets.put16(packet, field, 0);
        Octets.put16(packet, field, Checksum.of(Checksum.sum(packet, from, length) + more));
    }
}
