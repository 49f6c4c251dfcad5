package org.lvs4j.stats;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * Which servers of a service have changed their load since a reader looked last, so that a reader that keeps an order
 * of thousands of servers visits only those.
 *
 * <p>A server is known by its number; numbers that are equal modulo {@value #MARKS} share a mark. A mark without a
 * change is harmless.
 *
 * <p>Assumptions: whoever changes a load marks its server afterwards. Whoever reads marks holds the board between
 * {@link #tryEnter} and {@link #exit}, takes the marks first and reads the loads of the marked servers then, by
 * volatile reads. Guarantees: a change of which the marking returned before {@link #take} is either marked or was seen
 * by the reader before. Progress: all methods are wait-free but {@link #mark} and {@link #tryEnter}: marking is
 * lock-free and touches nothing that is marked already; entering gives up after about a microsecond.
 */
public final class LoadBoard {
    /** How many marks there are. */
    public static final int MARKS = 1024;

    /** How many marks {@link #take} hands out at a time. */
    public static final int MARKS_PER_WORD = Long.SIZE;

    private static final int ATTEMPTS = 40;
    private static final int PADDING = 8;
    private static final VarHandle WORD = MethodHandles.arrayElementVarHandle(long[].class);
    private static final VarHandle READING = readingHandle();

    // A cache line before and after keeps other objects' writes away.
    private final long[] words = new long[PADDING + MARKS / MARKS_PER_WORD + PADDING];

    /** 1 while a reader holds the board. */
    private int reading;

    /** Guarded by the board being held. */
    private @Nullable Object reader;

    // Never goes back to false: volatile publishes it by itself.
    private volatile boolean overloadSeen;

    /** Without marks. */
    public LoadBoard() {}

    /** Says that the load, or the overload mark, of a server has changed. */
    public void mark(int id) {
        int place = PADDING + (id & MARKS - 1) / MARKS_PER_WORD;
        long bit = 1L << id;
        // Volatile, after the change's own volatile write: if the mark is seen, its reader has yet to see the change.
        if (((long) WORD.getVolatile(words, place) & bit) == 0) {
            WORD.getAndBitwiseOr(words, place, bit);
        }
    }

    /** Says that some server has been marked as overloaded. */
    public void noteOverload() {
        if (!overloadSeen) {
            overloadSeen = true;
        }
    }

    /** Whether some server has ever been marked as overloaded. If not, no server needs to be looked at for it. */
    public boolean overloadSeen() {
        return overloadSeen;
    }

    /** Gives the board to the caller, unless another one holds it for longer than is worth waiting for. */
    public boolean tryEnter() {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            // Acquires what the last reader released in exit.
            if ((int) READING.getOpaque(this) == 0 && READING.compareAndSet(this, 0, 1)) {
                return true;
            }
            Thread.onSpinWait();
        }
        return false;
    }

    /** Gives the board back. */
    public void exit() {
        // Releases what the holder wrote to the next one that enters.
        READING.setRelease(this, 0);
    }

    /**
     * Makes the holder of the board its reader.
     *
     * @return whether it was so already; if not, marks have been missed and every load must be read anew
     */
    public boolean claim(Object holder) {
        boolean known = reader == holder;
        reader = holder;
        return known;
    }

    /** Takes the marks of the numbers from {@code 64 * word} on, lowest bit first; {@code word} is 0..15. */
    public long take(int word) {
        int place = PADDING + word;
        // Volatile, so that a load read afterwards is not older than its mark. Mostly there is none, and nothing to write.
        return (long) WORD.getVolatile(words, place) == 0 ? 0 : (long) WORD.getAndSet(words, place, 0L);
    }

    private static VarHandle readingHandle() {
        try {
            return MethodHandles.lookup().findVarHandle(LoadBoard.class, "reading", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }
}
