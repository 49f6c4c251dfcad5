package org.lvs4j.benchmarks.hot;

import org.lvs4j.net.Flow;
import org.lvs4j.net.Protocol;

/**
 * Keeps connections in the way of one peer. Flows are the caller's and are not kept. Thread-safe, unless its
 * {@linkplain StorePeer peer} says otherwise.
 */
public interface ConnectionStore {
    /** A packet of an established connection: the number of its server, or -1 if the connection is not known. */
    int follow(Flow flow);

    /**
     * Places a new connection, which must not be known yet, and establishes it.
     *
     * @throws IllegalStateException if it is refused
     */
    void place(Flow flow);

    /** Ends a connection, or does what leads to its end. */
    void end(Flow flow);

    /** How many connections there are; exact at rest. */
    long live();

    /**
     * Lets a packet of each of the first connections pass, and some minutes of the store's time: a table that has grown last
     * moves what it has little by little, and is to have done with it.
     */
    default void settle(Clock time, int connections) {
        Flow flow = new Flow();
        for (int i = 0; i < connections; i++) {
            time.advance(Clock.SETTLING_NANOS / connections);
            follow(Keys.fill(flow, Protocol.TCP, i));
        }
    }
}
