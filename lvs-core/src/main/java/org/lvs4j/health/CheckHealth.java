package org.lvs4j.health;

import static java.util.Objects.requireNonNull;

/**
 * The state of a check at one moment. Immutable.
 *
 * @param check its configuration
 * @param up whether it is up
 * @param sinceNanos when that was decided
 * @param probed whether it has had a result
 * @param probing whether a probe is under way
 * @param failures how many probes of this round have failed
 * @param reason of the last result; empty before the first one
 * @param nextProbeNanos when the next probe starts; {@link Long#MAX_VALUE} while one is under way and for a
 *     {@link FileCheck}
 */
public record CheckHealth(
        Check check,
        boolean up,
        long sinceNanos,
        boolean probed,
        boolean probing,
        int failures,
        String reason,
        long nextProbeNanos) {
    public CheckHealth {
        requireNonNull(check, "check");
        requireNonNull(reason, "reason");
    }
}
