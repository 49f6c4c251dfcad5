package org.lvs4j.scheduler;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;
import org.lvs4j.net.Flow;

/**
 * A sequence of servers that all threads share, taken one after another: what {@code rr} and {@code wrr} have in common.
 *
 * <h2>Layout</h2>
 *
 * A <i>place</i> in the sequence is a number that tells which turn was taken last. One place is shared, and lies by itself:
 * threads that move it do not disturb those that only read this object. A cell, two cache lines from the next one, may hold
 * a place for the threads whose number falls to it, and how many turns they may take from there on.
 *
 * <h2>Protocol</h2>
 *
 * A pick moves the shared place by compare-and-set. As long as nobody loses that race the order is exact, whatever
 * the number of threads. Who loses it sets the next {@value #SET_ASIDE} turns aside, in its cell, and takes its picks from
 * there until they are used up. So the cache line of the shared place moves from processor to processor once in
 * some hundred picks.
 *
 * <h2>Guarantees</h2>
 *
 * Each turn is taken at most once. At any moment the turns taken are those of the exact sequence up to the shared place but
 * for what the {@value #CELLS} cells still hold, each the end of one run of at most {@value #SET_ASIDE} consecutive turns.
 * Consecutive turns of {@code rr} fall to each server equally often or once more, so the picks of servers that
 * were always available differ by one at most, and by one more for each cell that holds any. A thread that is alone
 * again takes what its cell holds, and from then on the exact order. A change of the list lets go of what was set aside.
 *
 * <h2>Progress</h2>
 *
 * Lock-free: a pick tries again only if another one has got its turn, and waits for nobody. Nothing is allocated but
 * the cells, once, by the first pick that loses a race.
 *
 * <h2>What was given up</h2>
 *
 * The exact order while threads race; and the turns in a cell whose threads never pick again.
 */
abstract class SharedSequence implements Scheduler {
    /** Set in a place: no server is available. */
    static final long NOT_FOUND = Long.MIN_VALUE;

    /** How many bits a place has. The ones above count the turns that are left in a cell. */
    static final int PLACE_BITS = 54;

    static final int CELLS = 16;

    /** Fits the bits above a place, less the sign. Half as many cost twice as many races for the shared place. */
    static final int SET_ASIDE = 500;

    private static final long PLACE_MASK = (1L << PLACE_BITS) - 1;
    private static final long EMPTY = 0;
    private static final long BEING_FILLED = NOT_FOUND;
    private static final int SPACING = 16;
    private static final int SHARED = SPACING;
    private static final VarHandle WORD = MethodHandles.arrayElementVarHandle(long[].class);
    private static final VarHandle ASIDE;

    static {
        try {
            ASIDE = MethodHandles.lookup().findVarHandle(SharedSequence.class, "aside", long[].class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** The shared place, with a distance from all that others read. */
    private final long[] shared = new long[2 * SPACING];

    private long @Nullable [] aside;

    SharedSequence(long place) {
        shared[SHARED] = place;
    }

    /** The index of the server that a place belongs to. */
    abstract int server(long place);

    /** The place of the next turn that falls to an available server, or what to keep together with {@link #NOT_FOUND}. */
    abstract long next(Servers servers, long from);

    /** The place so many turns later, whoever is available. Not asked where nobody has a turn, since nobody loses a race there. */
    abstract long skip(Servers servers, long from, int turns);

    /** The shared place now. */
    final long place() {
        // Opaque suffices, here and for the cells: a place guards no other data, and a compare-and-set settles races.
        return (long) WORD.getOpaque(shared, SHARED);
    }

    @Override
    public final int pick(Servers servers, Flow flow) {
        while (true) {
            // Acquires the array from the volatile compare-and-set in setAside.
            long[] cells = (long[]) ASIDE.getAcquire(this);
            if (cells != null) {
                int index = takeAside(servers, cells, cell());
                if (index != NONE) {
                    return index;
                }
            }
            long before = place();
            long after = next(servers, before);
            if (WORD.compareAndSet(shared, SHARED, before, after & ~NOT_FOUND)) {
                return after < 0 ? NONE : server(after);
            }
            setAside(servers);
        }
    }

    @Override
    public final int peek(Servers servers, Flow flow) {
        long[] cells = (long[]) ASIDE.getAcquire(this);
        if (cells != null) {
            long own = nextAside(servers, (long) WORD.getOpaque(cells, cell()));
            if (own != EMPTY) {
                return server(own & PLACE_MASK);
            }
        }
        long after = next(servers, place());
        return after < 0 ? NONE : server(after);
    }

    private int takeAside(Servers servers, long[] cells, int cell) {
        while (true) {
            long own = (long) WORD.getOpaque(cells, cell);
            if (own == EMPTY || own == BEING_FILLED) {
                return NONE;
            }
            long after = nextAside(servers, own);
            if (WORD.compareAndSet(cells, cell, own, after >>> PLACE_BITS == 0 ? EMPTY : after)) {
                return after == EMPTY ? NONE : server(after & PLACE_MASK);
            }
        }
    }

    /** The place of the next turn of a cell that falls to an available server, with the turns left then; or empty. */
    private long nextAside(Servers servers, long own) {
        long place = own & PLACE_MASK;
        for (long left = own >>> PLACE_BITS; own > 0 && left > 0; left--) {
            place = skip(servers, place, 1);
            if (servers.available(server(place))) {
                return left - 1 << PLACE_BITS | place;
            }
        }
        return EMPTY;
    }

    /** Fills the cell of this thread, unless another thread does so. */
    private void setAside(Servers servers) {
        long[] cells = (long[]) ASIDE.getAcquire(this);
        if (cells == null) {
            ASIDE.compareAndSet(this, null, new long[(CELLS + 1) * SPACING]);
            return;
        }
        int cell = cell();
        if (WORD.compareAndSet(cells, cell, EMPTY, BEING_FILLED)) {
            long before;
            do {
                before = place();
            } while (!WORD.compareAndSet(shared, SHARED, before, skip(servers, before, SET_ASIDE)));
            WORD.setOpaque(cells, cell, (long) SET_ASIDE << PLACE_BITS | before);
        }
    }

    private static int cell() {
        return ((int) Thread.currentThread().getId() & CELLS - 1) * SPACING + SPACING / 2;
    }
}
