package org.lvs4j.internal.concurrent;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Objects under numbers, so that flat memory can refer to them. Numbers begin at 1; 0 stands for none.
 *
 * <p>Memory is in chunks, each twice as large as the one before, so that a number names its chunk by its highest bit and
 * nothing is ever copied. Numbers given back form a stack, linked through an array beside the objects; its head carries a count
 * so that a stale compare-and-set fails. The number given back last is taken first: the memory in use stays small.
 *
 * <p>Assumptions: a number is given back once, by somebody who knows that nothing refers to it any more. Guarantees: a number
 * names one object from {@link #set} until {@link #free}. Progress: {@link #get} is wait-free, everything else lock-free;
 * memory is allocated when there are more objects than ever before.
 */
public final class IdTable<T> {
    private static final int FIRST_SHIFT = 10;
    private static final int FIRST = 1 << FIRST_SHIFT;
    private static final int CHUNKS = Integer.SIZE - FIRST_SHIFT;
    private static final VarHandle CHUNK = MethodHandles.arrayElementVarHandle(Object[][].class);
    private static final VarHandle OBJECT = MethodHandles.arrayElementVarHandle(Object[].class);
    private static final VarHandle LINKS = MethodHandles.arrayElementVarHandle(int[][].class);
    private static final VarHandle LINK = MethodHandles.arrayElementVarHandle(int[].class);

    private final int ceiling;
    // The numbers that nearly everything has, at hand without a detour.
    private final T[] lowest;
    private final Object[][] chunks = new Object[CHUNKS][];
    private final int[][] links = new int[CHUNKS][];
    private final AtomicInteger fresh = new AtomicInteger(1);

    // The number on top of the stack, and in the upper half how often that has changed.
    private final AtomicLong free = new AtomicLong();

    /**
     * Without objects.
     *
     * @param array makes an array of such objects
     * @param ceiling the highest number that may be given out
     */
    public IdTable(IntFunction<T[]> array, int ceiling) {
        this.ceiling = Math.min(ceiling, Integer.MAX_VALUE - FIRST);
        lowest = array.apply(FIRST);
        chunks[0] = lowest;
    }

    /**
     * What the lowest numbers name, by number, for those who look there so often that a call is too much: live, and only to be
     * read. An object read plainly is seen complete if its fields are final or volatile.
     */
    public T[] lowest() {
        return lowest;
    }

    /** A number that names nothing yet, or 0 if all are in use. */
    public int take() {
        while (true) {
            long head = free.get();
            int number = (int) head;
            if (number == 0) {
                return takeFresh();
            }
            int next = (int) LINK.getOpaque(linksOf(number), offset(number));
            if (free.compareAndSet(head, head(head, next))) {
                return number;
            }
        }
    }

    private int takeFresh() {
        while (true) {
            int number = fresh.get();
            if (number > ceiling) {
                return 0;
            }
            if (fresh.compareAndSet(number, number + 1)) {
                return number;
            }
        }
    }

    /** Lets a number that has been taken name an object. */
    public void set(int number, T object) {
        // Release: pairs with get, so that whoever sees the object sees it complete.
        OBJECT.setRelease(chunkOf(number), offset(number), object);
    }

    /** What a number names now, or null. */
    @SuppressWarnings("unchecked") // only set puts anything in
    public @Nullable T get(int number) {
        if (number < FIRST) {
            return number <= 0 ? null : (T) OBJECT.getAcquire(lowest, number);
        }
        Object[] chunk = (Object[]) CHUNK.getAcquire(chunks, index(number));
        return chunk == null ? null : (T) OBJECT.getAcquire(chunk, offset(number));
    }

    /** Gives a number back. */
    public void free(int number) {
        OBJECT.setRelease(chunkOf(number), offset(number), null);
        int[] link = linksOf(number);
        long head;
        do {
            head = free.get();
            // Published by the compare-and-set.
            LINK.setOpaque(link, offset(number), (int) head);
        } while (!free.compareAndSet(head, head(head, number)));
    }

    private static long head(long before, int number) {
        return (before >>> 32) + 1 << 32 | number;
    }

    /** Shows every object; weakly consistent. */
    public void forEach(Consumer<? super T> action) {
        int end = fresh.get();
        for (int number = 1; number < end; number++) {
            T object = get(number);
            if (object != null) {
                action.accept(object);
            }
        }
    }

    private static int index(int number) {
        return CHUNKS - 1 - Integer.numberOfLeadingZeros(number + FIRST);
    }

    private static int offset(int number) {
        int place = number + FIRST;
        return place ^ Integer.highestOneBit(place);
    }

    private Object[] chunkOf(int number) {
        int index = index(number);
        // Pairs with the compare-and-set: whoever sees the chunk sees it empty.
        Object[] chunk = (Object[]) CHUNK.getAcquire(chunks, index);
        if (chunk != null) {
            return chunk;
        }
        Object[] made = new Object[FIRST << index];
        Object[] other = (Object[]) CHUNK.compareAndExchange(chunks, index, null, made);
        return other == null ? made : other;
    }

    private int[] linksOf(int number) {
        int index = index(number);
        // As above.
        int[] link = (int[]) LINKS.getAcquire(links, index);
        if (link != null) {
            return link;
        }
        int[] made = new int[FIRST << index];
        int[] other = (int[]) LINKS.compareAndExchange(links, index, null, made);
        return other == null ? made : other;
    }
}
