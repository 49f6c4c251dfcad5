package org.lvs4j.internal.counters;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.lvs4j.internal.concurrent.Stripes;
import org.lvs4j.stats.Traffic;

/**
 * The five traffic counters of a server, a service or a director.
 *
 * <p>Counters may have parts, as a service has servers: what a part counts shows in them when they are read, so that an
 * event is counted once and not once for each sum that it belongs to.
 *
 * <p>A thread with a stripe of its own ({@link Stripes}) counts in a cell that nobody else writes, by plain additions. All others
 * add atomically. A cell lies in the middle of its array, so that no two share a line wherever the collector puts them.
 *
 * <p>Guarantees: exact when read at rest; a reading taken while others count includes every count that
 * happened before it. Progress: counting in a stripe is wait-free, but for the first time, which makes the cell; otherwise it is
 * lock-free and does not allocate at rest. Reading, including and excluding take a lock, which no counting thread takes.
 */
public final class Counters {
    private static final int CONNECTIONS = 5;
    private static final int IN_PACKETS = 6;
    private static final int OUT_PACKETS = 7;
    private static final int IN_BYTES = 8;
    private static final int OUT_BYTES = 9;
    private static final int CELL_WORDS = 16;
    private static final VarHandle WORD = MethodHandles.arrayElementVarHandle(long[].class);
    private static final VarHandle CELL = MethodHandles.arrayElementVarHandle(long[][].class);

    private final LongAdder connections = new LongAdder();
    private final LongAdder inPackets = new LongAdder();
    private final LongAdder outPackets = new LongAdder();
    private final LongAdder inBytes = new LongAdder();
    private final LongAdder outBytes = new LongAdder();

    // One for each stripe that has counted here.
    private final long[] @Nullable [] cells = new long[Stripes.COUNT][];

    /** Each part with what it had counted before it became one. Guarded by this object's lock, as is the next. */
    private final Map<Counters, Traffic> parts = new IdentityHashMap<>(0);

    /** What excluded parts have counted. */
    private Traffic kept = Traffic.NONE;

    /** All zero. */
    public Counters() {}

    /**
     * Counts a connection.
     *
     * @param stripe the caller's own, or {@link Stripes#SHARED}
     */
    public void connection(int stripe) {
        if (stripe == Stripes.SHARED) {
            connections.increment();
        } else {
            add(cell(stripe), CONNECTIONS, 1);
        }
    }

    /**
     * Counts packets from a client.
     *
     * @param stripe as for {@link #connection}
     */
    public void in(int stripe, long packets, long bytes) {
        if (stripe == Stripes.SHARED) {
            inPackets.add(packets);
            inBytes.add(bytes);
        } else {
            long[] cell = cell(stripe);
            add(cell, IN_PACKETS, packets);
            add(cell, IN_BYTES, bytes);
        }
    }

    /**
     * Counts packets to a client.
     *
     * @param stripe as for {@link #connection}
     */
    public void out(int stripe, long packets, long bytes) {
        if (stripe == Stripes.SHARED) {
            outPackets.add(packets);
            outBytes.add(bytes);
        } else {
            long[] cell = cell(stripe);
            add(cell, OUT_PACKETS, packets);
            add(cell, OUT_BYTES, bytes);
        }
    }

    private static void add(long[] cell, int index, long count) {
        // Plain, which is one instruction: nobody else writes. Whoever reads sees it after what orders memory next, as
        // every
        // new packet does.
        cell[index] += count;
    }

    private long[] cell(int stripe) {
        long[] cell = cells[stripe];
        return cell != null ? cell : makeCell(stripe);
    }

    private long[] makeCell(int stripe) {
        long[] cell = new long[CELL_WORDS];
        // Release: pairs with the acquire in sum, so that a reader sees it zeroed.
        CELL.setRelease(cells, stripe, cell);
        return cell;
    }

    private long sum(LongAdder shared, int index) {
        long sum = shared.sum();
        for (int stripe = 0; stripe < Stripes.COUNT; stripe++) {
            long[] cell = (long[]) CELL.getAcquire(cells, stripe);
            sum += cell == null ? 0 : (long) WORD.getOpaque(cell, index);
        }
        return sum;
    }

    /** From now on, what the part counts shows here, too. Nothing changes if it is a part already. */
    public synchronized void include(Counters part) {
        if (!parts.containsKey(part)) {
            parts.put(part, part.read());
        }
    }

    /** What the part has counted since it was included stays; it must not count any more. Nothing changes if it is no part. */
    public synchronized void exclude(Counters part) {
        Traffic before = parts.remove(part);
        if (before != null) {
            kept = kept.plus(part.read().minus(before));
        }
    }

    /** The present values. */
    public synchronized Traffic read() {
        Traffic sum = kept.plus(new Traffic(
                sum(connections, CONNECTIONS),
                sum(inPackets, IN_PACKETS),
                sum(outPackets, OUT_PACKETS),
                sum(inBytes, IN_BYTES),
                sum(outBytes, OUT_BYTES)));
        for (Map.Entry<Counters, Traffic> part : parts.entrySet()) {
            sum = sum.plus(part.getKey().read().minus(part.getValue()));
        }
        return sum;
    }
}
