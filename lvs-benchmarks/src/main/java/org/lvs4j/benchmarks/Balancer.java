package org.lvs4j.benchmarks;

import org.lvs4j.net.Flow;

/** Places connections and releases them again, in the way of one peer. Thread-safe. */
interface Balancer {
    /**
     * Places a connection on a server, makes it known, and ends it.
     *
     * @return a number that names the server
     * @throws IllegalStateException if no server took it
     */
    int openAndClose(Flow flow);

    /** Connections that are counted on servers now. */
    long liveConnections();
}
