package org.lvs4j.internal.concurrent;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.lang.ref.WeakReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One object per thread, created when the thread first gets it.
 *
 * <p>A long-lived thread, such as one of a container's pool, must not keep a director and its class loader
 * reachable, and a long-lived director must not keep threads reachable. So the objects are stored here, each beside
 * a weak reference to its thread, in a slot that the thread's id selects. That is also faster than a
 * {@link ThreadLocal}. If the slot belongs to another thread, the object is referenced by a thread-local weak
 * reference, which any collection may clear.
 *
 * <p>Assumptions: a thread needs its object only while it refers to it. Guarantees: an object belongs to one thread
 * only. The object of a thread that has ended becomes unreachable when a collection has cleared the reference to the
 * thread and the next new thread gets its object. Progress: wait-free, apart from the factory.
 */
public final class PerThread<T> {
    private static final int SLOTS = 256;
    private static final VarHandle SLOT = MethodHandles.arrayElementVarHandle(Owned[].class);

    private final Supplier<T> factory;

    @SuppressWarnings({"unchecked", "rawtypes"}) // only create puts anything in
    private final Owned<T>[] slots = new Owned[SLOTS];

    private final ThreadLocal<WeakReference<T>> displaced = new ThreadLocal<>();

    private static final class Owned<T> extends WeakReference<Thread> {
        final T object;

        Owned(Thread owner, T object) {
            super(owner);
            this.object = object;
        }
    }

    /** No objects yet. */
    public PerThread(Supplier<T> factory) {
        this.factory = factory;
    }

    /** The calling thread's object. */
    public T get() {
        Thread thread = Thread.currentThread();
        // A plain racy read, on the path of every packet, where the cost of an opaque one has not been measured. An
        // element that refers to the calling thread was written by that thread, so it is seen complete; of any other
        // element nothing but the reference to its thread is used.
        Owned<T> owned = slots[slotOf(thread)];
        return owned != null && owned.refersTo(thread) ? owned.object : find(thread);
    }

    @SuppressWarnings("deprecation") // threadId() is not in Java 17
    private static int slotOf(Thread thread) {
        return (int) thread.getId() & SLOTS - 1;
    }

    private T find(Thread thread) {
        WeakReference<T> reference = displaced.get();
        T present = reference == null ? null : reference.get();
        return present != null ? present : create(thread);
    }

    private T create(Thread thread) {
        clearEnded();
        T created = factory.get();
        // Pairs with the acquire in clearEnded.
        if (!SLOT.compareAndSet(slots, slotOf(thread), (Owned<T>) null, new Owned<>(thread, created))) {
            displaced.set(new WeakReference<>(created));
        }
        return created;
    }

    private void clearEnded() {
        for (int slot = 0; slot < SLOTS; slot++) {
            // Acquire: pairs with the compare-and-set in create. The reference to a thread that has not ended is seen.
            @Nullable Owned<?> owned = (Owned<?>) SLOT.getAcquire(slots, slot);
            if (owned != null && owned.refersTo(null)) {
                SLOT.compareAndSet(slots, slot, owned, (Owned<?>) null);
            }
        }
    }
}
