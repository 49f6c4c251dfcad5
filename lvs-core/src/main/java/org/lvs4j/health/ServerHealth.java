package org.lvs4j.health;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * The health of a real server at one moment. Immutable.
 *
 * @param server its configuration
 * @param up whether all of its checks are up and clients' connections have not taken it out
 * @param sinceNanos when that was decided
 * @param weight its effective weight: the configured one and what its checks add
 * @param inTable whether it is in the director's table, perhaps with weight 0
 * @param ejectedUntilNanos until when failed connections of clients keep it out; meaningful while {@code ejected}
 * @param ejected whether failed connections of clients keep it out
 * @param checks its checks in their configured order
 */
public record ServerHealth(
        MonitoredServer server,
        boolean up,
        long sinceNanos,
        int weight,
        boolean inTable,
        boolean ejected,
        long ejectedUntilNanos,
        List<CheckHealth> checks) {
    public ServerHealth {
        requireNonNull(server, "server");
        checks = List.copyOf(requireNonNull(checks, "checks"));
    }
}
