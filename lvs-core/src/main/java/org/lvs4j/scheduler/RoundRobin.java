package org.lvs4j.scheduler;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.lvs4j.net.Flow;

/**
 * {@code rr}: each available server in turn, whatever its weight.
 *
 * <p>The cursor is the index of the server chosen last, or -1 for the head of the list. It follows its server
 * through changes; when that server leaves, the one before it takes its place. A pick advances it by
 * compare-and-set, so the order is exact under any number of threads; a pick that loses a race tries again.
 */
final class RoundRobin implements Scheduler {
    private static final VarHandle CURSOR = cursorHandle();

    private int cursor;

    private RoundRobin(int cursor) {
        this.cursor = cursor;
    }

    @Override
    public int pick(Servers servers, Flow flow) {
        while (true) {
            // Opaque suffices: the cursor guards no other data, and the compare-and-set below settles races.
            int last = cursorNow();
            int next = after(last, servers);
            if (next == NONE || next == last || CURSOR.compareAndSet(this, last, next)) {
                return next;
            }
        }
    }

    @Override
    public int peek(Servers servers, Flow flow) {
        return after(cursorNow(), servers);
    }

    private static int after(int last, Servers servers) {
        int size = servers.size();
        for (int step = 1, index = last; step <= size; step++) {
            index = index + 1 < size ? index + 1 : 0;
            if (servers.available(index)) {
                return index;
            }
        }
        return NONE;
    }

    @Override
    public Scheduler added(Servers now) {
        int last = cursorNow();
        return new RoundRobin(last < 0 ? last : last + 1);
    }

    @Override
    public Scheduler removed(Servers now, int index) {
        int last = cursorNow();
        return new RoundRobin(index <= last ? last - 1 : last);
    }

    private int cursorNow() {
        return (int) CURSOR.getOpaque(this);
    }

    private static VarHandle cursorHandle() {
        try {
            return MethodHandles.lookup().findVarHandle(RoundRobin.class, "cursor", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** Makes {@code rr} schedulers. */
    public static final class Provider implements SchedulerProvider {
        /** For {@link java.util.ServiceLoader}. */
        public Provider() {}

        @Override
        public String name() {
            return "rr";
        }

        @Override
        public Scheduler create(Servers servers, SchedulerContext context) {
            return new RoundRobin(-1);
        }
    }
}
