package org.lvs4j;

import static java.util.Objects.requireNonNull;

import org.lvs4j.net.Endpoint;
import org.lvs4j.service.ServiceKey;

/**
 * A connection that its holder has forgotten to {@linkplain Connection#close() close}: it was collected as garbage while its
 * server counted it. The director has released it. Immutable.
 *
 * @param service the key of its service
 * @param server the endpoint of its server
 * @param opened where it was opened: only the stack trace means something
 */
public record ConnectionLeak(ServiceKey service, Endpoint server, Throwable opened) {
    /** Refuses nulls. */
    public ConnectionLeak {
        requireNonNull(service, "service");
        requireNonNull(server, "server");
        requireNonNull(opened, "opened");
    }

    /** For logs: what has leaked. The stack trace of {@link #opened()} says where. */
    @Override
    public String toString() {
        return "a connection of " + service + " to " + server + " was never closed";
    }
}
