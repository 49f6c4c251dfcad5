package org.lvs4j.benchmarks;

import org.lvs4j.net.Flow;

/** Opens and closes connections with the means of one peer. Thread-safe. */
interface Balancer {
    /**
     * Places a connection on a server, registers it, and closes it.
     *
     * @return the weight of the server
     * @throws IllegalStateException if the connection is refused
     */
    int openAndClose(Flow flow);

    /** The number of connections that the servers count now. */
    long liveConnections();
}
