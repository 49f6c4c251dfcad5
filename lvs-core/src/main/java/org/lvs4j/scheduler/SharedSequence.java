package org.lvs4j.scheduler;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;
import org.lvs4j.net.Flow;

/**
 * A cyclic sequence of turns that all threads of a service share: the common part of {@code rr} and {@code wrr}. A turn
 * belongs to one server.
 *
 * <h2>Layout</h2>
 *
 * A <i>position</i> is a number that identifies the turn taken last. The shared position has a separate cache line, so
 * that threads that move it do not disturb threads that only read this object. Each of {@value #CELLS} cells, two cache
 * lines apart, may hold a run of reserved turns: a position, and the number of turns after it that are reserved. The id
 * of a thread selects its cell.
 *
 * <h2>Protocol</h2>
 *
 * A pick moves the shared position by compare-and-set. While no thread loses that race, the order is exact, regardless
 * of the number of threads. A thread that loses it reserves the next {@value #RUN} turns in its cell, and its next
 * picks come from there until they are used up. Under contention the cache line of the shared position therefore moves
 * between processors once in some hundred picks instead of once per pick. Reserving part of a shared counter for each
 * processor is the idea of sloppy counters (S. Boyd-Wickizer and others, "An Analysis of Linux Scalability to Many
 * Cores", OSDI 2010).
 *
 * <h2>Guarantees</h2>
 *
 * Each turn is taken at most once. The turns taken at any moment are those of the exact sequence up to the shared
 * position, except for what the {@value #CELLS} cells still hold: in each the end of one run of at most
 * {@value #RUN} consecutive turns. Consecutive turns of {@code rr} fall on each server equally often or once more,
 * so the numbers of picks of servers that were always available differ by at most 1, plus 1 for each cell that holds
 * turns. A thread that runs alone again first uses up its cell and then follows the exact order. A change of the
 * list discards reserved turns.
 *
 * <h2>Progress</h2>
 *
 * Lock-free: a pick retries only if another pick has succeeded, and never waits for one. The only allocation is that of
 * the cells, once, by the first pick that loses a race.
 *
 * <h2>Trade-offs</h2>
 *
 * The order is not exact under contention, and the turns in a cell are lost if its threads never pick again.
 */
abstract class SharedSequence implements Scheduler {
    /** Flag in a position: no server is available. */
    static final long NOT_FOUND = Long.MIN_VALUE;

    /** The width of a position in bits. The bits above count the turns reserved in a cell. */
    static final int POSITION_BITS = 54;

    static final int CELLS = 16;

    /**
     * Turns reserved at a time. Fits the bits above a position, less the sign. Half as many cost twice as
     * many lost races.
     */
    static final int RUN = 500;

    private static final long POSITION_MASK = (1L << POSITION_BITS) - 1;
    private static final long EMPTY = 0;
    private static final long BEING_FILLED = NOT_FOUND;

    /** The distance of two words in different pairs of cache lines. */
    private static final int SPACING = 16;

    private static final int SHARED = SPACING;
    private static final VarHandle WORD = MethodHandles.arrayElementVarHandle(long[].class);
    private static final VarHandle CELLS_HANDLE;

    static {
        try {
            CELLS_HANDLE = MethodHandles.lookup().findVarHandle(SharedSequence.class, "cells", long[].class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** The shared position, at a distance from all other memory. */
    private final long[] shared = new long[2 * SPACING];

    private long @Nullable [] cells;

    SharedSequence(long position) {
        shared[SHARED] = position;
    }

    /** The index of the server of a position's turn. */
    abstract int server(long position);

    /** The position of the next turn of an available server; or the position to keep, with {@link #NOT_FOUND}. */
    abstract long next(Servers servers, long from);

    /**
     * The position a number of turns later, whether or not the servers in between are available. Called only if some
     * server has a turn: otherwise no thread can lose a race.
     */
    abstract long skip(Servers servers, long from, int turns);

    /** The shared position. */
    final long position() {
        // Opaque suffices, here and for the cells: a position guards no other data, and a
        // compare-and-set settles races.
        return (long) WORD.getOpaque(shared, SHARED);
    }

    @Override
    public final int pick(Servers servers, Flow flow) {
        while (true) {
            long[] present = cellsAcquire();
            if (present != null) {
                int index = takeReserved(servers, present, cell());
                if (index != NONE) {
                    return index;
                }
            }
            long before = position();
            long after = next(servers, before);
            if (WORD.compareAndSet(shared, SHARED, before, after & ~NOT_FOUND)) {
                return after < 0 ? NONE : server(after);
            }
            reserve(servers);
        }
    }

    @Override
    public final int peek(Servers servers, Flow flow) {
        long[] present = cellsAcquire();
        if (present != null) {
            long next = nextReserved(servers, (long) WORD.getOpaque(present, cell()));
            if (next != EMPTY) {
                return server(next & POSITION_MASK);
            }
        }
        long after = next(servers, position());
        return after < 0 ? NONE : server(after);
    }

    /** Takes the next reserved turn of an available server from a cell, or returns {@link #NONE}. */
    private int takeReserved(Servers servers, long[] present, int cell) {
        while (true) {
            long run = (long) WORD.getOpaque(present, cell);
            if (run == EMPTY || run == BEING_FILLED) {
                return NONE;
            }
            long after = nextReserved(servers, run);
            if (WORD.compareAndSet(present, cell, run, after >>> POSITION_BITS == 0 ? EMPTY : after)) {
                return after == EMPTY ? NONE : server(after & POSITION_MASK);
            }
        }
    }

    /** The rest of a run after its next turn of an available server, or {@link #EMPTY} if it has no such turn. */
    private long nextReserved(Servers servers, long run) {
        long position = run & POSITION_MASK;
        for (long left = run >>> POSITION_BITS; run > 0 && left > 0; left--) {
            position = skip(servers, position, 1);
            if (servers.available(server(position))) {
                return left - 1 << POSITION_BITS | position;
            }
        }
        return EMPTY;
    }

    /** Reserves a run of turns in the cell of this thread, unless another thread is doing so. */
    private void reserve(Servers servers) {
        long[] present = cellsAcquire();
        if (present == null) {
            // Volatile: releases the new array to cellsAcquire.
            CELLS_HANDLE.compareAndSet(this, null, new long[(CELLS + 1) * SPACING]);
            return;
        }
        int cell = cell();
        if (WORD.compareAndSet(present, cell, EMPTY, BEING_FILLED)) {
            long before;
            do {
                before = position();
            } while (!WORD.compareAndSet(shared, SHARED, before, skip(servers, before, RUN)));
            WORD.setOpaque(present, cell, (long) RUN << POSITION_BITS | before);
        }
    }

    /**
     * The cells, or null before the first lost race. Acquires the array from the compare-and-set in {@link #reserve}.
     */
    private long @Nullable [] cellsAcquire() {
        return (long[]) CELLS_HANDLE.getAcquire(this);
    }

    private static int cell() {
        return ((int) Thread.currentThread().getId() & CELLS - 1) * SPACING + SPACING / 2;
    }
}
