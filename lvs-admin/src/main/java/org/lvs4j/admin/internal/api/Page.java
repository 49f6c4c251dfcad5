package org.lvs4j.admin.internal.api;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The first items of a sequence without an order, by an order: those after the last one of the page before. Pages hold no
 * state between requests, and an item that is there all the time is on exactly one of them, whatever comes and goes. Each
 * costs a visit of all items, and memory for its own.
 */
final class Page<T> implements Consumer<T> {
    private final Comparator<? super T> order;
    private final @Nullable T after;
    private final int limit;
    private final PriorityQueue<T> smallest;
    private boolean more;

    /**
     * An empty page.
     *
     * @param after the last item of the page before, or null for the first page
     */
    Page(Comparator<? super T> order, @Nullable T after, int limit) {
        this.order = order;
        this.after = after;
        this.limit = limit;
        smallest = new PriorityQueue<>(order.reversed());
    }

    @Override
    public void accept(T item) {
        if (after != null && order.compare(item, after) <= 0) {
            return;
        }
        if (smallest.size() < limit) {
            smallest.add(item);
            return;
        }
        more = true;
        if (order.compare(item, smallest.element()) < 0) {
            smallest.remove();
            smallest.add(item);
        }
    }

    /** The items in order. */
    List<T> items() {
        List<T> items = new ArrayList<>(smallest);
        items.sort(order);
        return items;
    }

    /** The last item if there are more after it, else null. */
    @Nullable
    T next() {
        List<T> items = items();
        return more ? items.get(items.size() - 1) : null;
    }
}
