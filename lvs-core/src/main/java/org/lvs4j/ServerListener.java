package org.lvs4j;

import org.jspecify.annotations.Nullable;
import org.lvs4j.net.Endpoint;
import org.lvs4j.service.ServiceKey;

/**
 * Learns from the connections of clients which servers fail: a passive health check.
 *
 * <p>The calls come from the threads that hold the connections, several at a time, such as the event loops of a relay, for
 * the first event of each kind of a connection only. An implementation is thread-safe and returns at once: it must not
 * wait, and must not change the director on this thread. The holder of the connection sees an exception that it throws.
 *
 * @see Director#addServerListener
 */
public interface ServerListener {
    /**
     * A server has failed a client: no connection to it could be opened within the timeout, it has reset one before it
     * sent its first byte, it takes no datagrams, or the application says so ({@link Connection#failed}). A lack of
     * descriptors, ports or memory of this host is no failure of the server.
     *
     * @param cause the error that the client's side has seen, or null if there is none
     */
    void failed(ServiceKey service, Endpoint server, @Nullable Throwable cause);

    /** A server has sent the first byte of a connection, or the first datagram of a flow, or has answered a call. */
    void answered(ServiceKey service, Endpoint server);
}
