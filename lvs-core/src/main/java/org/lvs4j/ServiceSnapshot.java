package org.lvs4j;

import static java.util.Objects.requireNonNull;

import java.util.List;
import org.lvs4j.service.VirtualService;
import org.lvs4j.stats.Rates;
import org.lvs4j.stats.Traffic;

/**
 * One virtual service at one moment. Immutable.
 *
 * @param service its configuration
 * @param servers its real servers in scheduling order, the newest first; unmodifiable
 * @param traffic its traffic since the counters were last reset
 * @param rates averages over the last seconds
 */
public record ServiceSnapshot(VirtualService service, List<ServerSnapshot> servers, Traffic traffic, Rates rates) {
    /** Takes a copy of the list. */
    public ServiceSnapshot {
        requireNonNull(service, "service");
        servers = List.copyOf(requireNonNull(servers, "servers"));
        requireNonNull(traffic, "traffic");
        requireNonNull(rates, "rates");
    }
}
