package org.lvs4j.internal.concurrent;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Objects by small integer ids, so that flat memory can refer to them. Ids begin at 1; 0 means none.
 *
 * <p>The objects are in chunks, each twice as large as the one before. The highest bit of an id selects its chunk, and
 * growing copies nothing. Free ids form a stack [1], linked through an array beside the objects. Its head carries a
 * modification count, so that a stale compare-and-set fails. The id freed last is taken first, which keeps the memory
 * in use small.
 *
 * <p>Assumptions: an id is freed once, by a thread that knows that nothing refers to it any more. Guarantees: an id
 * means one object from {@link #set} until {@link #free}. Progress: {@link #get} is wait-free, the other methods are
 * lock-free. They allocate only when more ids are in use than ever before.
 *
 * <p>[1] R. K. Treiber: Systems Programming: Coping with Parallelism, 1986.
 */
public final class IdTable<T> {
    private static final int FIRST_SHIFT = 10;
    private static final int FIRST = 1 << FIRST_SHIFT;
    private static final int CHUNKS = Integer.SIZE - FIRST_SHIFT;
    private static final VarHandle CHUNK = MethodHandles.arrayElementVarHandle(Object[][].class);
    private static final VarHandle OBJECT = MethodHandles.arrayElementVarHandle(Object[].class);
    private static final VarHandle LINKS = MethodHandles.arrayElementVarHandle(int[][].class);
    private static final VarHandle LINK = MethodHandles.arrayElementVarHandle(int[].class);

    private final int maxId;
    private final T[] firstChunk;
    private final Object[][] chunks = new Object[CHUNKS][];
    private final int[][] links = new int[CHUNKS][];
    private final AtomicInteger fresh = new AtomicInteger(1);

    // The id on top of the stack in the lower half, a modification count in the upper half.
    private final AtomicLong free = new AtomicLong();

    /**
     * An empty table.
     *
     * @param array makes an array of the objects' type
     * @param maxId the highest id that may be taken
     */
    public IdTable(IntFunction<T[]> array, int maxId) {
        this.maxId = Math.min(maxId, Integer.MAX_VALUE - FIRST);
        firstChunk = array.apply(FIRST);
        chunks[0] = firstChunk;
    }

    /**
     * The objects of the lowest ids, by id, for a path on which the call of {@link #get} is too expensive. The array is
     * live and must not be written.
     *
     * <p>A plain read of an element is a race with {@link #set}. Of an object read that way only the final fields are
     * safe (Java Language Specification, 17.5). Other fields, volatile ones included, may be read as their defaults.
     */
    public T[] firstChunk() {
        return firstChunk;
    }

    /** Takes an id that means no object yet; 0 if all are in use. */
    public int take() {
        while (true) {
            // Volatile: pairs with the compare-and-set in free, so the link is seen.
            long head = free.get();
            int id = (int) head;
            if (id == 0) {
                return takeFresh();
            }
            int next = (int) LINK.getOpaque(linksAcquire(id), offset(id));
            if (free.compareAndSet(head, head(head, next))) {
                return id;
            }
        }
    }

    private int takeFresh() {
        while (true) {
            int id = fresh.get();
            if (id > maxId) {
                return 0;
            }
            if (fresh.compareAndSet(id, id + 1)) {
                return id;
            }
        }
    }

    /** Sets the object of an id that has been taken. */
    public void set(int id, T object) {
        // Release: pairs with the acquire in get, so that the object is seen complete.
        OBJECT.setRelease(chunkAcquire(id), offset(id), object);
    }

    /** The object of an id, or null. Any int is accepted. */
    @SuppressWarnings("unchecked") // only set puts anything in
    public @Nullable T get(int id) {
        // Acquire: the objects pair with set, the chunk with the compare-and-exchange in chunkAcquire.
        if (id < FIRST) {
            return id <= 0 ? null : (T) OBJECT.getAcquire(firstChunk, id);
        }
        Object[] chunk = (Object[]) CHUNK.getAcquire(chunks, index(id));
        return chunk == null ? null : (T) OBJECT.getAcquire(chunk, offset(id));
    }

    /** Frees an id. */
    public void free(int id) {
        // Release: pairs with the acquire in get.
        OBJECT.setRelease(chunkAcquire(id), offset(id), null);
        int[] link = linksAcquire(id);
        long head;
        do {
            head = free.get();
            // Published by the compare-and-set, which pairs with take.
            LINK.setOpaque(link, offset(id), (int) head);
        } while (!free.compareAndSet(head, head(head, id)));
    }

    private static long head(long before, int id) {
        return (before >>> 32) + 1 << 32 | id;
    }

    /** Visits every object; weakly consistent. */
    public void forEach(Consumer<? super T> action) {
        int end = fresh.get();
        for (int id = 1; id < end; id++) {
            T object = get(id);
            if (object != null) {
                action.accept(object);
            }
        }
    }

    /** All ids in use are below this number. */
    public int end() {
        return fresh.get();
    }

    /** Visits every object whose id is in a range; weakly consistent. */
    public void forRange(int first, int count, Consumer<? super T> action) {
        int last = Math.min(fresh.get(), first + count);
        for (int id = Math.max(1, first); id < last; id++) {
            T object = get(id);
            if (object != null) {
                action.accept(object);
            }
        }
    }

    private static int index(int id) {
        return CHUNKS - 1 - Integer.numberOfLeadingZeros(id + FIRST);
    }

    private static int offset(int id) {
        int position = id + FIRST;
        return position ^ Integer.highestOneBit(position);
    }

    private Object[] chunkAcquire(int id) {
        int index = index(id);
        // Pairs with the compare-and-exchange below: a chunk is seen empty.
        Object[] chunk = (Object[]) CHUNK.getAcquire(chunks, index);
        if (chunk != null) {
            return chunk;
        }
        Object[] allocated = new Object[FIRST << index];
        Object[] other = (Object[]) CHUNK.compareAndExchange(chunks, index, null, allocated);
        return other == null ? allocated : other;
    }

    private int[] linksAcquire(int id) {
        int index = index(id);
        // Pairs with the compare-and-exchange below.
        int[] link = (int[]) LINKS.getAcquire(links, index);
        if (link != null) {
            return link;
        }
        int[] allocated = new int[FIRST << index];
        int[] other = (int[]) LINKS.compareAndExchange(links, index, null, allocated);
        return other == null ? allocated : other;
    }
}
