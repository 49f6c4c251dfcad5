package org.lvs4j.benchmarks;

import org.lvs4j.net.Flow;

/** Chooses servers for connections that last a while, in the way of one peer: each changes the load until it ends. Thread-safe. */
interface LoadedPicker {
    /**
     * Chooses a server and counts a connection on it.
     *
     * @param ticket the caller's number for the connection, not in use by another one
     * @return the index of the server in {@link ServerFixture#servers()}
     */
    int take(Flow flow, int ticket);

    /** Counts the connection no more. */
    void release(int index, int ticket);
}
