package org.lvs4j.connection;

import java.lang.ref.WeakReference;
import java.util.function.Supplier;

/**
 * An object of each thread's own, made when it is first asked for.
 *
 * <p>A thread that lives on, as those of a container's pool do, must keep neither the director that it once called nor the
 * class loader of it, nor flat memory that is not in use any more. So it has a weak reference only. After a collection
 * the object is made again; between two collections, nothing is allocated.
 *
 * <p>Assumptions: the object matters to its thread only while that holds on to it. Progress: wait-free.
 */
final class PerThread<T> {
    private final ThreadLocal<WeakReference<T>> own = new ThreadLocal<>();
    private final Supplier<T> maker;

    PerThread(Supplier<T> maker) {
        this.maker = maker;
    }

    T get() {
        WeakReference<T> reference = own.get();
        T present = reference == null ? null : reference.get();
        return present != null ? present : make();
    }

    private T make() {
        T made = maker.get();
        own.set(new WeakReference<>(made));
        return made;
    }
}
