package org.lvs4j.metrics;

import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Which services, or servers, have meters: in the order of their addition, up to a ceiling. The next one without meters
 * gets the place of one that leaves. Those that have left are remembered, the last ones up to the same ceiling, so that
 * their counters continue when they come back. Not thread-safe.
 */
final class Roster<K, S> {
    private final int ceiling;
    private final Function<K, S> maker;
    private final Map<K, S> metered = new LinkedHashMap<>();
    private final Set<K> unmetered = new LinkedHashSet<>();
    private final Map<K, S> left = new LinkedHashMap<>();

    Roster(int ceiling, Function<K, S> maker) {
        this.ceiling = ceiling;
        this.maker = maker;
    }

    /** Adds one; returns its source if it gets meters. */
    @Nullable
    S add(K key) {
        if (metered.size() >= ceiling) {
            unmetered.add(key);
            return null;
        }
        S remembered = left.remove(key);
        S source = remembered == null ? maker.apply(key) : remembered;
        metered.put(key, source);
        return source;
    }

    /** Removes one; returns its source if it had meters. */
    @Nullable
    S remove(K key) {
        if (unmetered.remove(key)) {
            return null;
        }
        S source = metered.remove(key);
        if (source != null) {
            left.put(key, source);
            if (left.size() > ceiling) {
                Iterator<K> oldest = left.keySet().iterator();
                oldest.next();
                oldest.remove();
            }
        }
        return source;
    }

    /** The source of the next one without meters, which gets them now; null if there is none, or no room. */
    @Nullable
    S promote() {
        if (metered.size() >= ceiling || unmetered.isEmpty()) {
            return null;
        }
        Iterator<K> next = unmetered.iterator();
        K key = next.next();
        next.remove();
        return add(key);
    }

    Collection<S> sources() {
        return metered.values();
    }

    int size() {
        return metered.size() + unmetered.size();
    }

    int unmetered() {
        return unmetered.size();
    }
}
