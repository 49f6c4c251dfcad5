package org.lvs4j.internal.concurrent;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Ends idle connections and templates on time, to a tick of 10 ms, the tick of the kernel's recordings.
 *
 * <h2>How it works</h2>
 *
 * The wheel is a ring of stacks, one per tick. A packet only moves its connection's deadline; it does not touch the
 * wheel. When a tick is due, its stack is taken as a whole, and each connection on it either ends or, if packets have
 * put its deadline off, is pushed again where that deadline lies (at the far side of the ring if it lies beyond).
 * A deadline that comes closer, as when an established connection is reset, pushes a second reference at the earlier
 * tick; the connection remembers which reference counts and the other one is dropped when its tick comes.
 *
 * <h2>Progress</h2>
 *
 * Lock-free: pushing is one compare-and-set; a tick is worked through by the thread that claims it, and no other
 * thread waits for it. Cost is amortised O(1) per connection and turn of the ring.
 */
public final class TimerWheel {
    /** The length of a tick. */
    public static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private static final int SLOTS = 1 << 13;
    private static final VarHandle SLOT = MethodHandles.arrayElementVarHandle(Reference[].class);

    private final Reference[] slots = new Reference[SLOTS];
    private final long originNanos;
    private final AtomicLong nextTick;

    /** A wheel at a moment of the director's time. */
    public TimerWheel(long nowNanos) {
        originNanos = nowNanos;
        nextTick = new AtomicLong(1);
    }

    /** Starts to watch an entry whose deadline is set. */
    public void add(Expirable entry) {
        long tick = tickOf(entry.deadlineNanos());
        if (entry.reschedule(entry.scheduledTick(), tick)) {
            push(entry, tick);
            // Whoever has brought the deadline closer meanwhile relied on the reference that there was before.
            hasten(entry);
        }
    }

    /** To be called when an entry's deadline may have come closer than it was. */
    public void hasten(Expirable entry) {
        // Here the deadline is written first and the tick read then, in add the tick first and the deadline then: with
        // a
        // full fence in between, one of two threads sees what the other one wrote.
        VarHandle.fullFence();
        long tick = tickOf(entry.deadlineNanos());
        long scheduled = entry.scheduledTick();
        if (tick < scheduled && entry.reschedule(scheduled, tick)) {
            push(entry, tick);
        }
    }

    /**
     * Works through every tick that is due and tells the entries whose time has come. Each is told the time of its tick, so
     * that a long pause between two calls makes no difference to what ends, and in which order.
     */
    public void advance(long nowNanos) {
        long due = Math.floorDiv(nowNanos - originNanos, TICK_NANOS);
        for (long tick = nextTick.get(); tick <= due; tick = nextTick.get()) {
            if (nextTick.compareAndSet(tick, tick + 1)) {
                turn(tick, originNanos + tick * TICK_NANOS);
            }
        }
    }

    private void turn(long tick, long tickNanos) {
        Reference reference = (Reference) SLOT.getAndSet(slots, (int) (tick & (SLOTS - 1)), null);
        while (reference != null) {
            Reference next = reference.next;
            Expirable entry = reference.entry;
            if (entry.scheduledTick() == reference.tick && !entry.ended()) {
                if (reference.tick <= tick && entry.deadlineNanos() - tickNanos <= 0) {
                    entry.timeIsUp(tickNanos);
                } else if (reference.tick > tick) {
                    push(reference);
                } else {
                    add(entry);
                }
            }
            reference = next;
        }
    }

    private void push(Expirable entry, long tick) {
        push(new Reference(entry, tick));
    }

    private void push(Reference reference) {
        long tick = Math.max(reference.tick, nextTick.get());
        int slot = (int) (tick & (SLOTS - 1));
        Reference head;
        do {
            head = (Reference) SLOT.getOpaque(slots, slot);
            reference.next = head;
            // Volatile: whoever takes the stack sees the reference's fields; and the look at the tick below comes
            // after.
        } while (!SLOT.weakCompareAndSet(slots, slot, head, reference));
        // If the tick was taken between reading nextTick and the push, the reference waits for the next turn of the
        // ring; bring it forward instead.
        if (tick < nextTick.get()) {
            rescue(slot);
        }
    }

    private void rescue(int slot) {
        Reference taken = (Reference) SLOT.getAndSet(slots, slot, null);
        while (taken != null) {
            Reference next = taken.next;
            push(taken);
            taken = next;
        }
    }

    private long tickOf(long deadlineNanos) {
        return Math.floorDiv(deadlineNanos - originNanos + TICK_NANOS - 1, TICK_NANOS);
    }

    private static final class Reference {
        final Expirable entry;
        final long tick;

        @Nullable
        Reference next;

        Reference(Expirable entry, long tick) {
            this.entry = entry;
            this.tick = tick;
        }
    }
}
