package org.lvs4j.benchmarks;

import org.lvs4j.net.Flow;

/**
 * Chooses servers with the means of one peer, and counts a connection on the chosen server until it
 * is released. Thread-safe.
 */
interface LoadedPicker {
    /**
     * Chooses a server and counts a connection on it.
     *
     * @param ticket the caller's number for the connection; no other open connection has it
     * @return the index of the server in {@link ServerFixture#servers()}
     */
    int take(Flow flow, int ticket);

    /** Stops counting a connection. */
    void release(int index, int ticket);
}
