package org.lvs4j.benchmarks;

import java.util.Arrays;

/**
 * The table of Maglev hashing as in the paper: Eisenbud et al., "Maglev: A Fast and Reliable Software Network Load
 * Balancer", NSDI 2016, section 3.4. All servers have equal weight.
 */
final class PlainMaglev {
    private PlainMaglev() {}

    /**
     * Builds a table: the server of each slot.
     *
     * @param slots the number of slots, a prime
     */
    static int[] build(int servers, int slots) {
        int[] entry = new int[slots];
        Arrays.fill(entry, -1);
        int[] offset = new int[servers];
        int[] skip = new int[servers];
        for (int i = 0; i < servers; i++) {
            offset[i] = Integer.remainderUnsigned(hash(i, 0x1B87_3593), slots);
            skip[i] = Integer.remainderUnsigned(hash(i, 0xCC9E_2D51), slots - 1) + 1;
        }
        int[] next = new int[servers];
        int filled = 0;
        while (true) {
            for (int i = 0; i < servers; i++) {
                int candidate = permutation(offset[i], skip[i], next[i], slots);
                while (entry[candidate] >= 0) {
                    next[i]++;
                    candidate = permutation(offset[i], skip[i], next[i], slots);
                }
                entry[candidate] = i;
                next[i]++;
                if (++filled == slots) {
                    return entry;
                }
            }
        }
    }

    private static int permutation(int offset, int skip, int place, int slots) {
        return (int) ((offset + (long) place * skip) % slots);
    }

    private static int hash(int value, int key) {
        int x = (value + 1) * key;
        x = (x ^ x >>> 15) * 0x85EB_CA6B;
        return x ^ x >>> 13;
    }
}
