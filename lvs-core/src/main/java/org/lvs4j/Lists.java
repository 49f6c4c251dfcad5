package org.lvs4j;

import static java.util.Objects.requireNonNull;

import java.util.Collection;
import java.util.List;

/** Checked copies of lists that callers pass in. */
final class Lists {
    private Lists() {}

    /**
     * An unmodifiable copy.
     *
     * @throws NullPointerException naming the parameter if the list or an element is null
     */
    static <T> List<T> copyOf(Collection<? extends T> elements, String name) {
        for (T element : requireNonNull(elements, name)) {
            requireNonNull(element, name + " contains null");
        }
        return List.copyOf(elements);
    }
}
