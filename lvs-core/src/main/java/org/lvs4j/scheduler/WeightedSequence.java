package org.lvs4j.scheduler;

import java.util.BitSet;
import java.util.stream.IntStream;

/**
 * The precomputed turns of one cycle of {@code wrr}, from the round of the greatest weight to the round of
 * all servers. Immutable.
 *
 * <p>A turn is one word: the number of units by which the weight of its round is below that of the first round in the
 * upper half, the index of the server in the lower half. Turns therefore ascend as unsigned numbers, and a binary
 * search finds the turn of a server in a round.
 */
final class WeightedSequence {
    /** The longest sequence that is precomputed. */
    static final int MAX_LENGTH = 1 << 16;

    private static final int INDEX_BITS = 16;

    private final int most;
    private final int[] turns;

    private WeightedSequence(int most, int[] turns) {
        this.most = most;
        this.turns = turns;
    }

    /**
     * The sequence of a list whose weights are divided by a unit; empty if it would be longer than {@link #MAX_LENGTH}.
     */
    static WeightedSequence of(Servers servers, int unit) {
        int size = servers.size();
        int most = 0;
        long length = 0;
        for (int i = 0; i < size; i++) {
            int units = servers.weight(i) / unit;
            most = Math.max(most, units);
            length += units;
        }
        int[] turns = new int[length <= MAX_LENGTH && size <= MAX_LENGTH ? (int) length : 0];
        if (turns.length == 0) {
            return new WeightedSequence(most, turns);
        }
        int[] heaviestFirst = IntStream.range(0, size)
                .mapToLong(i -> (long) -servers.weight(i) << Integer.SIZE | i)
                .sorted()
                .mapToInt(key -> (int) key)
                .toArray();
        BitSet inRound = new BitSet(size);
        int joined = 0;
        int turn = 0;
        for (int units = most; units > 0; units--) {
            while (joined < size && servers.weight(heaviestFirst[joined]) / unit >= units) {
                inRound.set(heaviestFirst[joined++]);
            }
            for (int i = inRound.nextSetBit(0); i >= 0; i = inRound.nextSetBit(i + 1)) {
                turns[turn++] = word(most, units, i);
            }
        }
        return new WeightedSequence(most, turns);
    }

    private static int word(int most, int units, int index) {
        return most - units << INDEX_BITS | index;
    }

    /** The number of turns. */
    int length() {
        return turns.length;
    }

    /** The index of the server of a turn. */
    int server(int turn) {
        return turns[turn] & MAX_LENGTH - 1;
    }

    /** The weight of the round of a turn, in units. */
    int units(int turn) {
        return most - (turns[turn] >>> INDEX_BITS);
    }

    /** The turn of a server in the round of a weight that it has at least. */
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
