package org.lvs4j.scheduler;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;
import org.lvs4j.internal.concurrent.LoadBoard;

/**
 * Knows the least loaded of many servers without looking at each.
 *
 * <h2>Layout</h2>
 *
 * A {@link LoadTree} over one list, with a key for each server: its load divided by its weight. The quotient is a {@code
 * double}, as bits, which order like the number, less the lowest four. Two quotients of which one's load times the other's
 * weight is below 2^47 give the same key only if they are equal, so the order is that of the cross products IPVS compares;
 * with greater loads nothing is decided here. A tie goes to the lowest index, so to the newest server. Beside it are the
 * connections that each key was made from, one word that says whether somebody is at work on both, and, once threads have
 * raced, a few {@link LoadCell}s, of which each serves the threads whose number falls to it.
 *
 * <h2>Protocol</h2>
 *
 * A key is never above that of the true load, so the true least is found by looking at winners alone: if the load of the
 * winner has grown, its key is raised, and there is another winner. That makes it needless to say that a load has grown.
 * Whoever lessens one says so on the service's {@link LoadBoard}, and thereby takes the word and lowers the key.
 *
 * <p>Who finds the word taken does not wait for it long. A change becomes a mark in the thread's cell. A pick, once it has got
 * the word, reads what its cell has marked, picks, and picks {@value LoadCell#MOST} times more, as if each of these picks were
 * followed by an active connection; the servers are set aside in the cell, for the next picks of its threads. Each of them
 * is marked when it is taken, so that what was foreseen is compared with what has come. As long as something is set aside,
 * changes are marked without a look at the word. So the lines of the tree, of which each change touches several, move
 * from processor to processor once in {@value LoadCell#MOST} picks, and not with each pick and each change.
 *
 * <p>A pick that gets the word at once, and finds its own cell empty, takes it that nobody races any more: what others
 * have set aside goes back, and the marks of all are read. The word is given back by a release, without a look whether
 * anything was marked meanwhile: only picks want to know, and they look.
 *
 * <p>The tree is built by the first pick from a new list, put on the board, and then filled with every load.
 *
 * <h2>Guarantees</h2>
 *
 * As long as no two threads are in here at once, a pick is exactly what the walk along the list would give. Two picks
 * at once may choose the same server before either has counted its connection, as in IPVS. While threads race, a server may
 * have been the least loaded as of {@value LoadCell#MOST} picks of this cell before, and that a load became less may count
 * only when its cell is filled next, or any cell for the {@value #FILLINGS}th time. After that, and when all that the thread's cell
 * still holds is taken, picks are exact again. No change is ever lost.
 *
 * <h2>Progress</h2>
 *
 * Nobody waits for another thread: a pick that does not get the word within {@value #PATIENCE} tries walks along the list. A pick
 * looks again only if a load has grown since the last look at it.
 *
 * <h2>What was given up</h2>
 *
 * The exact order while threads race; what a thread had set aside before it paused, it takes afterwards, unless a pick of
 * another one has found nobody racing meanwhile. The first pick after many connections that were not picked here, those of persistent
 * clients, raises a key for each server they went to that comes up as a winner. An earlier design let all threads play in one
 * tree at once: with two of them a pick and a release moved a dozen lines between processors, and cost eight times what
 * they cost one.
 */
final class LoadTournament implements LoadBoard.Reader {
    /** Below this, looking at each server is cheaper. */
    static final int FEWEST_SERVERS = 12;

    private static final int CELLS = 16;
    private static final int FILLINGS = 16;
    private static final int PATIENCE = 256;

    private static final long EXACT_BELOW = 1L << 47;
    private static final long ONE_ACTIVE = 1L << Integer.SIZE;

    /** Instead of connections. */
    private static final long UNAVAILABLE = Long.MAX_VALUE;

    // The word lies in the middle of an array, so in a line of its own.
    private static final int WORD = 16;
    private static final int FILLED = WORD + 1;
    private static final int FREE = 0;
    private static final int TAKEN = 1;
    private static final VarHandle WORDS = MethodHandles.arrayElementVarHandle(int[].class);
    private static final VarHandle CELLS_PRESENT;

    static {
        try {
            CELLS_PRESENT = MethodHandles.lookup().findVarHandle(LoadTournament.class, "cells", LoadCell[].class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final LoadMeasure measure;
    private final Servers servers;
    private final int[] divisors;
    private final long mostExactLoad;

    /** Open addressing: the index of a server plus 1, and its number. */
    private final int[] indexes;

    private final int[] ids;

    private final int[] words = new int[2 * WORD];

    // These belong to who has taken the word, as does all else in its array.
    private final LoadTree tree;
    private final long[] seen;

    private LoadCell @Nullable [] cells;

    // Never goes back to false: volatile publishes it by itself.
    private volatile boolean inexact;

    /** All loads unknown yet, the word taken. */
    private LoadTournament(LoadMeasure measure, Servers servers) {
        this.measure = measure;
        this.servers = servers;
        int size = servers.size();
        tree = new LoadTree(size);
        seen = new long[size];
        divisors = new int[size];
        indexes = new int[Integer.highestOneBit(size) << 2];
        ids = new int[indexes.length];
        int greatest = 1;
        for (int i = 0; i < size; i++) {
            divisors[i] = measure.divisor(servers.weight(i));
            greatest = Math.max(greatest, divisors[i]);
            int slot = servers.id(i) & indexes.length - 1;
            while (indexes[slot] != 0) {
                slot = slot + 1 & indexes.length - 1;
            }
            indexes[slot] = i + 1;
            ids[slot] = servers.id(i);
        }
        mostExactLoad = EXACT_BELOW / greatest;
        words[WORD] = TAKEN;
    }

    /** The first available server with the least load, or {@link Scheduler#NONE}. */
    static int least(LoadMeasure measure, Servers servers) {
        LoadBoard board = servers.size() >= FEWEST_SERVERS && servers instanceof LoadBoard.Source source
                ? source.loadBoard()
                : null;
        if (board == null) {
            return measure.least(servers);
        }
        LoadTournament tournament = board.reader() instanceof LoadTournament present
                        && present.servers == servers
                        && present.measure == measure
                ? present
                : begin(measure, servers, board);
        return tournament.pick();
    }

    private static LoadTournament begin(LoadMeasure measure, Servers servers, LoadBoard board) {
        LoadTournament tournament = new LoadTournament(measure, servers);
        // First put on the board, then look: a change that does not find it there comes before the look.
        board.reader(tournament);
        for (int i = 0; i < servers.size(); i++) {
            tournament.put(i, tournament.look(i));
        }
        tournament.giveBack();
        return tournament;
    }

    @Override
    public void loadDecreased(int id) {
        int index = indexOf(id);
        if (index == Scheduler.NONE) {
            return;
        }
        // Acquires the cells from the volatile compare-and-exchange in makeCells.
        LoadCell[] all = (LoadCell[]) CELLS_PRESENT.getAcquire(this);
        if ((all == null || all[cell()].isEmpty()) && tryTake()) {
            read(index);
            giveBack();
        } else {
            makeCells()[cell()].mark(index);
        }
    }

    private int indexOf(int id) {
        int slot = id & indexes.length - 1;
        while (indexes[slot] != 0) {
            if (ids[slot] == id) {
                return indexes[slot] - 1;
            }
            slot = slot + 1 & indexes.length - 1;
        }
        return Scheduler.NONE;
    }

    private int pick() {
        if (inexact) {
            return measure.least(servers);
        }
        LoadCell[] all = (LoadCell[]) CELLS_PRESENT.getAcquire(this);
        if (all != null) {
            LoadCell own = all[cell()];
            for (int index = own.take(); index != Scheduler.NONE; index = own.take()) {
                own.mark(index);
                if (servers.available(index)) {
                    return index;
                }
            }
        }
        boolean races = !tryTake();
        if (races) {
            all = makeCells();
            if (!takeSoon()) {
                return measure.least(servers);
            }
        }
        int index = all == null ? settle() : races ? pickAhead(all, all[cell()]) : pickAlone(all);
        giveBack();
        return index == Scheduler.NONE || inexact ? measure.least(servers) : index;
    }

    private int pickAlone(LoadCell[] all) {
        for (LoadCell each : all) {
            for (int index = each.take(); index != Scheduler.NONE; index = each.take()) {
                each.mark(index);
            }
            readMarked(each);
        }
        return settle();
    }

    private int pickAhead(LoadCell[] all, LoadCell own) {
        if (words[FILLED]++ % FILLINGS == 0) {
            for (LoadCell each : all) {
                readMarked(each);
            }
        } else {
            readMarked(own);
        }
        int first = settle();
        // A thread of the same cell may have filled it meanwhile.
        if (first != Scheduler.NONE && own.isEmpty()) {
            foresee(first);
            own.mark(first);
            int count = 0;
            // The winners as they stand: whoever takes one reads its load next time.
            for (int index = tree.least(); index != Scheduler.NONE && count < LoadCell.MOST; index = tree.least()) {
                foresee(index);
                own.add(count++, index);
            }
            own.fill(count);
        }
        return first;
    }

    private void foresee(int index) {
        put(index, seen[index] + ONE_ACTIVE);
    }

    private void readMarked(LoadCell cell) {
        if (!cell.beginUnmarking()) {
            return;
        }
        boolean all = cell.unmarkAll();
        for (int place = 0; place < LoadCell.MARKS; place++) {
            int index = cell.unmark(place);
            if (index != Scheduler.NONE) {
                read(index);
            }
        }
        for (int index = 0; all && index < seen.length; index++) {
            read(index);
        }
    }

    /** Raises the keys of winners whose load has grown, until the winner's has not. */
    private int settle() {
        while (true) {
            int index = tree.least();
            if (index == Scheduler.NONE) {
                return index;
            }
            long now = look(index);
            // What is less is foreseen, or about to be read by whoever has lessened it.
            if (now == seen[index] || key(index, now) <= tree.key(index)) {
                return index;
            }
            put(index, now);
        }
    }

    private void read(int index) {
        long now = look(index);
        if (now != seen[index]) {
            put(index, now);
        }
    }

    private void put(int index, long connections) {
        seen[index] = connections;
        tree.put(index, key(index, connections));
    }

    /** What decides about a server's key: its connections, or that it is not available. */
    private long look(int index) {
        return servers.available(index) ? servers.connections(index) : UNAVAILABLE;
    }

    private long key(int index, long connections) {
        if (connections == UNAVAILABLE) {
            return LoadTree.NEVER;
        }
        // A move and a release that race may let a count be below zero for a moment.
        long load = Math.max(measure.load(connections), 0);
        if (load >= mostExactLoad) {
            inexact = true;
        }
        return Double.doubleToRawLongBits((double) load / divisors[index]) & ~LoadTree.POSITION;
    }

    private boolean tryTake() {
        // The volatile compare-and-set acquires the tree from the release in giveBack.
        return (int) WORDS.getOpaque(words, WORD) == FREE && WORDS.compareAndSet(words, WORD, FREE, TAKEN);
    }

    private boolean takeSoon() {
        for (int i = 0; i < PATIENCE; i++) {
            if (tryTake()) {
                return true;
            }
            Thread.onSpinWait();
        }
        return false;
    }

    private void giveBack() {
        WORDS.setRelease(words, WORD, FREE);
    }

    private LoadCell[] makeCells() {
        LoadCell[] present = (LoadCell[]) CELLS_PRESENT.getAcquire(this);
        if (present != null) {
            return present;
        }
        LoadCell[] made = new LoadCell[CELLS];
        for (int i = 0; i < CELLS; i++) {
            made[i] = new LoadCell();
        }
        LoadCell[] before = (LoadCell[]) CELLS_PRESENT.compareAndExchange(this, null, made);
        return before == null ? made : before;
    }

    private static int cell() {
        return (int) Thread.currentThread().getId() & CELLS - 1;
    }
}
