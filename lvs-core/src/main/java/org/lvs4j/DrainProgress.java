package org.lvs4j;

import static java.util.Objects.requireNonNull;

import java.time.Duration;

/**
 * How far a {@link Drain} has got at one moment. Immutable.
 *
 * @param phase where it is
 * @param active active connections that are left
 * @param inactive inactive connections that are left, closed ones that linger included
 * @param activeAtStart active connections when it began, or was asked for again; those of this process, if a drain was
 *     restored in it
 * @param inactiveAtStart inactive ones at that time
 * @param persistent persistence templates that are left, and so clients that may come back
 * @param oldest the age of the oldest connection that an application holds, such as a relay; zero if there is none.
 *     Connections of the packet plane do not store when they began
 * @param left the time until the deadline; not negative
 * @param ended connections that the drain has ended so far
 */
public record DrainProgress(
        Drain.Phase phase,
        int active,
        int inactive,
        int activeAtStart,
        int inactiveAtStart,
        int persistent,
        Duration oldest,
        Duration left,
        long ended) {
    /** Checks that nothing is missing. */
    public DrainProgress {
        requireNonNull(phase, "phase");
        requireNonNull(oldest, "oldest");
        requireNonNull(left, "left");
    }
}
