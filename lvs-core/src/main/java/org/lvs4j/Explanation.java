package org.lvs4j;

import static java.util.Objects.requireNonNull;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;

/**
 * Explains a scheduling decision: what the scheduler of a service compares at one moment, and which server it
 * would pick. Immutable.
 *
 * @param service the service responsible
 * @param scheduler the name of its scheduler
 * @param candidates its servers in scheduling order, the newest first; unmodifiable
 * @param chosen the index of the candidate that would be picked, or -1 for none
 */
public record Explanation(ServiceKey service, String scheduler, List<Candidate> candidates, int chosen) {
    /**
     * Takes a copy of the list.
     *
     * @throws IllegalArgumentException if {@code chosen} is neither -1 nor the index of a candidate
     */
    public Explanation {
        requireNonNull(service, "service");
        requireNonNull(scheduler, "scheduler");
        candidates = List.copyOf(requireNonNull(candidates, "candidates"));
        if (chosen < -1 || chosen >= candidates.size()) {
            throw new IllegalArgumentException("chosen = " + chosen + " is outside -1.." + (candidates.size() - 1));
        }
    }

    /** The server that would be picked, or null for none. */
    public @Nullable RealServer server() {
        return chosen < 0 ? null : candidates.get(chosen).server();
    }

    /**
     * One server as the scheduler sees it.
     *
     * @param server its configuration
     * @param weight its effective weight, below the configured one during slow start
     * @param active active connections
     * @param inactive inactive connections
     * @param overloaded whether its upper threshold keeps new connections away
     * @param cost the figure by which the scheduler compares servers, lower being better; infinite for a server that it
     *     does not consider, NaN if it does not compare figures
     */
    public record Candidate(RealServer server, int weight, int active, int inactive, boolean overloaded, double cost) {
        /** Checks that nothing is missing. */
        public Candidate {
            requireNonNull(server, "server");
        }
    }
}
