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
 * <p>Counters may have parts, as a service has servers. Reading the sum adds the counts of its parts, so an event is
 * counted once, not once for each sum that it belongs to.
 *
 * <p>A thread with a stripe ({@link Stripes}) counts in a cell that no other thread writes, by plain additions. All
 * other threads add atomically to {@link LongAdder}s. A cell is in the middle of its array, so that no two cells share
 * a cache line wherever the collector puts them.
 *
 * <p>Assumptions: the caller of a counting method holds the stripe that it passes. Guarantees: a reading is exact if no
 * thread counts meanwhile, and includes every count that happened before it. Progress: counting in a stripe is
 * wait-free, and allocates the cell the first time; without a stripe it is lock-free. {@link #read}, {@link #include}
 * and {@link #exclude} take a lock, which no counting thread takes.
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

    // One for each stripe in which a thread has counted.
    private final long[] @Nullable [] cells = new long[Stripes.COUNT][];

    /** Each part with its counts from before it was included. Guarded by this object's lock, as is the next field. */
    private final Map<Counters, Traffic> parts = new IdentityHashMap<>(0);

    /** The counts of excluded parts while they were included. */
    private Traffic excluded = Traffic.NONE;

    /** All zero. */
    public Counters() {}

    /**
     * Counts a connection.
     *
     * @param stripe the calling thread's stripe, or {@link Stripes#SHARED}
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
        // Plain, which is one instruction: no other thread writes the cell, and a 64-bit JVM writes a long as a whole.
        // Pairs with the opaque read in addTo: a reader sees the count once another access of the writer orders memory,
        // as the compare-and-set of its next packet does.
        cell[index] += count;
    }

    private long[] cell(int stripe) {
        // Plain: only the holder of the stripe writes the element, and a former holder's writes happen before the
        // collector finds it unreachable and Stripes leases the stripe again.
        long[] cell = cells[stripe];
        return cell != null ? cell : allocateCell(stripe);
    }

    private long[] allocateCell(int stripe) {
        long[] cell = new long[CELL_WORDS];
        // Release: pairs with the acquire in addTo, which sees the cell zeroed.
        CELL.setRelease(cells, stripe, cell);
        return cell;
    }

    /** Adds the counts of a part from now on. No effect if it is included already. */
    public synchronized void include(Counters part) {
        if (!parts.containsKey(part)) {
            parts.put(part, part.read());
        }
    }

    /** Stops adding the counts of a part; those since it was included remain. No effect if it is not included. */
    public synchronized void exclude(Counters part) {
        Traffic before = parts.remove(part);
        if (before != null) {
            excluded = excluded.plus(part.read().minus(before));
        }
    }

    /** The present values. */
    public Traffic read() {
        long[] sums = new long[OUT_BYTES - CONNECTIONS + 1];
        addTo(sums);
        return new Traffic(sums[0], sums[1], sums[2], sums[3], sums[4]);
    }

    /** Adds the five counts to sums in the order of the words of a cell, in one pass over the stripes. */
    private synchronized void addTo(long[] sums) {
        add(sums, excluded, 1);
        sums[0] += connections.sum();
        sums[1] += inPackets.sum();
        sums[2] += outPackets.sum();
        sums[3] += inBytes.sum();
        sums[4] += outBytes.sum();
        for (int stripe = 0; stripe < Stripes.COUNT; stripe++) {
            // Acquire: pairs with the release in allocateCell.
            long[] cell = (long[]) CELL.getAcquire(cells, stripe);
            for (int i = 0; cell != null && i < sums.length; i++) {
                sums[i] += (long) WORD.getOpaque(cell, CONNECTIONS + i);
            }
        }
        for (Map.Entry<Counters, Traffic> part : parts.entrySet()) {
            part.getKey().addTo(sums);
            add(sums, part.getValue(), -1);
        }
    }

    private static void add(long[] sums, Traffic traffic, int sign) {
        sums[0] += sign * traffic.connections();
        sums[1] += sign * traffic.inPackets();
        sums[2] += sign * traffic.outPackets();
        sums[3] += sign * traffic.inBytes();
        sums[4] += sign * traffic.outBytes();
    }
}
