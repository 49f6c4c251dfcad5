package org.lvs4j.scheduler;

import java.util.BitSet;
import java.util.stream.IntStream;

/**
 * All turns of {@code wrr} written down, from the round of the heaviest servers to the one that everybody takes part in.
 * Immutable.
 *
 * <p>A turn is one word: how many units the round is below the first one in the upper half, the index of the server in
 * the lower half. So turns ascend as unsigned numbers, and the turn of a server in a round is found by halving.
 */
final class WeightedSequence {
    /** Longer sequences are not written down. */
    static final int LONGEST = 1 << 16;

    private static final int INDEX_BITS = 16;

    private final int most;
    private final int[] turns;

    private WeightedSequence(int most, int[] turns) {
        this.most = most;
        this.turns = turns;
    }

    /** The sequence of a list whose weights are divided by a unit; without any turn if it were too long. */
    static WeightedSequence of(Servers servers, int unit) {
        int size = servers.size();
        int most = 0;
        long length = 0;
        for (int i = 0; i < size; i++) {
            int units = servers.weight(i) / unit;
            most = Math.max(most, units);
            length += units;
        }
        int[] turns = new int[length <= LONGEST && size <= LONGEST ? (int) length : 0];
        if (turns.length == 0) {
            return new WeightedSequence(most, turns);
        }
        int[] heaviestFirst = IntStream.range(0, size)
                .mapToLong(i -> (long) -servers.weight(i) << Integer.SIZE | i)
                .sorted()
                .mapToInt(key -> (int) key)
                .toArray();
        BitSet in = new BitSet(size);
        int joined = 0;
        int turn = 0;
        for (int units = most; units > 0; units--) {
            while (joined < size && servers.weight(heaviestFirst[joined]) / unit >= units) {
                in.set(heaviestFirst[joined++]);
            }
            for (int i = in.nextSetBit(0); i >= 0; i = in.nextSetBit(i + 1)) {
                turns[turn++] = word(most, units, i);
            }
        }
        return new WeightedSequence(most, turns);
    }

    private static int word(int most, int units, int index) {
        return most - units << INDEX_BITS | index;
    }

    /** How many turns there are. */
    int length() {
        return turns.length;
    }

    /** Whose turn it is. */
    int server(int turn) {
        return turns[turn] & LONGEST - 1;
    }

    /** The weight of the round of a turn. */
    int units(int turn) {
        return most - (turns[turn] >>> INDEX_BITS);
    }

    /** The turn of a server that weighs enough in the round of a weight. */
    int turn(int units, int index) {
        int wanted = word(most, units, index);
        int low = 0;
        int high = turns.length - 1;
        while (low < high) {
            int middle = low + high >>> 1;
            if (Integer.compareUnsigned(turns[middle], wanted) < 0) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }
}
