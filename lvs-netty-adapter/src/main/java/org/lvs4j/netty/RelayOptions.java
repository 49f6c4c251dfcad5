package org.lvs4j.netty;

import java.util.List;

/**
 * How a relay was asked to behave. Immutable.
 *
 * @param idleNanos how long a TCP connection may be idle; 0 for ever, negative for what the director says
 * @param receiveBytes the largest read of a TCP socket
 */
record RelayOptions(
        Transport transport,
        int threads,
        int acceptors,
        int connectTimeoutMillis,
        int retries,
        long idleNanos,
        int maxConnections,
        int bufferBytes,
        int receiveBytes,
        int udpFlows,
        List<ListenAddress> listen) {}
