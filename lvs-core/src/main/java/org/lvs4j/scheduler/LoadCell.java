package org.lvs4j.scheduler;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * The state that some threads keep of a {@link LoadTournament} under contention: reserved servers for their next picks,
 * and marks of servers whose load must be read again.
 *
 * <p>Assumptions: a thread that calls {@link #add}, {@link #publish}, {@link #clearMarked}, {@link #clearOverflowed} or
 * {@link #takeMark} holds the lock of the tournament.
 *
 * <p>Guarantees: a reserved server is taken once. A thread that takes a mark sees the load that the server was marked
 * for. No mark is lost.
 *
 * <p>Progress: {@link #take} is lock-free, {@link #mark} is wait-free. A cell shares no cache line with other objects.
 */
final class LoadCell {
    /** The number of servers that may be reserved. */
    static final int CAPACITY = 16;

    /** The number of marks that fit. */
    static final int MARKS = 64;

    // Indexes of words. A cache line is eight words; two of them separate the used words from other objects.
    private static final int STATE = 16;
    private static final int MARKED = 24;
    private static final int OVERFLOWED = 25;
    private static final int NEXT_MARK = 26;
    private static final int FIRST_RESERVED = 32;
    private static final int FIRST_MARK = 48;
    private static final int SIZE = FIRST_MARK + MARKS + 16;

    // The state, from the lowest bits: the number of reserved servers, the slot of the next one, a
    // count of publications.
    private static final int SLOT_BITS = 8;
    private static final long SLOT_MASK = (1L << SLOT_BITS) - 1;
    private static final long ONE_TAKEN = 1L << SLOT_BITS;
    private static final long ONE_PUBLICATION = 1L << 2 * SLOT_BITS;

    private static final VarHandle WORD = MethodHandles.arrayElementVarHandle(long[].class);

    private final long[] words = new long[SIZE];

    /** Whether no server is reserved. */
    boolean isEmpty() {
        long state = wordOpaque(STATE);
        return next(state) == end(state);
    }

    /** Takes the next reserved server: its index, or {@link Scheduler#NONE}. */
    int take() {
        while (true) {
            // Acquires the reserved servers from the release in publish.
            long state = (long) WORD.getAcquire(words, STATE);
            if (next(state) == end(state)) {
                return Scheduler.NONE;
            }
            int index = (int) wordOpaque(FIRST_RESERVED + next(state));
            if (WORD.compareAndSet(words, STATE, state, state + ONE_TAKEN)) {
                return index;
            }
        }
    }

    /** Writes a server to a slot of an empty cell, where {@link #take} does not look before {@link #publish}. */
    void add(int slot, int index) {
        WORD.setOpaque(words, FIRST_RESERVED + slot, (long) index);
    }

    /** Makes the first servers added available to {@link #take}. */
    void publish(int count) {
        // No other thread writes the state of an empty cell. Releases the servers to the acquire in take.
        long state = wordOpaque(STATE);
        WORD.setRelease(words, STATE, (state & -ONE_PUBLICATION) + ONE_PUBLICATION + count);
    }

    /** Marks a server whose load has changed before the call. */
    void mark(int index) {
        int hint = (int) wordOpaque(NEXT_MARK);
        boolean found = false;
        for (int step = 0; step < 4 && !found; step++) {
            int slot = hint + step & MARKS - 1;
            // Volatile: releases the change of the load to the acquire in takeMark.
            found = WORD.compareAndSet(words, FIRST_MARK + slot, 0L, index + 1L);
            if (found) {
                WORD.setOpaque(words, NEXT_MARK, (long) slot + 1);
            }
        }
        if (!found) {
            // Volatile: releases the change of the load to the getAndSet in clearOverflowed.
            WORD.setVolatile(words, OVERFLOWED, 1L);
        }
        // Volatile, as the writes above and the getAndSet in clearMarked: either this read returns 0, or the thread
        // that clears the flag afterwards sees the mark.
        if ((long) WORD.getVolatile(words, MARKED) == 0) {
            WORD.setVolatile(words, MARKED, 1L);
        }
    }

    /** Clears the flag that there are marks, and returns whether it was set. If so, the caller must take them all. */
    boolean clearMarked() {
        return wordOpaque(MARKED) != 0 && (long) WORD.getAndSet(words, MARKED, 0L) != 0;
    }

    /**
     * Clears the flag that some marks did not fit, and returns whether it was set. If so, any load may have changed.
     */
    boolean clearOverflowed() {
        return (long) WORD.getVolatile(words, OVERFLOWED) != 0 && (long) WORD.getAndSet(words, OVERFLOWED, 0L) != 0;
    }

    /** Takes the mark of a slot, 0..{@link #MARKS}-1: the index of the marked server, or {@link Scheduler#NONE}. */
    int takeMark(int slot) {
        // Acquires the load from the compare-and-set in mark.
        long mark = (long) WORD.getAcquire(words, FIRST_MARK + slot);
        if (mark != 0) {
            WORD.setOpaque(words, FIRST_MARK + slot, 0L);
        }
        return (int) mark - 1;
    }

    private long wordOpaque(int word) {
        return (long) WORD.getOpaque(words, word);
    }

    private static int next(long state) {
        return (int) (state >>> SLOT_BITS & SLOT_MASK);
    }

    private static int end(long state) {
        return (int) (state & SLOT_MASK);
    }
}
