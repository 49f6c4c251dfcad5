package org.lvs4j.netty;

import org.lvs4j.net.Endpoint;
import org.lvs4j.service.ServiceKey;

/**
 * Learns from the connections of clients which servers fail: a passive health check.
 *
 * <p>The calls come from the relay's event loops, several at a time, for the first event of each connection only. An
 * implementation is thread-safe and returns at once: it must not wait, and must not change the director on this thread.
 * An exception that it throws is logged.
 */
public interface ServerListener {
    /**
     * A server has failed a client: no connection to it could be opened within the timeout, it has reset one before it
     * sent its first byte, or it takes no datagrams. A lack of descriptors, ports or memory of this host is no failure
     * of the server.
     */
    void failed(ServiceKey service, Endpoint server);

    /** A server has sent the first byte of a connection, or the first datagram of a flow. */
    void answered(ServiceKey service, Endpoint server);
}
