package org.lvs4j.internal.concurrent;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import org.jspecify.annotations.Nullable;

/**
 * A hashed timing wheel [1] for objects, with ticks of 10 ms, the tick of the kernel of the recorded traces.
 *
 * <h2>How it works</h2>
 *
 * The wheel is a ring of stacks, one per tick. Moving a deadline later does not touch the wheel. When a tick is due,
 * its stack is taken as a whole. Each entry on it expires or, if its deadline has moved, is pushed again at the new
 * deadline; one that is more than a turn away is inspected once per turn. An earlier deadline pushes a second
 * reference at the earlier tick. The entry stores the tick of its valid reference, and the stale one is dropped when
 * its tick comes.
 *
 * <h2>Assumptions and guarantees</h2>
 *
 * An entry is in one wheel, and has ended after it has expired unless it is added again. An entry that has not ended
 * expires at the first tick that is not before its deadline. If the entry is added or rescheduled while that tick runs,
 * it may expire at the next one.
 *
 * <h2>Progress</h2>
 *
 * Lock-free: pushing is a compare-and-set. A tick is run by the thread that claims it, and no other thread waits
 * for that thread; while it is delayed, the tick's entries expire late. Cost is amortised O(1) per entry and turn
 * of the ring.
 *
 * <p>[1] G. Varghese, T. Lauck: Hashed and Hierarchical Timing Wheels, 1987.
 */
public final class TimerWheel {
    /** The length of a tick in nanoseconds. */
    public static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private static final int SLOTS = 1 << 13;
    private static final VarHandle SLOT = MethodHandles.arrayElementVarHandle(Reference[].class);

    private final Reference[] slots = new Reference[SLOTS];
    // A bit for each slot whose stack is not empty, so that a pause is skipped without a look at each slot. A push sets
    // it after the reference is on the stack, a tick clears it before it takes the stack.
    private final AtomicLongArray occupied = new AtomicLongArray(SLOTS / Long.SIZE);
    private final long originNanos;
    private final AtomicLong nextTick;

    /** A wheel whose first tick begins at a time in nanoseconds of the director's time. */
    public TimerWheel(long nowNanos) {
        originNanos = nowNanos;
        nextTick = new AtomicLong(1);
    }

    /** Schedules an entry whose deadline is set. */
    public void add(Expirable entry) {
        long tick = tickOf(entry.deadlineNanos());
        if (entry.compareAndSetScheduledTick(entry.scheduledTickVolatile(), tick)) {
            push(entry, tick);
            // A thread that has moved the deadline closer meanwhile may have seen the former reference only.
            reschedule(entry);
        }
    }

    /** Schedules an entry earlier if its deadline is earlier than before. */
    public void reschedule(Expirable entry) {
        // The caller has written the deadline and reads the scheduled tick; add writes the scheduled tick and then, by
        // this method, reads the deadline. With the full fence in between at least one thread sees the other's write.
        VarHandle.fullFence();
        long tick = tickOf(entry.deadlineNanos());
        long scheduled = entry.scheduledTickVolatile();
        if (tick < scheduled && entry.compareAndSetScheduledTick(scheduled, tick)) {
            push(entry, tick);
        }
    }

    /**
     * Runs every tick that is due. An entry expires with the time of its tick, so a long pause between two calls makes
     * no difference to what expires, and in which order. Costs time for the entries that are due, and for one scan of
     * the ring for each turn in which there are any, however long the pause was.
     */
    public void advance(long nowNanos) {
        long due = Math.floorDiv(nowNanos - originNanos, TICK_NANOS);
        for (long tick = nextTick.get(); tick <= due; tick = nextTick.get()) {
            long busy = firstBusy(tick, due);
            // Volatile, before the stacks are taken. Pairs with push, which pushes a reference and then reads the next
            // tick, so either this takes the reference or push rescues it.
            if (nextTick.compareAndSet(tick, busy + 1)) {
                rescueSkipped(tick, busy);
                run(busy, originNanos + busy * TICK_NANOS);
            }
        }
    }

    /**
     * The first tick, from one tick to another, at which an entry may have to be inspected; the last of them if there
     * is none. Weakly consistent while entries are added.
     */
    public long firstBusy(long from, long last) {
        long end = Math.min(last, from + SLOTS);
        long later = last;
        for (long tick = nextOccupied(from, end); tick < end; tick = nextOccupied(tick + 1, end)) {
            for (Reference reference = stack(tick); reference != null; reference = reference.next) {
                if (reference.tick <= tick) {
                    return tick;
                }
                later = Math.min(later, reference.tick);
            }
        }
        // All that was found is a turn away or more.
        return last - from <= SLOTS ? last : later;
    }

    /** Pushes again the references that were pushed onto skipped ticks after these had been found empty. */
    private void rescueSkipped(long from, long to) {
        long end = Math.min(to, from + SLOTS);
        for (long tick = nextOccupied(from, end); tick < end; tick = nextOccupied(tick + 1, end)) {
            for (Reference reference = stack(tick); reference != null; reference = reference.next) {
                if (reference.tick < to) {
                    rescue(slotOf(tick));
                    break;
                }
            }
        }
    }

    /** The first tick, from one tick to another, whose stack is occupied; the second of them if there is none. */
    private long nextOccupied(long from, long to) {
        long tick = from;
        while (tick < to) {
            int slot = slotOf(tick);
            // Volatile: pairs with the update in push.
            long rest = occupied.get(slot / Long.SIZE) >>> slot;
            if (rest != 0) {
                return Math.min(to, tick + Long.numberOfTrailingZeros(rest));
            }
            tick += Long.SIZE - slot % Long.SIZE;
        }
        return to;
    }

    private static int slotOf(long tick) {
        return (int) (tick & (SLOTS - 1));
    }

    /** Pairs with the compare-and-set in push: the references are seen complete. */
    private @Nullable Reference stack(long tick) {
        return (Reference) SLOT.getAcquire(slots, slotOf(tick));
    }

    /** Takes a stack as a whole. */
    private @Nullable Reference take(int slot) {
        int word = slot / Long.SIZE;
        long bit = 1L << slot;
        if ((occupied.get(word) & bit) != 0) {
            // Before the stack is taken; pairs with push, which marks the slot after its reference is on the stack.
            occupied.getAndUpdate(word, bits -> bits & ~bit);
        }
        // Pairs with the compare-and-set in push: the references are seen complete.
        return (Reference) SLOT.getAndSet(slots, slot, null);
    }

    private void run(long tick, long tickNanos) {
        Reference reference = take(slotOf(tick));
        while (reference != null) {
            Reference next = reference.next;
            Expirable entry = reference.entry;
            if (entry.scheduledTickVolatile() == reference.tick && !entry.ended()) {
                if (reference.tick <= tick && entry.deadlineNanos() - tickNanos <= 0) {
                    entry.expire(tickNanos);
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
        int slot = slotOf(tick);
        Reference head;
        do {
            head = (Reference) SLOT.getOpaque(slots, slot);
            reference.next = head;
            // Volatile: pairs with the getAndSet in run and rescue, which see the reference's fields, and comes before
            // the read of the next tick below.
        } while (!SLOT.weakCompareAndSet(slots, slot, head, reference));
        long bit = 1L << slot;
        if ((occupied.get(slot / Long.SIZE) & bit) == 0) {
            occupied.getAndUpdate(slot / Long.SIZE, bits -> bits | bit);
        }
        // If the tick was taken after the first read of nextTick, the reference would wait for the next turn
        // of the ring.
        if (tick < nextTick.get()) {
            rescue(slot);
        }
    }

    /** Pushes the references of a stack whose tick was taken before they were pushed. */
    private void rescue(int slot) {
        Reference taken = take(slot);
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

        // Volatile: a scan may read it while the reference moves to another stack.
        volatile @Nullable Reference next;

        Reference(Expirable entry, long tick) {
            this.entry = entry;
            this.tick = tick;
        }
    }
}
