package org.lvs4j.scheduler;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * What some threads keep for themselves of a {@link LoadTournament} while they race with others: servers to pick next, and
 * marks on those whose load is to be read again.
 *
 * <p>Assumptions: who calls {@link #fill}, {@link #add}, {@link #beginUnmarking} and {@link #unmark} has taken the lock of the
 * tournament. Guarantees: a server set aside is taken once; whoever unmarks a server sees the load that it was marked for,
 * and no mark is lost. Progress: lock-free, marking and unmarking are wait-free. Lies in cache lines of its own.
 */
final class LoadCell {
    /** How many servers may be set aside. */
    static final int MOST = 16;

    /** How many marks there is room for. */
    static final int MARKS = 64;

    // Lines of eight words, and a distance from whatever lies before and after.
    private static final int STATE = 16;
    private static final int MARKED = 24;
    private static final int LOST = 25;
    private static final int NEXT_MARK = 26;
    private static final int FIRST_ASIDE = 32;
    private static final int FIRST_MARK = 48;
    private static final int SIZE = FIRST_MARK + MARKS + 16;

    // The state: how often it was filled, the place of the server to take next, the end of the places.
    private static final int NEXT_BITS = 8;
    private static final long PLACE_MASK = (1L << NEXT_BITS) - 1;
    private static final long ONE_TAKEN = 1L << NEXT_BITS;
    private static final long ONE_FILLING = 1L << 2 * NEXT_BITS;

    private static final VarHandle WORD = MethodHandles.arrayElementVarHandle(long[].class);

    private final long[] words = new long[SIZE];

    /** Whether no server is set aside. */
    boolean isEmpty() {
        long state = (long) WORD.getOpaque(words, STATE);
        return next(state) == end(state);
    }

    /** The index of a server that was set aside, or {@link Scheduler#NONE}. */
    int take() {
        while (true) {
            // Acquires what was added before the release in fill.
            long state = (long) WORD.getAcquire(words, STATE);
            if (next(state) == end(state)) {
                return Scheduler.NONE;
            }
            int index = (int) (long) WORD.getOpaque(words, FIRST_ASIDE + next(state));
            if (WORD.compareAndSet(words, STATE, state, state + ONE_TAKEN)) {
                return index;
            }
        }
    }

    /** Puts a server at a place, which must not be one that {@link #take} may look at: the cell is empty. */
    void add(int place, int index) {
        WORD.setOpaque(words, FIRST_ASIDE + place, (long) index);
    }

    /** Sets so many of the servers added aside. */
    void fill(int count) {
        // Nobody else writes to it while it is empty. Releases what was added to the acquire in take.
        long state = (long) WORD.getOpaque(words, STATE);
        WORD.setRelease(words, STATE, (state & -ONE_FILLING) + ONE_FILLING + count);
    }

    /** Says that the load of a server is to be read again. */
    void mark(int index) {
        int hint = (int) (long) WORD.getOpaque(words, NEXT_MARK);
        boolean found = false;
        for (int step = 0; step < 4 && !found; step++) {
            int place = hint + step & MARKS - 1;
            // Publishes the change of the load, which came before, to who unmarks.
            found = WORD.compareAndSet(words, FIRST_MARK + place, 0L, index + 1L);
            if (found) {
                WORD.setOpaque(words, NEXT_MARK, (long) place + 1);
            }
        }
        if (!found) {
            WORD.setVolatile(words, LOST, 1L);
        }
        // Volatile, as the compare-and-set: either this sees that the flag is down or who takes it down sees the mark.
        if ((long) WORD.getVolatile(words, MARKED) == 0) {
            WORD.setVolatile(words, MARKED, 1L);
        }
    }

    /** Whether there may be marks, of which each has to be looked at then. */
    boolean beginUnmarking() {
        return (long) WORD.getOpaque(words, MARKED) != 0 && (long) WORD.getAndSet(words, MARKED, 0L) != 0;
    }

    /** Whether there were more marks than room, so that any load may have changed. */
    boolean unmarkAll() {
        return (long) WORD.getVolatile(words, LOST) != 0 && (long) WORD.getAndSet(words, LOST, 0L) != 0;
    }

    /** The index of the server marked at a place, which is free then, or {@link Scheduler#NONE}. */
    int unmark(int place) {
        long mark = (long) WORD.getAcquire(words, FIRST_MARK + place);
        if (mark != 0) {
            WORD.setOpaque(words, FIRST_MARK + place, 0L);
        }
        return (int) mark - 1;
    }

    private static int next(long state) {
        return (int) (state >>> NEXT_BITS & PLACE_MASK);
    }

    private static int end(long state) {
        return (int) (state & PLACE_MASK);
    }
}
