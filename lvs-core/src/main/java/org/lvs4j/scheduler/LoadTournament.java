package org.lvs4j.scheduler;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.lvs4j.stats.LoadBoard;

/**
 * Finds the least loaded of many servers without looking at each.
 *
 * <h2>Layout</h2>
 *
 * A binary tree of matches over the list: the servers are its leaves, each inner node holds the index of the better one
 * of its two children's winners, and the root that of all. Children of node {@code n} are {@code 2n} and {@code 2n + 1};
 * the left one wins a tie, so that the newest server does. A server that must not get connections wins nothing.
 *
 * <h2>Who changes what</h2>
 *
 * Loads live with the servers. Whoever changes one leaves a mark on the service's {@link LoadBoard}; a pick takes the marks,
 * reads these loads anew, and plays their matches again from the leaf up, until a match ends as before. So the
 * cost of a pick is that of the changes since the last one, each at most the logarithm of the number of servers, and
 * nothing but the mark is asked of a connection that ends. The tree is built by the first pick from a new list.
 *
 * <h2>Guarantees</h2>
 *
 * Every change that was complete, mark included, before a pick began is seen by it; one that happens meanwhile may be
 * seen or not, as in a walk along the list. So a single thread gets exactly what the walk would give. Two picks at once
 * may choose the same server before either has counted its connection, as in IPVS.
 *
 * <h2>Progress</h2>
 *
 * One pick at a time works on the tree. Another one waits for a bounded number of turns and then walks along the list by
 * itself, as do picks from short lists and from views with excluded servers. No pick ever depends on another thread.
 *
 * <h2>What was given up</h2>
 *
 * Picks of one service do not run beside each other. A tree that picks and ends of connections change together, node by
 * node with compare-and-set, would let them; it costs every end of a connection what now only a pick pays.
 */
final class LoadTournament {
    /** Below this, looking at each server is cheaper. */
    static final int FEWEST_SERVERS = 6;

    private static final long UNAVAILABLE = -1;

    private final LoadMeasure measure;

    // All below is guarded by the board being held.
    private @Nullable Servers list;
    private long[] loads = {};
    private long[] divisors = {};
    private int[] winners = {};
    private int leaves;

    // The servers of mark m are those of marked[firstMarked[m]] to marked[firstMarked[m + 1] - 1].
    private final int[] firstMarked = new int[LoadBoard.MARKS + 1];
    private int[] marked = {};
    private int words;

    LoadTournament(LoadMeasure measure) {
        this.measure = measure;
    }

    /** The first available server with the least load, or {@link Scheduler#NONE}. */
    int least(Servers servers) {
        LoadBoard board = servers.size() < FEWEST_SERVERS ? null : servers.loadBoard();
        if (board == null || !board.tryEnter()) {
            return measure.least(servers);
        }
        try {
            if (board.claim(this) && list == servers) {
                update(servers, board);
            } else {
                list = null;
                build(servers);
                list = servers;
            }
            return winners[1];
        } finally {
            board.exit();
        }
    }

    private void update(Servers servers, LoadBoard board) {
        for (int word = 0; word < words; word++) {
            for (long marks = board.take(word); marks != 0; marks &= marks - 1) {
                int mark = word * LoadBoard.MARKS_PER_WORD + Long.numberOfTrailingZeros(marks);
                for (int i = firstMarked[mark]; i < firstMarked[mark + 1]; i++) {
                    replay(servers, marked[i]);
                }
            }
        }
    }

    private void replay(Servers servers, int index) {
        long load = loadOf(servers, index);
        if (load == loads[index]) {
            return;
        }
        loads[index] = load;
        for (int node = leaves + index >> 1; node > 0; node >>= 1) {
            int before = winners[node];
            int now = match(node);
            winners[node] = now;
            if (now == before && now != index) {
                return;
            }
        }
    }

    private int match(int node) {
        int left = winner(2 * node);
        int right = winner(2 * node + 1);
        if (left < 0 || right < 0) {
            return left < 0 ? right : left;
        }
        return loads[left] * divisors[right] > loads[right] * divisors[left] ? right : left;
    }

    private int winner(int node) {
        if (node < leaves) {
            return winners[node];
        }
        int index = node - leaves;
        return index < loads.length && loads[index] != UNAVAILABLE ? index : Scheduler.NONE;
    }

    private long loadOf(Servers servers, int index) {
        return servers.available(index) ? measure.load(servers.connections(index)) : UNAVAILABLE;
    }

    private void build(Servers servers) {
        int size = servers.size();
        leaves = Integer.highestOneBit(size - 1) << 1;
        loads = new long[size];
        divisors = new long[size];
        winners = new int[leaves];
        for (int i = 0; i < size; i++) {
            divisors[i] = measure.divisor(servers.weight(i));
            loads[i] = loadOf(servers, i);
        }
        for (int node = leaves - 1; node > 0; node--) {
            winners[node] = match(node);
        }
        sortByMark(servers);
    }

    /** Counting sort of the list by mark. */
    private void sortByMark(Servers servers) {
        Arrays.fill(firstMarked, 0);
        int size = servers.size();
        words = 0;
        for (int i = 0; i < size; i++) {
            int mark = markOf(servers, i);
            firstMarked[mark + 1]++;
            words = Math.max(words, mark / LoadBoard.MARKS_PER_WORD + 1);
        }
        for (int mark = 0; mark < LoadBoard.MARKS; mark++) {
            firstMarked[mark + 1] += firstMarked[mark];
        }
        marked = new int[size];
        int[] next = firstMarked.clone();
        for (int i = 0; i < size; i++) {
            marked[next[markOf(servers, i)]++] = i;
        }
    }

    private static int markOf(Servers servers, int index) {
        return servers.id(index) & LoadBoard.MARKS - 1;
    }
}
