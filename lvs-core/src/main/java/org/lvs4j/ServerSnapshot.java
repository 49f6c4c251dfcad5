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
 * @param draining whether it is {@linkplain Director#drain drained}
 * @param traffic its traffic since the counters were last reset
 * @param rates averages over the last seconds
 */
public record ServerSnapshot(
        RealServer server,
        int active,
        int inactive,
        int persistent,
        boolean overloaded,
        boolean draining,
        Traffic traffic,
        Rates rates) {
    /** Checks that nothing is missing. */
    public ServerSnapshot {
        requireNonNull(server, "server");
        requireNonNull(traffic, "traffic");
        requireNonNull(rates, "rates");
    }

    /** The weight as listings show it: that of the configuration, or zero while the server is drained. */
    public int weight() {
        return draining ? 0 : server.weight();
    }
}
