package org.lvs4j.scheduler;

/**
 * Finds the next server of a list that weighs enough, in logarithmic time. Immutable.
 *
 * <p>A binary tree of maxima: the weights are its leaves, each inner node holds the greater of its two children, those of
 * node {@code n} being {@code 2n} and {@code 2n + 1}.
 */
final class WeightSearch {
    private final int size;
    private final int leaves;
    private final int[] heaviest;

    /** For the weights of a list, each divided by a unit. */
    WeightSearch(Servers servers, int unit) {
        size = servers.size();
        leaves = Integer.highestOneBit(Math.max(2 * size - 1, 1));
        heaviest = new int[2 * leaves];
        for (int i = 0; i < size; i++) {
            heaviest[leaves + i] = servers.weight(i) / unit;
        }
        for (int node = leaves - 1; node > 0; node--) {
            heaviest[node] = Math.max(heaviest[2 * node], heaviest[2 * node + 1]);
        }
    }

    /** The weight of the heaviest server, or zero. */
    int heaviest() {
        return heaviest[1];
    }

    /** The first index from {@code start} on whose server weighs {@code least} or more, or the size; {@code least} is 1 or more. */
    int next(int start, int least) {
        if (start >= size) {
            return size;
        }
        int node = leaves + start;
        while (heaviest[node] < least) {
            // To the next subtree on the right: up from every right child, then over.
            node >>= Integer.numberOfTrailingZeros(~node);
            if (node == 0) {
                return size;
            }
            node++;
        }
        while (node < leaves) {
            node <<= 1;
            if (heaviest[node] < least) {
                node++;
            }
        }
        return node - leaves;
    }
}
