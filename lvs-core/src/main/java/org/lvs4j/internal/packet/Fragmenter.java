package org.lvs4j.internal.packet;

import java.nio.ByteBuffer;

/**
 * Hands out a packet in fragments, one at a time: where it had been cut before if those pieces fit, else as large as fits.
 * Belongs to one thread; does not allocate.
 */
public final class Fragmenter {
    private static final int V6_FRAGMENT_BYTES = 8;
    private static final int MORE_FRAGMENTS = 0x2000;
    private static final int FLAGS = 0xE000;

    private ByteBuffer packet = ByteBuffer.allocate(0);
    private int at;
    private int end;
    private boolean v4;
    private int headerBytes;
    private int nextField;
    private int identification;
    private int room;
    private Cuts cuts = Cuts.NONE;
    private int done;
    private int cut;
    private boolean pending;

    /** Nothing to hand out. */
    public Fragmenter() {}

    /**
     * Takes a packet, which the buffer must keep until all of it is handed out.
     *
     * @param start where in the buffer it starts
     * @param length its length
     * @param isV4 its family
     * @param unfragmentable how many bytes each fragment starts with: the IPv4 header with its options, or the IPv6 header with
     *     those extension headers that routers look at
     * @param nextFieldOffset IPv6: where in those bytes the number of the header after them stands
     * @param id IPv6: the identification of the fragments; those of IPv4 keep that of the packet
     * @param mtu how large a fragment may be
     * @param before where the packet had been cut, {@link Cuts#NONE} if it had not
     */
    public void start(
            ByteBuffer buffer,
            int start,
            int length,
            boolean isV4,
            int unfragmentable,
            int nextFieldOffset,
            int id,
            int mtu,
            Cuts before) {
        packet = buffer;
        at = start;
        end = start + length;
        v4 = isV4;
        headerBytes = unfragmentable;
        nextField = nextFieldOffset;
        identification = id;
        int fixed = headerBytes + (v4 ? 0 : V6_FRAGMENT_BYTES);
        room = mtu - fixed;
        cuts = before.largest() <= room ? before : Cuts.NONE;
        done = 0;
        cut = 0;
        pending = room >= 8;
    }

    /** Forgets what is left. */
    public void clear() {
        pending = false;
    }

    /** Whether there is another fragment. */
    public boolean pending() {
        return pending;
    }

    /** Writes the next fragment at the position of a buffer; returns its length, or 0 if there is no room, which ends it. */
    public int next(ByteBuffer out) {
        int total = end - at - headerBytes;
        int left = total - done;
        // Only the last one need not be a multiple of eight.
        int size = cuts.count() > 0 ? cuts.end(cut++) - done : left <= room ? left : room & ~7;
        boolean more = size < left;
        int length = headerBytes + (v4 ? 0 : V6_FRAGMENT_BYTES) + size;
        if (out.remaining() < length) {
            pending = false;
            return 0;
        }
        int to = out.position();
        out.put(to, packet, at, headerBytes);
        int payload = v4 ? header4(out, to, length, more) : header6(out, to, length, more);
        out.put(payload, packet, at + headerBytes + done, size);
        done += size;
        pending = more;
        return length;
    }

    private int header4(ByteBuffer out, int to, int length, boolean more) {
        Octets.put16(out, to + 2, length);
        int flags = Octets.u16(out, to + 6) & FLAGS & ~MORE_FRAGMENTS;
        Octets.put16(out, to + 6, flags | (more ? MORE_FRAGMENTS : 0) | done >>> 3);
        if (done > 0 && headerBytes > PacketHeader.IPV4_BYTES) {
            Ipv4Options.blankUncopied(out, to + PacketHeader.IPV4_BYTES, to + headerBytes);
        }
        Ipv4Header.complete(out, to, headerBytes);
        return to + headerBytes;
    }

    private int header6(ByteBuffer out, int to, int length, boolean more) {
        int next = Octets.u8(out, to + nextField);
        Octets.put8(out, to + nextField, IpProtocol.FRAGMENT);
        Octets.put16(out, to + 4, length - PacketHeader.IPV6_BYTES);
        int fragment = to + headerBytes;
        Octets.put16(out, fragment, next << 8);
        Octets.put16(out, fragment + 2, done | (more ? 1 : 0));
        Octets.put32(out, fragment + 4, identification);
        return fragment + V6_FRAGMENT_BYTES;
    }
}
