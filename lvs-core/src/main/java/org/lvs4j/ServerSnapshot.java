package org.lvs4j;

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
 * @param overloaded whether it gets no new connections because of its upper threshold
 * @param traffic what has passed since the last zeroing
 * @param rates averages over the last seconds
 */
public record ServerSnapshot(
        RealServer server,
        int active,
        int inactive,
        int persistent,
        boolean overloaded,
        Traffic traffic,
        Rates rates) {}
