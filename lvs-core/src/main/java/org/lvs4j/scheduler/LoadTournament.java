package org.lvs4j.scheduler;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;
import org.lvs4j.internal.concurrent.LoadBoard;

/**
 * Finds the least loaded of many servers without a scan of the list.
 *
 * <h2>Layout</h2>
 *
 * A {@link LoadTree} belongs to one list and has a key for each server: its load divided by its weight. The quotient is
 * a {@code double} without its lowest four bits; the bits of non-negative doubles are ordered as their values are. Two
 * quotients have equal keys only if they are equal, as long as each load times the weight of the other is below 2^47,
 * so the order is that of the cross products that IPVS compares. With a greater load, picks scan the list. A tie goes
 * to the lowest index, which is the newest server. Beside the tree are the connection counts that each key was computed
 * from, one word that is the lock of both, and, once threads have contended, {@value #CELLS} {@link LoadCell}s. The id
 * of a thread selects its cell.
 *
 * <h2>Protocol</h2>
 *
 * A key is never above that of the true load, so looking at winners of the tree suffices to find the least loaded
 * server: if the load of a winner has grown, its key is raised, and the tree has another winner. A growing load
 * therefore needs no notification. A thread that has decreased a load reports it to the {@link LoadBoard} of the
 * service, which makes this class lower the key.
 *
 * <p>A thread that fails to acquire the lock does not block. A report of a decrease becomes a mark in the thread's
 * cell. A pick spins for the lock, reads the loads of the servers marked in its cell, picks, and then picks up to
 * {@value LoadCell#CAPACITY} servers more, as if each pick were followed by an active connection. It publishes these as
 * reserved servers in its cell, for the next picks of its threads. A reserved server is marked when it is taken, so
 * that its real load later replaces the expected one. While the cell holds reserved servers, its threads do not touch
 * the lock. Under contention the cache lines of the tree, several of which each change writes, therefore move between
 * processors once in {@value LoadCell#CAPACITY} picks instead of with each pick and each change. That the holder of the
 * lock applies the changes of other threads resembles flat combining (D. Hendler, I. Incze, N. Shavit and M. Tzafrir,
 * "Flat Combining and the Synchronization-Parallelism Tradeoff", SPAA 2010).
 *
 * <p>A pick that acquires the lock at once, with its own cell empty, assumes that contention is over: it takes the
 * reserved servers of all cells and reads the loads of all marked servers. Releasing the lock does not check for new
 * marks: only picks need them, and picks check.
 *
 * <p>The first pick from a new list builds the tree, registers it as the reader of the board, and then
 * reads every load.
 *
 * <h2>Guarantees</h2>
 *
 * While no two threads are in this class at once, a pick is exactly that of a scan of the list. Two picks at once may
 * return the same server before either connection is counted, as in IPVS. Under contention, a server may have been the
 * least loaded one as of {@value LoadCell#CAPACITY} picks of the same cell earlier, and a decreased load may be seen
 * only when the cell of the reporting thread is filled next, or any cell for the {@value #FILLINGS}th time. After that,
 * and once the cell of the thread is empty, picks are exact again. No change is ever lost.
 *
 * <h2>Progress</h2>
 *
 * The lock is only ever tried. A pick that needs it: bounded spin, at most {@value #SPINS} attempts, then a scan of the
 * list. A report of a decrease does not spin. While a holder of the lock is suspended, other picks scan and other
 * reports mark. A pick that holds the lock looks at another winner only if a load has grown since the last look.
 *
 * <h2>Trade-offs</h2>
 *
 * The order is not exact under contention. A thread that pauses takes its reserved servers afterwards, unless a pick of
 * another thread has found no contention meanwhile. The first pick after many connections that were not picked here,
 * such as those of persistent clients, raises one key for each of their servers that becomes a winner. An earlier
 * design let all threads update one tree at once: with two threads, a pick and a release moved a dozen cache lines
 * between processors and took eight times as long as with one thread.
 */
final class LoadTournament implements LoadBoard.Reader {
    /** The number of servers below which a scan of the list is cheaper. */
    static final int MIN_SERVERS = 12;

    private static final int CELLS = 16;

    /** One filling of a cell in this many reads the marks of all cells. */
    private static final int FILLINGS = 16;

    /** Attempts to acquire the lock before a pick scans the list. */
    private static final int SPINS = 256;

    private static final long EXACT_BELOW = 1L << 47;
    private static final long ONE_ACTIVE = 1L << Integer.SIZE;

    /** In place of the connections of a server that must not be chosen. */
    private static final long UNAVAILABLE = Long.MAX_VALUE;

    // Indexes of words. They are in the middle of their array, so no other object shares their cache line.
    private static final int LOCK = 16;
    private static final int FILLED = LOCK + 1;
    private static final int UNLOCKED = 0;
    private static final int LOCKED = 1;
    private static final VarHandle WORD = MethodHandles.arrayElementVarHandle(int[].class);
    private static final VarHandle CELLS_HANDLE;

    static {
        try {
            CELLS_HANDLE = MethodHandles.lookup().findVarHandle(LoadTournament.class, "cells", LoadCell[].class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final LoadMeasure measure;
    private final Servers servers;
    private final int[] divisors;
    private final long exactBelow;

    // A hash table with open addressing, from the id of a server to its index plus 1.
    private final int[] indexes;
    private final int[] ids;

    private final int[] words = new int[2 * LOCK];

    // Guarded by the lock, as is the word FILLED.
    private final LoadTree tree;
    private final long[] seen;

    private LoadCell @Nullable [] cells;

    // Volatile, set once under the lock. Pick reads it before it tries the lock; it guards no other data.
    private volatile boolean inexact;

    /** A tree without loads, locked. */
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
        exactBelow = EXACT_BELOW / greatest;
        words[LOCK] = LOCKED;
    }

    /** The first available server with the least load, or {@link Scheduler#NONE}. */
    static int least(LoadMeasure measure, Servers servers) {
        LoadBoard board =
                servers.size() >= MIN_SERVERS && servers instanceof LoadBoard.Source source ? source.loadBoard() : null;
        if (board == null) {
            return measure.least(servers);
        }
        LoadTournament tournament = board.reader() instanceof LoadTournament present
                        && present.servers == servers
                        && present.measure == measure
                ? present
                : register(measure, servers, board);
        return tournament.pick();
    }

    private static LoadTournament register(LoadMeasure measure, Servers servers, LoadBoard board) {
        LoadTournament tournament = new LoadTournament(measure, servers);
        // Registers first and reads afterwards: a decrease that is not reported to this reader happens before the read.
        board.reader(tournament);
        for (int i = 0; i < servers.size(); i++) {
            tournament.put(i, tournament.connections(i));
        }
        tournament.unlock();
        return tournament;
    }

    @Override
    public void loadDecreased(int id) {
        int index = indexOf(id);
        if (index == Scheduler.NONE) {
            return;
        }
        LoadCell[] all = cellsAcquire();
        if ((all == null || all[cell()].isEmpty()) && tryLock()) {
            refresh(index);
            unlock();
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
        LoadCell[] all = cellsAcquire();
        if (all != null) {
            LoadCell own = all[cell()];
            for (int index = own.take(); index != Scheduler.NONE; index = own.take()) {
                own.mark(index);
                if (servers.available(index)) {
                    return index;
                }
            }
        }
        boolean contended = !tryLock();
        if (contended) {
            all = makeCells();
            if (!spinLock()) {
                return measure.least(servers);
            }
        }
        int index = all == null ? winner() : contended ? pickAhead(all, all[cell()]) : pickUncontended(all);
        unlock();
        return index == Scheduler.NONE || inexact ? measure.least(servers) : index;
    }

    /** Picks without contention, after taking the reserved servers and the marks of all cells. */
    private int pickUncontended(LoadCell[] all) {
        for (LoadCell each : all) {
            for (int index = each.take(); index != Scheduler.NONE; index = each.take()) {
                each.mark(index);
            }
            refreshMarked(each);
        }
        return winner();
    }

    /** Picks under contention, and reserves servers for the next picks of the same cell. */
    private int pickAhead(LoadCell[] all, LoadCell own) {
        if (words[FILLED]++ % FILLINGS == 0) {
            for (LoadCell each : all) {
                refreshMarked(each);
            }
        } else {
            refreshMarked(own);
        }
        int first = winner();
        // Another thread of the same cell may have filled it meanwhile.
        if (first != Scheduler.NONE && own.isEmpty()) {
            expectConnection(first);
            own.mark(first);
            int count = 0;
            // Winners are not compared with their loads here: the mark of a taken server does that later.
            for (int index = tree.least(); index != Scheduler.NONE && count < LoadCell.CAPACITY; index = tree.least()) {
                expectConnection(index);
                own.add(count++, index);
            }
            own.publish(count);
        }
        return first;
    }

    /** Replaces the key of a server as if it had one more active connection. */
    private void expectConnection(int index) {
        put(index, seen[index] + ONE_ACTIVE);
    }

    private void refreshMarked(LoadCell cell) {
        if (!cell.clearMarked()) {
            return;
        }
        boolean overflowed = cell.clearOverflowed();
        for (int slot = 0; slot < LoadCell.MARKS; slot++) {
            int index = cell.takeMark(slot);
            if (index != Scheduler.NONE) {
                refresh(index);
            }
        }
        for (int index = 0; overflowed && index < seen.length; index++) {
            refresh(index);
        }
    }

    /**
     * The least loaded server: raises the keys of winners whose load has grown until it finds one whose load has not.
     */
    private int winner() {
        while (true) {
            int index = tree.least();
            if (index == Scheduler.NONE) {
                return index;
            }
            long now = connections(index);
            // If the load is below the key, the key is an expected one, or a report of the decrease is on its way.
            if (now == seen[index] || key(index, now) <= tree.key(index)) {
                return index;
            }
            put(index, now);
        }
    }

    private void refresh(int index) {
        long now = connections(index);
        if (now != seen[index]) {
            put(index, now);
        }
    }

    private void put(int index, long connections) {
        seen[index] = connections;
        tree.put(index, key(index, connections));
    }

    /** The live connections of a server, or {@link #UNAVAILABLE}. */
    private long connections(int index) {
        return servers.available(index) ? servers.connections(index) : UNAVAILABLE;
    }

    private long key(int index, long connections) {
        if (connections == UNAVAILABLE) {
            return LoadTree.NEVER;
        }
        // A change of state and a release that race may make a count negative for a moment.
        long load = Math.max(measure.load(connections), 0);
        if (load >= exactBelow) {
            inexact = true;
        }
        return Double.doubleToRawLongBits((double) load / divisors[index]) & ~LoadTree.POSITION;
    }

    private boolean tryLock() {
        // Volatile: acquires the tree from the release in unlock.
        return (int) WORD.getOpaque(words, LOCK) == UNLOCKED && WORD.compareAndSet(words, LOCK, UNLOCKED, LOCKED);
    }

    private boolean spinLock() {
        for (int i = 0; i < SPINS; i++) {
            if (tryLock()) {
                return true;
            }
            Thread.onSpinWait();
        }
        return false;
    }

    private void unlock() {
        // Releases the tree to the compare-and-set in tryLock.
        WORD.setRelease(words, LOCK, UNLOCKED);
    }

    /**
     * The cells, or null before the first contention. Acquires them from the compare-and-exchange
     * in {@link #makeCells}.
     */
    private LoadCell @Nullable [] cellsAcquire() {
        return (LoadCell[]) CELLS_HANDLE.getAcquire(this);
    }

    private LoadCell[] makeCells() {
        LoadCell[] present = cellsAcquire();
        if (present != null) {
            return present;
        }
        LoadCell[] made = new LoadCell[CELLS];
        for (int i = 0; i < CELLS; i++) {
            made[i] = new LoadCell();
        }
        // Volatile: releases the cells to cellsAcquire.
        LoadCell[] before = (LoadCell[]) CELLS_HANDLE.compareAndExchange(this, null, made);
        return before == null ? made : before;
    }

    private static int cell() {
        return (int) Thread.currentThread().getId() & CELLS - 1;
    }
}
