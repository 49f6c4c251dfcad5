package org.lvs4j.internal.packet;

/** Where a packet had been cut into fragments: the ends of the pieces in order. Belongs to one thread. */
public final class Cuts {
    /** Of a packet that came in one piece. */
    public static final Cuts NONE = new Cuts(0);

    private final int[] ends;
    private int count;
    private int largest;

    Cuts(int capacity) {
        ends = new int[capacity];
    }

    void clear() {
        count = 0;
        largest = 0;
    }

    /** Adds the next piece. */
    void add(int end) {
        largest = Math.max(largest, end - (count == 0 ? 0 : ends[count - 1]));
        ends[count++] = end;
    }

    /** How many pieces there were, 0 if the packet was never cut. */
    public int count() {
        return count;
    }

    /** Where a piece ends, counted in bytes of what was cut. */
    int end(int index) {
        return ends[index];
    }

    /** The length of the longest piece. */
    public int largest() {
        return largest;
    }
}
