package org.lvs4j.internal.concurrent;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.lang.ref.WeakReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * An object of each thread's own, made when it is first asked for.
 *
 * <p>A thread that lives on, as those of a container's pool do, must keep neither the director that it once called nor the
 * class loader of it, and a director that lives on must not keep threads. So the objects are here, each beside a weak reference
 * to its thread, at a place that the thread's number names: that is quicker than a {@link ThreadLocal}. A thread whose place is
 * another's has its object by a thread-local weak reference instead, which every collection may clear.
 *
 * <p>Assumptions: the object matters to its thread only while that holds on to it. Guarantees: a thread's object is never
 * given to another one; that of a thread that has ended, once a collection has found it gone, is forgotten when the next new thread
 * comes. Progress: wait-free.
 */
public final class PerThread<T> {
    private static final int PLACES = 256;
    private static final VarHandle PLACE = MethodHandles.arrayElementVarHandle(Owned[].class);

    private final Supplier<T> maker;

    @SuppressWarnings({"unchecked", "rawtypes"}) // only make puts anything in
    private final Owned<T>[] places = new Owned[PLACES];

    private final ThreadLocal<WeakReference<T>> displaced = new ThreadLocal<>();

    private static final class Owned<T> extends WeakReference<Thread> {
        final T object;

        Owned(Thread owner, T object) {
            super(owner);
            this.object = object;
        }
    }

    public PerThread(Supplier<T> maker) {
        this.maker = maker;
    }

    public T get() {
        Thread thread = Thread.currentThread();
        // Plain: a thread can only take for its own what it has put there itself.
        Owned<T> owned = places[placeOf(thread)];
        return owned != null && owned.refersTo(thread) ? owned.object : find(thread);
    }

    @SuppressWarnings("deprecation") // threadId() is not in Java 17
    private static int placeOf(Thread thread) {
        return (int) thread.getId() & PLACES - 1;
    }

    private T find(Thread thread) {
        WeakReference<T> reference = displaced.get();
        T present = reference == null ? null : reference.get();
        return present != null ? present : make(thread);
    }

    private T make(Thread thread) {
        forgetTheDead();
        T made = maker.get();
        // Pairs with the acquire below, by which other threads look whose it is.
        if (!PLACE.compareAndSet(places, placeOf(thread), (Owned<T>) null, new Owned<>(thread, made))) {
            displaced.set(new WeakReference<>(made));
        }
        return made;
    }

    private void forgetTheDead() {
        for (int place = 0; place < PLACES; place++) {
            // Pairs with the compare-and-set in make: whoever sees it sees its thread, unless that is gone.
            @Nullable Owned<?> owned = (Owned<?>) PLACE.getAcquire(places, place);
            if (owned != null && owned.refersTo(null)) {
                PLACE.compareAndSet(places, place, owned, (Owned<?>) null);
            }
        }
    }
}
