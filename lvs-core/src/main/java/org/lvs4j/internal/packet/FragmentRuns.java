package org.lvs4j.internal.packet;

/**
 * Which bytes of a packet have arrived, as Linux keeps them: runs of fragments, sorted. A fragment that begins where
 * the last run ends makes that run longer; every other fragment begins a run of its own, even between two others. A
 * fragment within one run is a duplicate; one that shares bytes with a run otherwise overlaps.
 */
final class FragmentRuns {
    /** How a fragment relates to those before it. */
    enum Relation {
        /** It has no byte of an earlier one, and has been added. */
        NEW,
        /** Earlier fragments have all its bytes. */
        DUPLICATE,
        /** Earlier fragments have some of its bytes. */
        OVERLAP
    }

    private final int[] starts;
    private final int[] ends;
    private int runs;

    FragmentRuns(int capacity) {
        starts = new int[capacity];
        ends = new int[capacity];
    }

    void clear() {
        runs = 0;
    }

    /** The end of the last run; 0 without a run. */
    int end() {
        return runs == 0 ? 0 : ends[runs - 1];
    }

    /** Adds a range if it is new. There is room for it: the caller counts the ranges. */
    Relation add(int start, int end) {
        if (runs > 0 && ends[runs - 1] < end) {
            return append(start, end);
        }
        int index = runs;
        while (index > 0 && starts[index - 1] >= end) {
            index--;
        }
        // The run before this place is the only one that can share bytes with the range, or the range shares bytes with
        // several runs and is within none of them.
        if (index > 0 && ends[index - 1] > start) {
            return starts[index - 1] <= start && end <= ends[index - 1] ? Relation.DUPLICATE : Relation.OVERLAP;
        }
        System.arraycopy(starts, index, starts, index + 1, runs - index);
        System.arraycopy(ends, index, ends, index + 1, runs - index);
        starts[index] = start;
        ends[index] = end;
        runs++;
        return Relation.NEW;
    }

    private Relation append(int start, int end) {
        if (start < ends[runs - 1]) {
            return Relation.OVERLAP;
        }
        if (start == ends[runs - 1]) {
            ends[runs - 1] = end;
        } else {
            starts[runs] = start;
            ends[runs] = end;
            runs++;
        }
        return Relation.NEW;
    }
}
