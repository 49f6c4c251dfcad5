package org.lvs4j.health;

import static java.util.Objects.requireNonNull;

import org.lvs4j.service.RealServer;

/**
 * The server that gets the clients of a service that has lost its quorum. Immutable.
 *
 * @param server its address and forwarding; its weight is 1 while it is in use. Port 0 stands for that of the service
 * @param inhibit whether it stays in the table with weight 0 while it is not in use ({@code sorry_server_inhibit})
 */
public record SorryServer(RealServer server, boolean inhibit) {
    public SorryServer {
        requireNonNull(server, "server");
    }
}
