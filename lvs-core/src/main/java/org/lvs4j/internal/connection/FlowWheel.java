package org.lvs4j.internal.connection;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * The timer wheel of one {@link FlowGeneration}: a ring of stacks of slots, one per tick, in flat memory.
 *
 * <p>A node is one word, the next node and a slot; whether it still means anything is for the slot to say. Nodes that have
 * been taken off the wheel are used again, so that after a while nothing is allocated. They wait on a few stacks, one for each
 * group of threads, so that threads that place and end connections at the same time do not meet at one word all the time.
 *
 * <p>Progress: lock-free. Pushing and giving back are one compare-and-set each; a stack is taken as a whole.
 */
final class FlowWheel {
    /** The ring of a small area: 82 seconds, and 32 KiB. */
    private static final int SHORT_RING = 1 << 13;
    /** The ring of a large one: 22 minutes, longer than any default timeout, so that a slot is looked at once. */
    private static final int LONG_RING = 1 << FlowRecord.PLACE_BITS;

    private static final int LARGE = 1 << 18;
    private static final int CHUNK_SHIFT = 12;
    private static final int CHUNK = 1 << CHUNK_SHIFT;
    private static final int SPARE_NODES = 3;
    private static final int GROUPS = 8;
    /** Two lines of the processor, since it fetches pairs. */
    private static final int SPACING = 16;

    private static final VarHandle HEADS = MethodHandles.arrayElementVarHandle(int[].class);
    private static final VarHandle NODES = MethodHandles.arrayElementVarHandle(long[].class);
    private static final VarHandle CHUNKS = MethodHandles.arrayElementVarHandle(long[][].class);

    private final int[] heads;
    private final long[][] chunks;
    private final AtomicInteger fresh = new AtomicInteger(1);

    // For each group of threads the first node that is free, and a count that makes a stale compare-and-set fail.
    private final AtomicLongArray free = new AtomicLongArray((GROUPS + 1) * SPACING);

    private final int spareLimit;

    /** Timers for a number of slots. */
    FlowWheel(int slots) {
        heads = new int[slots < LARGE ? SHORT_RING : LONG_RING];
        spareLimit = (int) Math.min((long) slots * SPARE_NODES + CHUNK, Integer.MAX_VALUE / 2);
        chunks = new long[(spareLimit + slots >>> CHUNK_SHIFT) + 2][];
    }

    /**
     * Whether there is a node to spare for a slot that has one already. Each slot may have one in any case, so that the
     * ceiling of nodes is not passed by more than a few.
     */
    boolean canSpare() {
        // Mostly the first is true, and hardly anybody writes it.
        return fresh.get() < spareLimit || anyFree();
    }

    private boolean anyFree() {
        for (int group = 0; group < GROUPS; group++) {
            if ((int) free.get(stackOf(group)) != 0) {
                return true;
            }
        }
        return false;
    }

    private static int ownGroup() {
        return (int) Thread.currentThread().getId() & GROUPS - 1;
    }

    private static int stackOf(int group) {
        return (group + 1) * SPACING;
    }

    /** How many ticks one turn of the ring takes; a power of two. */
    int ring() {
        return heads.length;
    }

    /** Where on the ring the stack of a tick is. */
    int place(int tick) {
        return tick & (heads.length - 1);
    }

    /** How many ticks it takes until the stack at a place is taken, if a tick is the next one. */
    int ahead(int place, int nextTick) {
        return place - nextTick & (heads.length - 1);
    }

    /** Puts a slot onto the stack at a place. */
    void push(int slot, int place) {
        int node = take();
        long[] chunk = chunk(node);
        int head;
        do {
            head = (int) HEADS.getVolatile(heads, place);
            // Published by the compare-and-set of the head.
            NODES.setOpaque(chunk, node & (CHUNK - 1), (long) head << 32 | slot & 0xFFFF_FFFFL);
        } while (!HEADS.compareAndSet(heads, place, head, node));
    }

    /** Takes the stack of a tick: its first node, or 0. */
    int takeStack(int tick) {
        int place = place(tick);
        return (int) HEADS.getVolatile(heads, place) == 0 ? 0 : (int) HEADS.getAndSet(heads, place, 0);
    }

    long node(int node) {
        return (long) NODES.getOpaque(chunk(node), node & (CHUNK - 1));
    }

    static int next(long node) {
        return (int) (node >>> 32);
    }

    static int slot(long node) {
        return (int) node;
    }

    /** A node of the own group if there is one, or of another, or else a fresh one. */
    private int take() {
        int own = ownGroup();
        for (int i = 0; i < GROUPS; i++) {
            int node = takeFree(stackOf(own + i & GROUPS - 1));
            if (node != 0) {
                return node;
            }
        }
        return fresh.getAndIncrement();
    }

    private int takeFree(int stack) {
        while (true) {
            long head = free.get(stack);
            int node = (int) head;
            if (node == 0) {
                return 0;
            }
            long after = (head >>> 32) + 1 << 32 | next(node(node)) & 0xFFFF_FFFFL;
            if (free.compareAndSet(stack, head, after)) {
                return node;
            }
        }
    }

    /** Gives back a node that is on no stack. */
    void give(int node) {
        int stack = stackOf(ownGroup());
        long[] chunk = chunk(node);
        long head;
        do {
            head = free.get(stack);
            NODES.setOpaque(chunk, node & (CHUNK - 1), head << 32);
        } while (!free.compareAndSet(stack, head, (head >>> 32) + 1 << 32 | node));
    }

    private long[] chunk(int node) {
        int index = node >>> CHUNK_SHIFT;
        // Pairs with the compare-and-set below.
        long[] chunk = (long[]) CHUNKS.getAcquire(chunks, index);
        if (chunk != null) {
            return chunk;
        }
        long[] made = new long[CHUNK];
        long[] other = (long[]) CHUNKS.compareAndExchange(chunks, index, null, made);
        return other == null ? made : other;
    }

    /** How many nodes there are, on the wheel or free. */
    int nodes() {
        return fresh.get() - 1;
    }

    long bytes() {
        long bytes = 4L * heads.length + 8L * chunks.length;
        for (long[] chunk : chunks) {
            bytes += chunk == null ? 0 : 8L * CHUNK + 16;
        }
        return bytes;
    }
}
