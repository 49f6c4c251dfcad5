package org.lvs4j.scheduler;

/**
 * Finds the next server of a list with at least some weight, in logarithmic time. Immutable.
 *
 * <p>A tournament tree in an array: the weights are its leaves, and each inner node {@code n} holds the maximum of its
 * children {@code 2n} and {@code 2n + 1}.
 */
final class WeightSearch {
    private final int size;
    private final int leaves;
    private final int[] heaviest;

    /** A tree over the weights of a list, each divided by a unit. */
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

    /** The greatest weight in units, or 0. */
    int heaviest() {
        return heaviest[1];
    }

    /**
     * The first index, {@code start} or above, of a server with at least some weight; the size of the list if
     * there is none.
     *
     * @param minimum the weight in units, at least 1
     */
    int next(int start, int minimum) {
        if (start >= size) {
            return size;
        }
        int node = leaves + start;
        while (heaviest[node] < minimum) {
            // To the next subtree on the right: up while this is a right child, then to the sibling.
            node >>= Integer.numberOfTrailingZeros(~node);
            if (node == 0) {
                return size;
            }
            node++;
        }
        while (node < leaves) {
            node <<= 1;
            if (heaviest[node] < minimum) {
                node++;
            }
        }
        return node - leaves;
    }
}
