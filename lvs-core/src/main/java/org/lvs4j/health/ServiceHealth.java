package org.lvs4j.health;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * The health of a monitored service at one moment. Immutable. Times are those of the clock that drives the engine.
 *
 * @param name its name, as in a line of the FIFO
 * @param service its configuration
 * @param up whether it has its quorum
 * @param sinceNanos when that was decided
 * @param weight the sum of weights of the servers that are up
 * @param sorryServerInUse whether the sorry server gets its clients
 * @param servers its servers in their configured order
 */
public record ServiceHealth(
        String name,
        MonitoredService service,
        boolean up,
        long sinceNanos,
        long weight,
        boolean sorryServerInUse,
        List<ServerHealth> servers) {
    public ServiceHealth {
        requireNonNull(name, "name");
        requireNonNull(service, "service");
        servers = List.copyOf(requireNonNull(servers, "servers"));
    }
}
