package org.lvs4j.scheduler;

import java.util.Map;
import java.util.ServiceLoader;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The schedulers at hand: those of this library and those that {@link ServiceLoader} finds. Immutable. */
public final class Schedulers {
    private final Map<String, SchedulerProvider> byName;

    private Schedulers(Map<String, SchedulerProvider> byName) {
        this.byName = byName;
    }

    /**
     * Finds every provider visible to a class loader.
     *
     * @throws IllegalStateException if two providers have one name
     */
    public static Schedulers load(ClassLoader loader) {
        Map<String, SchedulerProvider> byName = new TreeMap<>();
        for (SchedulerProvider provider : ServiceLoader.load(SchedulerProvider.class, loader)) {
            SchedulerProvider other = byName.putIfAbsent(provider.name(), provider);
            if (other != null && other.getClass() != provider.getClass()) {
                throw new IllegalStateException("two schedulers are called " + provider.name() + ": "
                        + other.getClass().getName() + " and "
                        + provider.getClass().getName());
            }
        }
        return new Schedulers(byName);
    }

    /** The provider of a name, or null. */
    public @Nullable SchedulerProvider find(String name) {
        return byName.get(name);
    }

    /** All names, sorted. */
    public SortedSet<String> names() {
        return new TreeSet<>(byName.keySet());
    }
}
