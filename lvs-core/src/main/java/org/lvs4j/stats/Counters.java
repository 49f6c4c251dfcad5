package org.lvs4j.stats;

import java.util.IdentityHashMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/**
 * The five traffic counters of a server, a service or a director.
 *
 * <p>Counters may have parts, as a service has servers: what a part counts shows in them when they are read, so that an
 * event is counted once and not once for each sum that it belongs to.
 *
 * <p>Guarantees: exact when read at rest; a reading taken while others count includes every count that
 * happened before it. Progress: counting is lock-free and does not allocate at rest; reading, including and excluding
 * take a lock, which no counting thread takes.
 */
public final class Counters {
    private final LongAdder connections = new LongAdder();
    private final LongAdder inPackets = new LongAdder();
    private final LongAdder outPackets = new LongAdder();
    private final LongAdder inBytes = new LongAdder();
    private final LongAdder outBytes = new LongAdder();

    /** Each part with what it had counted before it became one. Guarded by this object's lock, as is the next. */
    private final Map<Counters, Traffic> parts = new IdentityHashMap<>(0);

    /** What excluded parts have counted. */
    private Traffic kept = Traffic.NONE;

    /** All zero. */
    public Counters() {}

    /** Counts a connection. */
    public void connection() {
        connections.increment();
    }

    /** Counts packets from a client. */
    public void in(long packets, long bytes) {
        inPackets.add(packets);
        inBytes.add(bytes);
    }

    /** Counts packets to a client. */
    public void out(long packets, long bytes) {
        outPackets.add(packets);
        outBytes.add(bytes);
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
                connections.sum(), inPackets.sum(), outPackets.sum(), inBytes.sum(), outBytes.sum()));
        for (Map.Entry<Counters, Traffic> part : parts.entrySet()) {
            sum = sum.plus(part.getKey().read().minus(part.getValue()));
        }
        return sum;
    }
}
