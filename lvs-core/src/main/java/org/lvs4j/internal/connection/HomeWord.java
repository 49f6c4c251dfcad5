package org.lvs4j.internal.connection;

/**
 * The bits of the control word of a line of a {@link FlowGeneration}. It is about the connections whose home the line is.
 *
 * <pre>
 * behind 8 | reach 8 | frozen 1 | offset 9 | version 16 | sequence 22
 * </pre>
 *
 * <p>"Behind" counts those that lie in a line behind it, and "reach" says how many lines behind at most: a search goes no
 * further. Offset and version name the slot of one that is being inserted, the sequence counts insertions, and "frozen" says
 * that there will be no more.
 */
final class HomeWord {
    private static final int BEHIND_SHIFT = 56;
    private static final int REACH_SHIFT = 48;
    private static final int MOST = 0xFF;
    private static final long INSERTION_MASK = (1L << REACH_SHIFT) - 1;
    private static final long FROZEN = 1L << 47;
    private static final int OFFSET_SHIFT = 38;
    private static final int OFFSET_MASK = 0x1FF;
    private static final int VERSION_SHIFT = 22;
    private static final int VERSION_MASK = 0xFFFF;
    private static final long SEQUENCE_MASK = (1L << VERSION_SHIFT) - 1;
    private static final long NAME_MASK = FROZEN - 1 - SEQUENCE_MASK;

    private HomeWord() {}

    // ---- where connections lie

    /** How many lines behind its home a connection may lie. */
    static int reach(long control) {
        return (int) (control >>> REACH_SHIFT) & MOST;
    }

    /** With one more connection behind its home, so far from it. */
    static long including(long control, int distance) {
        long behind = Math.min((control >>> BEHIND_SHIFT) + 1, MOST);
        long reach = Math.max(reach(control), distance);
        return control & INSERTION_MASK | behind << BEHIND_SHIFT | reach << REACH_SHIFT;
    }

    /** With one less; if it was the last one, searches stay at home. At the highest count nobody knows any more how many there are. */
    static long excluding(long control) {
        int behind = (int) (control >>> BEHIND_SHIFT);
        if (behind == MOST) {
            return control;
        }
        return behind == 1 ? control & INSERTION_MASK : control - (1L << BEHIND_SHIFT);
    }

    // ---- insertion

    static boolean frozen(long control) {
        return (control & FROZEN) != 0;
    }

    static long freezing(long control) {
        return control | FROZEN;
    }

    /** The version of the claim that is named, or 0 if none is. */
    static int version(long control) {
        return (int) (control >>> VERSION_SHIFT) & VERSION_MASK;
    }

    /** Where the claim that is named lies, in slots from its home on. */
    static int offset(long control) {
        return (int) (control >>> OFFSET_SHIFT) & OFFSET_MASK;
    }

    /** With the next insertion, named. */
    static long naming(long control, int offset, int version) {
        return control & ~(NAME_MASK | SEQUENCE_MASK)
                | (long) offset << OFFSET_SHIFT
                | (long) version << VERSION_SHIFT
                | control + 1 & SEQUENCE_MASK;
    }

    static long nameless(long control) {
        return control & ~NAME_MASK;
    }

    /** Whether nothing has been inserted between two readings, and nothing frozen. */
    static boolean sameSequence(long control, long other) {
        return ((control ^ other) & (SEQUENCE_MASK | FROZEN)) == 0;
    }

    /** Whether two readings name the same insertion. */
    static boolean sameName(long control, long other) {
        return ((control ^ other) & (NAME_MASK | SEQUENCE_MASK)) == 0;
    }
}
