package org.lvs4j.health;

import java.util.ArrayList;
import java.util.List;

/**
 * Timers in a binary heap by deadline; those of the same deadline fire in the order in which they were set. Setting and
 * cancelling cost a logarithm of the number of timers.
 */
final class Timers {
    /** Something that happens at a time. It is in no heap, or in one. */
    abstract static class Timer {
        private long deadline;
        private long order;
        private int index = -1;

        /** The time has come. The timer is no longer set. */
        abstract void fire(long now);

        final boolean isSet() {
            return index >= 0;
        }

        /** When it fires, {@link Long#MAX_VALUE} if it is not set. */
        final long deadline() {
            return isSet() ? deadline : Long.MAX_VALUE;
        }

        private boolean isBefore(Timer other) {
            long difference = deadline - other.deadline;
            return difference < 0 || (difference == 0 && order < other.order);
        }
    }

    private static final long AGAIN_NANOS = 1_000_000_000L;

    private final List<Timer> heap = new ArrayList<>();
    private long orders;

    /** Sets a timer, or moves it. */
    void set(Timer timer, long deadline) {
        cancel(timer);
        timer.deadline = deadline;
        timer.order = orders++;
        heap.add(timer);
        siftUp(timer, heap.size() - 1);
    }

    /** Cancels a timer, if it is set. */
    void cancel(Timer timer) {
        int hole = timer.index;
        if (hole < 0) {
            return;
        }
        timer.index = -1;
        Timer last = heap.remove(heap.size() - 1);
        if (last != timer) {
            siftDown(last, hole);
            siftUp(last, last.index);
        }
    }

    /**
     * Fires all timers that are due, those included that are set meanwhile. If one fails, for instance because there is no
     * memory, it fires again after a second.
     */
    void advance(long now) {
        while (!heap.isEmpty() && heap.get(0).deadline - now <= 0) {
            Timer first = heap.get(0);
            cancel(first);
            boolean done = false;
            try {
                first.fire(now);
                done = true;
            } finally {
                if (!done && !first.isSet()) {
                    set(first, now + AGAIN_NANOS);
                }
            }
        }
    }

    /** The earliest deadline; {@link Long#MAX_VALUE} if no timer is set. */
    long next() {
        return heap.isEmpty() ? Long.MAX_VALUE : heap.get(0).deadline;
    }

    int size() {
        return heap.size();
    }

    private void siftUp(Timer timer, int from) {
        int at = from;
        while (at > 0 && timer.isBefore(heap.get((at - 1) / 2))) {
            put(heap.get((at - 1) / 2), at);
            at = (at - 1) / 2;
        }
        put(timer, at);
    }

    private void siftDown(Timer timer, int from) {
        int at = from;
        while (2 * at + 1 < heap.size()) {
            int child = 2 * at + 1;
            if (child + 1 < heap.size() && heap.get(child + 1).isBefore(heap.get(child))) {
                child++;
            }
            if (!heap.get(child).isBefore(timer)) {
                break;
            }
            put(heap.get(child), at);
            at = child;
        }
        put(timer, at);
    }

    private void put(Timer timer, int at) {
        heap.set(at, timer);
        timer.index = at;
    }
}
