package org.lvs4j.scheduler;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import org.lvs4j.stats.LoadBoard;

/**
 * Knows the least loaded of many servers without looking at each.
 *
 * <h2>Layout</h2>
 *
 * A tree of matches over one list, four children to a node: the servers are its leaves, each inner node holds the index
 * of the best of its children's winners, and the root, node 1, that of all. Children of node {@code n} are {@code 4n} to
 * {@code 4n + 3}; a tie goes to the lowest index, so to the newest server. Beside it, in one array, is a key of each
 * server, that is its load divided by its weight. The quotient is a {@code double}, as bits, which order like the number.
 * Two quotients of which one's load times the other's weight is below 2^51 round to the same number only if they are
 * equal, so the order is that of the cross products IPVS compares; with greater loads nothing is decided here.
 *
 * <h2>Protocol</h2>
 *
 * Whoever changes the load of a server says so on the service's {@link LoadBoard} and thereby plays its matches again, from
 * the leaf up to the first match that stays as it was and that it does not win; a pick reads the root. Threads count
 * themselves in before they play and out afterwards, in one word that also tells whether anybody came meanwhile. One that
 * was alone is done then.
 *
 * <p>Others play at once, without regard to one another: each writes its key and the winners of its path, then, after a
 * full fence, looks whether the load is what it has read and each winner is that of the match as it stands, and if not
 * plays again. So of all who wrote to a node or to what it depends on, the one whose fence comes last sees all that was
 * written, and leaves it right.
 *
 * <p>The tree is built by the first pick from a new list, put on the board, and then compared with every load once.
 *
 * <h2>Guarantees</h2>
 *
 * A change is in the tree when it has been said on the board; one that happens meanwhile may be seen or not, as in a walk
 * along the list. So a single thread gets exactly what the walk would give. Two picks at once may choose the same server
 * before either has counted its connection, as in IPVS; and while threads play at once, a winner may for a moment be one
 * that has just been overtaken.
 *
 * <h2>Progress</h2>
 *
 * Lock-free: a thread plays again only if another one has written meanwhile. A pick is wait-free.
 *
 * <h2>What was given up</h2>
 *
 * The change of a load costs the logarithm of the number of servers, even if nobody picks. A mark left for the next pick
 * would cost the one who changes less, but both together more, and picks could play one at a time only.
 */
final class LoadTournament implements LoadBoard.Reader {
    /** Below this, looking at each server is cheaper. */
    static final int FEWEST_SERVERS = 12;

    private static final int FANOUT_BITS = 2;
    private static final int FANOUT = 1 << FANOUT_BITS;
    private static final long EXACT_BELOW = 1L << 51;

    /** A load and a key above all others. */
    private static final long UNAVAILABLE = Long.MAX_VALUE;

    // Opaque access is enough: fences order it, and what is read by chance is checked or decides nothing but a pick.
    private static final VarHandle KEY = MethodHandles.arrayElementVarHandle(long[].class);
    private static final VarHandle WINNER = MethodHandles.arrayElementVarHandle(int[].class);
    private static final VarHandle PLAYERS = playersHandle();

    // How many threads play now in the lower bits of players, how many ever came above.
    private static final long PRESENT = 0xFFFF;
    private static final long ONE_LEAVES = 1;
    private static final long ONE_COMES = PRESENT + 1 + ONE_LEAVES;

    private final LoadMeasure measure;
    private final Servers servers;
    private final int leaves;
    private final long[] keys;
    private final int[] winners;
    private final int[] divisors;
    private final long mostExactLoad;

    /** Open addressing from the number of a server to its index plus 1. */
    private final int[] indexes;

    /** Who plays now, and how often anybody came: read and written atomically, which orders plays that do not overlap. */
    private long players;

    // Never goes back to false: volatile publishes it by itself.
    private volatile boolean inexact;

    private LoadTournament(LoadMeasure measure, Servers servers) {
        this.measure = measure;
        this.servers = servers;
        int size = servers.size();
        int wide = FANOUT;
        while (wide < size) {
            wide <<= FANOUT_BITS;
        }
        leaves = wide;
        keys = new long[leaves];
        winners = new int[leaves >> FANOUT_BITS << 1];
        divisors = new int[size];
        indexes = new int[Integer.highestOneBit(size) << 2];
        int greatest = 1;
        for (int i = 0; i < size; i++) {
            divisors[i] = measure.divisor(servers.weight(i));
            greatest = Math.max(greatest, divisors[i]);
            int slot = servers.id(i) & indexes.length - 1;
            while (indexes[slot] != 0) {
                slot = slot + 1 & indexes.length - 1;
            }
            indexes[slot] = i + 1;
        }
        mostExactLoad = EXACT_BELOW / greatest;
        Arrays.fill(keys, UNAVAILABLE);
        for (int i = 0; i < size; i++) {
            keys[i] = key(i, look(i));
        }
        for (int first = leaves >> FANOUT_BITS; first > 0; first >>= FANOUT_BITS) {
            for (int node = first; node < 2 * first; node++) {
                winners[node] = best(node);
            }
        }
    }

    /** The first available server with the least load, or {@link Scheduler#NONE}. */
    static int least(LoadMeasure measure, Servers servers) {
        LoadBoard board = servers.size() < FEWEST_SERVERS ? null : servers.loadBoard();
        if (board == null) {
            return measure.least(servers);
        }
        LoadTournament tournament = board.reader() instanceof LoadTournament present
                        && present.servers == servers
                        && present.measure == measure
                ? present
                : begin(measure, servers, board);
        int winner = (int) WINNER.getOpaque(tournament.winners, 1);
        return tournament.inexact || tournament.key(winner) == UNAVAILABLE ? measure.least(servers) : winner;
    }

    private static LoadTournament begin(LoadMeasure measure, Servers servers, LoadBoard board) {
        LoadTournament tournament = new LoadTournament(measure, servers);
        board.reader(tournament);
        // Changes that did not find it on the board came before this look.
        for (int i = 0; i < servers.size(); i++) {
            if (tournament.key(i, tournament.look(i)) != tournament.key(i)) {
                tournament.play(i);
            }
        }
        return tournament;
    }

    @Override
    public void changed(int id) {
        int slot = id & indexes.length - 1;
        while (indexes[slot] != 0) {
            if (servers.id(indexes[slot] - 1) == id) {
                play(indexes[slot] - 1);
                return;
            }
            slot = slot + 1 & indexes.length - 1;
        }
    }

    private void play(int index) {
        long before = (long) PLAYERS.getAndAdd(this, ONE_COMES);
        if ((before & PRESENT) == 0) {
            KEY.setOpaque(keys, index, key(index, look(index)));
            int top = climb(index, leaves);
            // Nobody has come meanwhile: that is all.
            long withMe = before + ONE_COMES;
            if (PLAYERS.compareAndSet(this, withMe, withMe - ONE_LEAVES)) {
                return;
            }
            playAmongOthers(index, top);
        } else {
            playAmongOthers(index, leaves);
        }
        PLAYERS.getAndAdd(this, -ONE_LEAVES);
    }

    /** Plays until all is right up to the highest node that this thread has written: {@code top}, or above it. */
    private void playAmongOthers(int index, int top) {
        long seen;
        do {
            seen = look(index);
            KEY.setOpaque(keys, index, key(index, seen));
            top = climb(index, top);
            VarHandle.fullFence();
        } while (look(index) != seen || !isSettled(index, top));
    }

    /**
     * Plays the matches of a server up to one that has not changed and that it does not win, but up to {@code reach} in any
     * case, or to the root; returns the last one. A change counts whoever wins: loads that change meanwhile may let a
     * match go to a third one.
     */
    private int climb(int index, int reach) {
        int node = leaves + index;
        while (true) {
            node >>= FANOUT_BITS;
            int before = winner(node);
            int now = best(node);
            if (now != before) {
                WINNER.setOpaque(winners, node, now);
            }
            if (node == 1 || node <= reach && now == before && now != index) {
                return node;
            }
        }
    }

    private boolean isSettled(int index, int top) {
        for (int node = leaves + index >> FANOUT_BITS; node >= top; node >>= FANOUT_BITS) {
            if (winner(node) != best(node)) {
                return false;
            }
        }
        return true;
    }

    /** Who wins the match of a node now. */
    private int best(int node) {
        int child = node << FANOUT_BITS;
        if (child >= leaves) {
            int first = child - leaves;
            return better(better(first, first + 1), better(first + 2, first + 3));
        }
        return better(
                better(winner(child), winner(child + 1)),
                better(winner(child + 2), winner(child + 3)));
    }

    private int better(int left, int right) {
        // Without a branch, of which nobody could tell the outcome. Keys are never negative, so their difference fits.
        int rightIsLess = (int) (key(right) - key(left) >> Long.SIZE - 1);
        return left ^ (left ^ right) & rightIsLess;
    }

    private int winner(int node) {
        return (int) WINNER.getOpaque(winners, node);
    }

    private long key(int index) {
        return (long) KEY.getOpaque(keys, index);
    }

    /** What decides about a server's key: its connections, or that it is not available. */
    private long look(int index) {
        return servers.available(index) ? servers.connections(index) : UNAVAILABLE;
    }

    private long key(int index, long seen) {
        if (seen == UNAVAILABLE) {
            return UNAVAILABLE;
        }
        long load = measure.load(seen);
        if (load >= mostExactLoad) {
            inexact = true;
        }
        return Double.doubleToRawLongBits((double) load / divisors[index]);
    }

    private static VarHandle playersHandle() {
        try {
            return MethodHandles.lookup().findVarHandle(LoadTournament.class, "players", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }
}
