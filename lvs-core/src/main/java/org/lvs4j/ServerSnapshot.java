package org.lvs4j;

import static java.util.Objects.requireNonNull;

import org.lvs4j.service.RealServer;
import org.lvs4j.stats.Rates;
import org.lvs4j.stats.Traffic;

/**
 * One real server at one moment. Immutable.
 *
 * @param server its configuration
 * @param active active connections
 * @param inactive inactive connections
 * @param persistent persistence templates
 * @param overloaded whether its upper threshold keeps new connections away
 * @param traffic its traffic since the counters were last reset
 * @param rates averages over the last seconds
 */
public record ServerSnapshot(
        RealServer server, int active, int inactive, int persistent, boolean overloaded, Traffic traffic, Rates rates) {
    /** Checks that nothing is missing. */
    public ServerSnapshot {
        requireNonNull(server, "server");
        requireNonNull(traffic, "traffic");
        requireNonNull(rates, "rates");
    }
}
