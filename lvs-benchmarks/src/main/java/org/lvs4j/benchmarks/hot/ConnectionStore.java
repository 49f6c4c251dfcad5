package org.lvs4j.benchmarks.hot;

import org.lvs4j.net.Flow;
import org.lvs4j.net.Protocol;

/**
 * Keeps connections with the means of one peer. Flows are read during a call and never kept. Thread-safe, unless
 * {@link StorePeer#concurrentWriters} is false.
 */
public interface ConnectionStore {
    /**
     * Handles a packet of an established connection; returns the number of its server, or -1 if there is
     * no such connection.
     */
    int follow(Flow flow);

    /**
     * Places a new connection on a server and establishes it.
     *
     * @throws IllegalStateException if the connection is refused or exists
     */
    void place(Flow flow);

    /** Ends a connection, or starts its expiry. */
    void end(Flow flow);

    /** The number of connections; exact while no other thread changes it. */
    long live();

    /**
     * Handles one packet of each connection while the clock advances by {@link Clock#SETTLING_NANOS}, so that a table
     * that has grown finishes its migration.
     */
    default void settle(Clock time, int connections) {
        Flow flow = new Flow();
        for (int i = 0; i < connections; i++) {
            time.advance(Clock.SETTLING_NANOS / connections);
            follow(Keys.fill(flow, Protocol.TCP, i));
        }
    }
}
