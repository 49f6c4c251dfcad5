package org.lvs4j.internal.packet;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.lvs4j.net.Protocol;

/**
 * Copies packets with other addresses, ports and TTL. Checksums are updated incrementally (RFC 1624), so a wrong
 * checksum stays wrong. Two exceptions, both those of IPVS: a UDP checksum of zero, which means none, is replaced with
 * a computed one; the CRC32c of SCTP (RFC 9260) is computed again if a port changes.
 *
 * <p>Belongs to one thread.
 */
public final class Rewriting {
    private static final int IPV4_CHECKSUM = 10;
    private final CRC32C crc = new CRC32C();

    /** A rewriter with its own CRC state. */
    public Rewriting() {}

    /**
     * Writes a copy of a packet with the TTL decremented and another destination.
     *
     * @param packet the headers of the packet in {@code in}
     * @param at where the copy starts in {@code out}
     * @param high upper word of the new address
     * @param low lower word of the new address
     * @param port the new port
     */
    public void destination(PacketHeader packet, ByteBuffer in, ByteBuffer out, int at, long high, long low, int port) {
        rewrite(packet, in, out, at, false, high, low, port);
    }

    /** Writes a copy of a packet with the TTL decremented and another source; otherwise as {@link #destination}. */
    public void source(PacketHeader packet, ByteBuffer in, ByteBuffer out, int at, long high, long low, int port) {
        rewrite(packet, in, out, at, true, high, low, port);
    }

    /** Writes a copy of a packet with the TTL decremented and nothing else changed. */
    public static void forward(PacketHeader packet, ByteBuffer in, ByteBuffer out, int at) {
        out.put(at, in, packet.start(), packet.length());
        decrementTtl(packet.isV4(), out, at);
    }

    /** Decrements the TTL of the packet that starts at an offset. */
    static void decrementTtl(boolean v4, ByteBuffer out, int at) {
        if (v4) {
            int word = Octets.u16(out, at + 8);
            Octets.put16(out, at + 8, word - 0x100);
            adjust(out, at + IPV4_CHECKSUM, Checksum.changeWord(word, word - 0x100));
        } else {
            Octets.put8(out, at + 7, Octets.u8(out, at + 7) - 1);
        }
    }

    private void rewrite(
            PacketHeader packet, ByteBuffer in, ByteBuffer out, int at, boolean source, long high, long low, int port) {
        int length = packet.length();
        out.put(at, in, packet.start(), length);
        int transport = at + packet.transport() - packet.start();
        long change =
                packet.isV4() ? address4(out, at, source, (int) low, true) : address6(out, at, source, high, low, true);
        int portAt = transport + (source ? 0 : 2);
        int before = Octets.u16(out, portAt);
        Octets.put16(out, portAt, port);
        change += Checksum.changeWord(before, port);
        Protocol protocol = packet.protocol();
        switch (protocol) {
            case TCP -> adjust(out, transport + 16, change);
            case UDP -> udp(packet.isV4(), out, at, transport, at + length, change);
            case SCTP -> {
                if (before != port) {
                    sctp(out, transport, at + length);
                }
            }
        }
    }

    /** Replaces an address and updates the header checksum; returns the change of the pseudo header's sum. */
    static long address4(ByteBuffer out, int at, boolean source, int address, boolean decrementTtl) {
        int addressAt = at + (source ? 12 : 16);
        int before = Octets.i32(out, addressAt);
        Octets.put32(out, addressAt, address);
        long change = Checksum.change(before, address);
        long headerChange = change;
        if (decrementTtl) {
            int word = Octets.u16(out, at + 8);
            Octets.put16(out, at + 8, word - 0x100);
            headerChange += Checksum.changeWord(word, word - 0x100);
        }
        adjust(out, at + IPV4_CHECKSUM, headerChange);
        return change;
    }

    /** Replaces an address; returns the change of the pseudo header's sum. */
    static long address6(ByteBuffer out, int at, boolean source, long high, long low, boolean decrementTtl) {
        int addressAt = at + (source ? 8 : 24);
        long change = Checksum.change(Octets.i64(out, addressAt), high)
                + Checksum.change(Octets.i64(out, addressAt + 8), low);
        Octets.put64(out, addressAt, high);
        Octets.put64(out, addressAt + 8, low);
        if (decrementTtl) {
            Octets.put8(out, at + 7, Octets.u8(out, at + 7) - 1);
        }
        return change;
    }

    private static void adjust(ByteBuffer out, int at, long change) {
        Octets.put16(out, at, Checksum.adjust(Octets.u16(out, at), change));
    }

    private static void udp(boolean v4, ByteBuffer out, int at, int transport, int end, long change) {
        int before = Octets.u16(out, transport + 6);
        int after = before != 0
                ? Checksum.adjust(before, change)
                : Checksum.of(PseudoHeader.sum(v4, out, at, IpProtocol.UDP, end - transport)
                        + Checksum.sum(out, transport, end - transport));
        // A checksum of zero would mean that there is none (RFC 768).
        Octets.put16(out, transport + 6, after == 0 ? 0xFFFF : after);
    }

    private void sctp(ByteBuffer out, int transport, int end) {
        Octets.put32(out, transport + 8, 0);
        int position = out.position();
        int limit = out.limit();
        crc.reset();
        out.limit(end).position(transport);
        crc.update(out);
        out.limit(limit).position(position);
        Octets.put32(out, transport + 8, Integer.reverseBytes((int) crc.getValue()));
    }
}
