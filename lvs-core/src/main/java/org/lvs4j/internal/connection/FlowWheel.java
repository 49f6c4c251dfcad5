package org.lvs4j.internal.connection;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * The timing wheel of one {@link FlowGeneration}, a hashed one [1]: a ring of stacks of slots, one per tick,
 * in flat memory.
 *
 * <p>A node is one word, the next node and a slot. The slot's links word tells whether the node is still valid.
 * Released nodes are reused, so in a steady state nothing is allocated. They wait on several free stacks, one for each
 * group of threads, to avoid contention between threads that insert and expire at the same time. The head of a free
 * stack carries a modification count, so that a stale compare-and-set fails [2].
 *
 * <p>Progress: lock-free. Pushing and releasing are one compare-and-set each; a stack is taken as a whole.
 *
 * <p>[1] G. Varghese, T. Lauck: Hashed and Hierarchical Timing Wheels, 1987. [2] R. K. Treiber: Systems Programming:
 * Coping with Parallelism, 1986.
 */
final class FlowWheel {
    /** The ring of a small generation: 82 seconds, 32 KiB. */
    private static final int SHORT_RING = 1 << 13;
    /**
     * The ring of a large generation: 22 minutes, longer than any default timeout, so that a slot is inspected once.
     */
    private static final int LONG_RING = 1 << FlowRecord.POSITION_BITS;

    private static final int LARGE = 1 << 18;
    private static final int CHUNK_SHIFT = 12;
    private static final int CHUNK = 1 << CHUNK_SHIFT;
    private static final int NODES_PER_SLOT = 3;
    private static final int GROUPS = 8;
    /** Two cache lines, because the processor fetches them in pairs. */
    private static final int SPACING = 16;

    private static final VarHandle HEADS = MethodHandles.arrayElementVarHandle(int[].class);
    private static final VarHandle NODES = MethodHandles.arrayElementVarHandle(long[].class);
    private static final VarHandle CHUNKS = MethodHandles.arrayElementVarHandle(long[][].class);

    private final int[] heads;
    private final long[][] chunks;
    private final AtomicInteger fresh = new AtomicInteger(1);

    // For each group of threads the first free node in the lower half, a modification count in the upper half.
    private final AtomicLongArray free = new AtomicLongArray((GROUPS + 1) * SPACING);

    private final int spareLimit;

    /** A wheel for a number of slots. */
    FlowWheel(int slots) {
        heads = new int[slots < LARGE ? SHORT_RING : LONG_RING];
        spareLimit = (int) Math.min((long) slots * NODES_PER_SLOT + CHUNK, Integer.MAX_VALUE / 2);
        chunks = new long[(spareLimit + slots >>> CHUNK_SHIFT) + 2][];
    }

    /**
     * Whether a slot that has a node may get another one. A slot without a node gets one regardless; the directory of
     * chunks has room for these.
     */
    boolean hasSpareNode() {
        // The first condition is usually true, and its cache line is rarely written.
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

    /** The number of ticks in one turn of the ring; a power of two. */
    int ringSize() {
        return heads.length;
    }

    /** The position on the ring of a tick's stack. */
    int position(int tick) {
        return tick & (heads.length - 1);
    }

    /** The number of ticks from the next one until the stack at a position is taken. */
    int ticksUntil(int position, int nextTick) {
        return position - nextTick & (heads.length - 1);
    }

    /** Pushes a slot onto the stack at a position. */
    void push(int slot, int position) {
        int node = allocate();
        long[] chunk = chunkAcquire(node);
        int head;
        do {
            head = (int) HEADS.getVolatile(heads, position);
            // Published by the compare-and-set of the head, which pairs with takeStack.
            NODES.setOpaque(chunk, node & (CHUNK - 1), (long) head << 32 | slot & 0xFFFF_FFFFL);
        } while (!HEADS.compareAndSet(heads, position, head, node));
    }

    /** Takes the stack of a tick. Returns its first node, or 0. */
    int takeStack(int tick) {
        int position = position(tick);
        // Pairs with the compare-and-set in push: the nodes are seen complete.
        return (int) HEADS.getVolatile(heads, position) == 0 ? 0 : (int) HEADS.getAndSet(heads, position, 0);
    }

    /** The content of a node: {@link #next} and {@link #slot}. */
    long nodeOpaque(int node) {
        return (long) NODES.getOpaque(chunkAcquire(node), node & (CHUNK - 1));
    }

    static int next(long node) {
        return (int) (node >>> 32);
    }

    static int slot(long node) {
        return (int) node;
    }

    /** A free node of the own group, or of another group, or else a fresh one. */
    private int allocate() {
        int own = ownGroup();
        for (int i = 0; i < GROUPS; i++) {
            int node = popFree(stackOf(own + i & GROUPS - 1));
            if (node != 0) {
                return node;
            }
        }
        return fresh.getAndIncrement();
    }

    private int popFree(int stack) {
        while (true) {
            // Volatile: pairs with the compare-and-set in release, so the node's next is seen.
            long head = free.get(stack);
            int node = (int) head;
            if (node == 0) {
                return 0;
            }
            long after = (head >>> 32) + 1 << 32 | next(nodeOpaque(node)) & 0xFFFF_FFFFL;
            if (free.compareAndSet(stack, head, after)) {
                return node;
            }
        }
    }

    /** Frees a node that is on no stack. */
    void release(int node) {
        int stack = stackOf(ownGroup());
        long[] chunk = chunkAcquire(node);
        long head;
        do {
            head = free.get(stack);
            // Published by the compare-and-set, which pairs with popFree.
            NODES.setOpaque(chunk, node & (CHUNK - 1), head << 32);
        } while (!free.compareAndSet(stack, head, (head >>> 32) + 1 << 32 | node));
    }

    private long[] chunkAcquire(int node) {
        int index = node >>> CHUNK_SHIFT;
        // Pairs with the compare-and-exchange below: a chunk is seen zeroed.
        long[] chunk = (long[]) CHUNKS.getAcquire(chunks, index);
        if (chunk != null) {
            return chunk;
        }
        long[] allocated = new long[CHUNK];
        long[] other = (long[]) CHUNKS.compareAndExchange(chunks, index, null, allocated);
        return other == null ? allocated : other;
    }

    /** The number of nodes, on the wheel or free. */
    int nodes() {
        return fresh.get() - 1;
    }

    /** The memory in use, in bytes. */
    long bytes() {
        long bytes = 4L * heads.length + 8L * chunks.length;
        for (int i = 0; i < chunks.length; i++) {
            bytes += CHUNKS.getOpaque(chunks, i) == null ? 0 : 8L * CHUNK + 16;
        }
        return bytes;
    }
}
