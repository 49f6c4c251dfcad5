package org.lvs4j;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;

/**
 * Why a new connection would go where it would go at one moment: what the scheduler of the service looks at. Immutable.
 *
 * @param service the service responsible
 * @param scheduler the name of its scheduler
 * @param candidates its servers in scheduling order, the newest first; unmodifiable
 * @param chosen the index of the candidate that would be picked, or -1 if none would
 */
public record Explanation(ServiceKey service, String scheduler, List<Candidate> candidates, int chosen) {
    /** Takes a copy of the list. */
    public Explanation {
        candidates = List.copyOf(candidates);
    }

    /** The server that would be picked, or null if none would. */
    public @Nullable RealServer server() {
        return chosen < 0 ? null : candidates.get(chosen).server();
    }

    /**
     * One server as the scheduler sees it.
     *
     * @param server its configuration
     * @param weight its effective weight, below the configured one while it is started slowly
     * @param active live active connections
     * @param inactive live inactive connections
     * @param overloaded whether its upper threshold keeps new connections away
     * @param cost the figure by which the scheduler compares servers, infinite or NaN where it does not apply
     */
    public record Candidate(RealServer server, int weight, int active, int inactive, boolean overloaded, double cost) {}
}
