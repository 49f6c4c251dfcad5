package org.lvs4j.stats;

import java.util.concurrent.atomic.LongAdder;

/**
 * The five traffic counters of a server, a service or a director.
 *
 * <p>Guarantees: exact when read at rest; a reading taken while others count includes every count that
 * happened before it. Progress: counting and reading are lock-free; neither allocates at rest.
 */
public final class Counters {
    private final LongAdder connections = new LongAdder();
    private final LongAdder inPackets = new LongAdder();
    private final LongAdder outPackets = new LongAdder();
    private final LongAdder inBytes = new LongAdder();
    private final LongAdder outBytes = new LongAdder();

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

    /** The present values. */
    public Traffic read() {
        return new Traffic(
                connections.sum(), inPackets.sum(), outPackets.sum(), inBytes.sum(), outBytes.sum());
    }
}
