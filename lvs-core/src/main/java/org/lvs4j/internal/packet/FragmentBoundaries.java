package org.lvs4j.internal.packet;

/**
 * The fragment boundaries of a reassembled packet: the end of each fragment, in ascending order. Belongs to one thread.
 */
public final class FragmentBoundaries {
    /** The boundaries of a packet that arrived whole. */
    public static final FragmentBoundaries NONE = new FragmentBoundaries(0);

    private final int[] ends;
    private int count;
    private int largest;

    FragmentBoundaries(int capacity) {
        ends = new int[capacity];
    }

    void clear() {
        count = 0;
        largest = 0;
    }

    /** Adds the next fragment. */
    void add(int end) {
        largest = Math.max(largest, end - (count == 0 ? 0 : ends[count - 1]));
        ends[count++] = end;
    }

    /** The number of fragments; 0 if the packet arrived whole. */
    public int count() {
        return count;
    }

    /** The end of a fragment, as an offset within the fragmented payload. */
    int end(int index) {
        return ends[index];
    }

    /** The payload length of the largest fragment, in bytes. */
    public int largest() {
        return largest;
    }
}
