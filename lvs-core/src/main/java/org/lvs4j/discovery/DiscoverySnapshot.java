package org.lvs4j.discovery;

import static java.util.Objects.requireNonNull;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.lvs4j.service.RealServer;

/**
 * A {@link Discovery} at one moment. Immutable.
 *
 * @param servers as they were applied last, or are being applied; empty before that
 * @param answers how often the source has told which servers there are
 * @param changes how many of these answers have changed something
 * @param emptyAnswers how many answers without a server were ignored
 * @param left how many servers of the last answer were left out at the ceiling
 * @param failures how often the source has failed, or the servers were refused
 * @param lastFailure the last failure, or null if there was none or the last answer was taken
 */
public record DiscoverySnapshot(
        List<RealServer> servers,
        long answers,
        long changes,
        long emptyAnswers,
        int left,
        long failures,
        @Nullable Throwable lastFailure) {
    /** Copies the list. */
    public DiscoverySnapshot {
        servers = List.copyOf(requireNonNull(servers, "servers"));
    }
}
