package org.lvs4j.scheduler;

import java.util.Arrays;

/**
 * A tournament tree (D. Knuth, "The Art of Computer Programming" 3, section 5.2.3, 1998): finds the least of many keys
 * and its index. Not thread-safe.
 *
 * <p>Keys are stored side by side in groups of eight. The least key of each group is an entry of the level above, and
 * so on up to the root, a group of sixteen. The lowest bits of an entry, which keys do not use, are its position in its
 * group: the least of a group is found without a branch, the lowest position wins a tie, and following positions down
 * from the root finds the index. A change is propagated upwards as long as it changes the least key of a group.
 */
final class LoadTree {
    /** The bits that a key must not use: they hold positions. */
    static final long POSITION = 0xF;

    /** The greatest key, of a server that must not be chosen. */
    static final long NEVER = Long.MAX_VALUE & ~POSITION;

    private static final int ROOT = 1 << 4;
    private static final int GROUP_BITS = 3;
    private static final int GROUP = 1 << GROUP_BITS;
    private static final int MOST_LEVELS = 11;

    /** The root first, then level by level down to the keys. */
    private final long[] entries;

    /** For each entry above the keys: the position of the least in its group of the level below. */
    private final byte[] positions;

    /** The index of the first entry of each level, the keys being level 0. */
    private final int[] begins;

    private final int root;
    private long least = NEVER;

    /** A tree of a number of keys, all {@link #NEVER}. */
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

    /** Replaces the key at an index. */
    void put(int index, long key) {
        long entry = key;
        int slot = index;
        for (int level = 0; level < root; level++) {
            int begin = begins[level];
            entries[begin + slot] = entry | slot & POSITION;
            slot >>= GROUP_BITS;
            long winner = leastOfGroup(begin + (slot << GROUP_BITS));
            int above = begins[level + 1] + slot;
            positions[above] = (byte) (winner & GROUP - 1);
            entry = winner & ~POSITION;
            if (entry == (entries[above] & ~POSITION)) {
                return;
            }
        }
        entries[slot] = entry | slot;
        least = lesser(leastOfGroup(0), leastOfGroup(GROUP));
    }

    /** The lowest index of the least key, or -1 if every key is {@link #NEVER}. */
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

    /**
     * The lesser of two keys, without a branch that would be mispredicted. Keys are not negative, so the difference
     * does not overflow.
     */
    private static long lesser(long a, long b) {
        long difference = b - a;
        return a + (difference & difference >> Long.SIZE - 1);
    }
}
