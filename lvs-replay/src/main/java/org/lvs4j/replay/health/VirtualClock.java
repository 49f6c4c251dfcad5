package org.lvs4j.replay.health;

import java.util.PriorityQueue;

/** Time, and what happens in it. Events of the same time happen in the order in which they were planned. */
final class VirtualClock {
    private record Event(long time, long order, Runnable action) implements Comparable<Event> {
        @Override
        public int compareTo(Event other) {
            int byTime = Long.compare(time, other.time);
            return byTime != 0 ? byTime : Long.compare(order, other.order);
        }
    }

    private final PriorityQueue<Event> events = new PriorityQueue<>();
    private long now;
    private long orders;

    /** The time in nanoseconds. */
    long now() {
        return now;
    }

    /** Plans an event, at once or later. */
    void after(long nanos, Runnable action) {
        events.add(new Event(now + Math.max(0, nanos), orders++, action));
    }

    /** The time of the next event; {@link Long#MAX_VALUE} if there is none. */
    long next() {
        return events.isEmpty() ? Long.MAX_VALUE : events.peek().time();
    }

    /** Moves to a time that no event precedes. */
    void moveTo(long time) {
        now = Math.max(now, time);
    }

    /** Runs the next event if it is due. */
    boolean runNext() {
        if (events.isEmpty() || events.peek().time() > now) {
            return false;
        }
        events.remove().action().run();
        return true;
    }
}
