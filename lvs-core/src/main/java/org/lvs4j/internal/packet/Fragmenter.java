package org.lvs4j.internal.packet;

import java.nio.ByteBuffer;

/**
 * Fragments a packet (RFC 791; RFC 8200, section 4.5), one fragment per call. Uses the boundaries that the packet
 * arrived with if those fragments fit the MTU, otherwise the largest fragments that fit. Belongs to one thread; does
 * not allocate.
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
    private FragmentBoundaries boundaries = FragmentBoundaries.NONE;
    private int done;
    private int index;
    private boolean pending;

    /** A fragmenter without a packet. */
    public Fragmenter() {}

    /**
     * Starts with a packet. The buffer must keep the packet until {@link #pending} is false.
     *
     * @param start where the packet starts in the buffer
     * @param length of the packet, in bytes
     * @param isV4 whether the packet is IPv4
     * @param unfragmentable the length of the part that each fragment repeats: the IPv4 header with its options, or the
     *     IPv6 header with its per-fragment extension headers
     * @param nextFieldOffset IPv6: the offset within that part of the next-header field for the header after it
     * @param id IPv6: the identification of the fragments; IPv4 fragments keep the packet's identification
     * @param mtu the largest size of a fragment, in bytes
     * @param before the boundaries that the packet arrived with, {@link FragmentBoundaries#NONE} if it arrived whole
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
            FragmentBoundaries before) {
        packet = buffer;
        at = start;
        end = start + length;
        v4 = isV4;
        headerBytes = unfragmentable;
        nextField = nextFieldOffset;
        identification = id;
        int fixed = headerBytes + (v4 ? 0 : V6_FRAGMENT_BYTES);
        room = mtu - fixed;
        boundaries = before.largest() <= room ? before : FragmentBoundaries.NONE;
        done = 0;
        index = 0;
        pending = room >= 8;
    }

    /** Discards the remaining fragments. */
    public void clear() {
        pending = false;
    }

    /** Whether another fragment remains. */
    public boolean pending() {
        return pending;
    }

    /**
     * Writes the next fragment at the position of a buffer.
     *
     * @return its length; 0 if the buffer has no room for it, and then the remaining fragments are discarded
     */
    public int next(ByteBuffer out) {
        int total = end - at - headerBytes;
        int left = total - done;
        // The length of every fragment but the last is a multiple of eight.
        int size = boundaries.count() > 0 ? boundaries.end(index++) - done : left <= room ? left : room & ~7;
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
