package org.lvs4j.internal.packet;

import java.nio.ByteBuffer;
import org.lvs4j.net.AddressFamily;

/**
 * The fragments of one packet: their payload at its offset, and the header of the first fragment before it. Reused for
 * many packets. Belongs to one thread.
 */
public final class ReassemblyBuffer {
    /** The result of adding a fragment. */
    enum Outcome {
        /** Kept; other fragments are missing. */
        KEPT,
        /** Kept; the packet is complete. */
        COMPLETE,
        /** A duplicate or an impossible fragment; other fragments can still complete the packet. */
        USELESS,
        /** The fragment contradicts others, so that the packet can never be complete. */
        CONTRADICTION
    }

    /** The largest number of fragments of one packet. */
    static final int MAX_PIECES = 128;

    /** The largest length of the header that each fragment repeats. */
    private static final int MAX_HEADER_BYTES = 512;

    private static final int MAX_PAYLOAD_BYTES = 65_535;
    private static final int FIRST_CAPACITY = 4096;
    private static final int UNKNOWN = -1;

    private AddressFamily family = AddressFamily.IPV4;
    private long sourceHigh;
    private long sourceLow;
    private long destinationHigh;
    private long destinationLow;
    private int identification;
    private int number;

    private boolean used;
    private long deadlineNanos;

    private ByteBuffer buffer = ByteBuffer.allocate(0);
    private final int[] ends = new int[MAX_PIECES];
    private final FragmentRuns runs = new FragmentRuns(MAX_PIECES);
    private final FragmentBoundaries boundaries = new FragmentBoundaries(MAX_PIECES);
    private int pieces;
    private int received;
    private int total;
    private int headerBytes;
    private int nextField;
    private int next;
    private boolean dontFragment;

    ReassemblyBuffer() {}

    void begin(PacketHeader fragment, long deadline) {
        family = fragment.family();
        sourceHigh = fragment.sourceHigh();
        sourceLow = fragment.sourceLow();
        destinationHigh = fragment.destinationHigh();
        destinationLow = fragment.destinationLow();
        identification = fragment.identification();
        number = fragment.number();
        used = true;
        deadlineNanos = deadline;
        pieces = 0;
        runs.clear();
        received = 0;
        total = UNKNOWN;
        headerBytes = 0;
        dontFragment = false;
    }

    void end() {
        used = false;
    }

    boolean used() {
        return used;
    }

    long deadlineNanos() {
        return deadlineNanos;
    }

    /** Whether a fragment belongs to this packet. The protocol is part of the key for IPv4 only (RFC 791; RFC 8200). */
    boolean owns(PacketHeader fragment) {
        return used
                && identification == fragment.identification()
                && sourceLow == fragment.sourceLow()
                && destinationLow == fragment.destinationLow()
                && sourceHigh == fragment.sourceHigh()
                && destinationHigh == fragment.destinationHigh()
                && family == fragment.family()
                && (family == AddressFamily.IPV6 || number == fragment.number());
    }

    /** Copies the bytes of a fragment. */
    Outcome add(PacketHeader fragment, ByteBuffer in) {
        boolean v4 = family == AddressFamily.IPV4;
        int from = v4 ? fragment.transport() : fragment.fragmentHeader() + 8;
        int length = fragment.end() - from;
        int start = fragment.fragmentOffset();
        int end = start + length;
        boolean more = fragment.moreFragments();
        if (length <= 0 || more && (length & 7) != 0 || end > MAX_PAYLOAD_BYTES) {
            return Outcome.USELESS;
        }
        int header = v4 ? from - fragment.start() : fragment.fragmentHeader() - fragment.start();
        if (header > MAX_HEADER_BYTES) {
            return Outcome.CONTRADICTION;
        }
        if (total != UNKNOWN && (end > total || !more && end != total)) {
            return Outcome.CONTRADICTION;
        }
        if (!more && runs.end() > end || pieces == MAX_PIECES) {
            return Outcome.CONTRADICTION;
        }
        switch (runs.add(start, end)) {
            case DUPLICATE -> {
                return Outcome.USELESS;
            }
            case OVERLAP -> {
                return Outcome.CONTRADICTION;
            }
            case NEW -> insert(start, end);
        }
        ensureCapacity(end);
        buffer.put(MAX_HEADER_BYTES + start, in, from, length);
        received += length;
        if (!more) {
            total = end;
        }
        dontFragment |= v4 && fragment.dontFragment();
        if (start == 0) {
            headerBytes = header;
            buffer.put(MAX_HEADER_BYTES - header, in, fragment.start(), header);
            if (!v4) {
                nextField = fragment.beforeFragmentHeader() - fragment.start();
                next = fragment.number();
            }
        }
        if (received != total) {
            return Outcome.KEPT;
        }
        return complete() ? Outcome.COMPLETE : Outcome.CONTRADICTION;
    }

    private void insert(int start, int end) {
        int index = pieces;
        while (index > 0 && ends[index - 1] > start) {
            index--;
        }
        System.arraycopy(ends, index, ends, index + 1, pieces - index);
        ends[index] = end;
        pieces++;
    }

    private void ensureCapacity(int payloadBytes) {
        int needed = MAX_HEADER_BYTES + payloadBytes;
        if (buffer.capacity() < needed) {
            int capacity = Math.max(FIRST_CAPACITY, Integer.highestOneBit(needed - 1) << 1);
            ByteBuffer larger = ByteBuffer.allocate(Math.min(capacity, MAX_HEADER_BYTES + MAX_PAYLOAD_BYTES));
            larger.put(0, buffer, 0, buffer.capacity());
            buffer = larger;
        }
    }

    /** Turns the header of the first fragment into that of the whole packet. False if the packet would be too long. */
    private boolean complete() {
        int start = start();
        if (family == AddressFamily.IPV4) {
            if (headerBytes + total > MAX_PAYLOAD_BYTES) {
                return false;
            }
            Octets.put16(buffer, start + 2, headerBytes + total);
            Octets.put16(buffer, start + 6, dontFragment ? 0x4000 : 0);
            Ipv4Header.complete(buffer, start, headerBytes);
        } else {
            int payload = headerBytes - PacketHeader.IPV6_BYTES + total;
            if (payload > MAX_PAYLOAD_BYTES) {
                return false;
            }
            Octets.put16(buffer, start + 4, payload);
            Octets.put8(buffer, start + nextField, next);
        }
        boundaries.clear();
        for (int i = 0; i < pieces; i++) {
            boundaries.add(ends[i]);
        }
        return true;
    }

    /** The buffer that holds the packet. */
    public ByteBuffer buffer() {
        return buffer;
    }

    /** Where the whole packet starts in the buffer. */
    public int start() {
        return MAX_HEADER_BYTES - headerBytes;
    }

    /** Where the whole packet ends in the buffer. */
    public int limit() {
        return MAX_HEADER_BYTES + total;
    }

    /** The boundaries of the fragments. */
    public FragmentBoundaries boundaries() {
        return boundaries;
    }

    /** The length of the header that each fragment repeats; for IPv6 without the fragment header. */
    public int headerBytes() {
        return headerBytes;
    }

    /** IPv6: the offset within this header of the next-header field for the header after it. */
    public int nextField() {
        return nextField;
    }

    /** The identification of the fragments. */
    public int identification() {
        return identification;
    }

    /** The size of the largest fragment as it arrived, in bytes. */
    public int largestFragment() {
        return boundaries.largest() + headerBytes + (family == AddressFamily.IPV4 ? 0 : 8);
    }
}
