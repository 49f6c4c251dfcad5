package org.lvs4j.scheduler;

import java.util.Arrays;

/**
 * The least of many keys, and where it is. Not thread-safe.
 *
 * <p>Keys lie side by side in groups of eight; the least of each group is an entry of the level above, and so on up to the
 * root, a group of sixteen. An entry is a key whose lowest bits, which keys do not use, tell its position in its group:
 * so the least of a group is found without a branch, the lowest position wins a tie, and from the root the winner is found
 * by following positions. A change goes up as long as the least of the group becomes another key.
 */
final class LoadTree {
    /** The bits that a key must not use. */
    static final long POSITION = 0xF;

    /** A key above all others. */
    static final long NEVER = Long.MAX_VALUE & ~POSITION;

    private static final int ROOT = 1 << 4;
    private static final int GROUP_BITS = 3;
    private static final int GROUP = 1 << GROUP_BITS;
    private static final int MOST_LEVELS = 11;

    // The root first, then level by level down to the keys themselves.
    private final long[] entries;

    /** For each entry but the keys themselves: the position of the winner in the group below. */
    private final byte[] positions;

    /** Where each level begins, the keys first. */
    private final int[] begins;

    private final int root;
    private long least = NEVER;

    /** A tree of so many keys, all {@link #NEVER}. */
    LoadTree(int size) {
        int[] sizes = new int[MOST_LEVELS];
        int levels = 1;
        sizes[0] = size;
        while (sizes[levels - 1] > ROOT) {
            sizes[levels] = sizes[levels - 1] + GROUP - 1 >> GROUP_BITS;
            levels++;
        }
        begins = new int[levels];
        int end = ROOT;
        for (int level = levels - 2; level >= 0; level--) {
            begins[level] = end;
            end += sizes[level] + GROUP - 1 & -GROUP;
        }
        root = levels - 1;
        positions = new byte[levels == 1 ? ROOT : begins[0]];
        entries = new long[end];
        Arrays.fill(entries, NEVER | POSITION);
    }

    /** The key at an index. */
    long key(int index) {
        return entries[begins[0] + index] & ~POSITION;
    }

    /** Puts a key at an index. */
    void put(int index, long key) {
        long now = key;
        int slot = index;
        for (int level = 0; level < root; level++) {
            int begin = begins[level];
            entries[begin + slot] = now | slot & POSITION;
            slot >>= GROUP_BITS;
            long winner = leastOfGroup(begin + (slot << GROUP_BITS));
            int above = begins[level + 1] + slot;
            positions[above] = (byte) (winner & GROUP - 1);
            now = winner & ~POSITION;
            if (now == (entries[above] & ~POSITION)) {
                return;
            }
        }
        entries[slot] = now | slot;
        least = lesser(leastOfGroup(0), leastOfGroup(GROUP));
    }

    /** The lowest index of the least key, or -1 if that is {@link #NEVER}. */
    int least() {
        if (least >= NEVER) {
            return -1;
        }
        int slot = (int) (least & POSITION);
        for (int level = root; level > 0; level--) {
            slot = slot << GROUP_BITS | positions[begins[level] + slot];
        }
        return slot;
    }

    private long leastOfGroup(int first) {
        long[] from = entries;
        return lesser(
                lesser(lesser(from[first], from[first + 1]), lesser(from[first + 2], from[first + 3])),
                lesser(lesser(from[first + 4], from[first + 5]), lesser(from[first + 6], from[first + 7])));
    }

    /** Without a branch, of which nobody could tell the outcome. Keys are never negative, so their difference fits. */
    private static long lesser(long a, long b) {
        long difference = b - a;
        return a + (difference & difference >> Long.SIZE - 1);
    }
}
