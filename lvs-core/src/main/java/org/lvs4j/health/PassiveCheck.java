package org.lvs4j.health;

import static java.util.Objects.requireNonNull;

import java.time.Duration;

/**
 * Ours, not of keepalived: failed connections of clients take a server out of service for a time, beside its checks.
 * Immutable. The time doubles with each ejection up to the longest one, and halves for each such time in which the
 * server stays in service.
 *
 * @param failures how many connections in a row must fail; at least 1
 * @param ejection how long the first ejection lasts, at least a millisecond
 * @param longest how long an ejection lasts at most, at least {@code ejection}
 * @param maxPercent how much of the pool may be ejected at once, 0..100, rounded down to whole servers; one server may
 *     always be ejected if the pool has two or more that are up
 */
public record PassiveCheck(int failures, Duration ejection, Duration longest, int maxPercent) {
    private static final Duration SHORTEST = Duration.ofMillis(1);

    /** Five failures, 30 seconds to five minutes, at most half of the pool. */
    public static final PassiveCheck DEFAULT = new PassiveCheck(5, Duration.ofSeconds(30), Duration.ofMinutes(5), 50);

    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException if one is out of range
     */
    public PassiveCheck {
        requireNonNull(ejection, "ejection");
        requireNonNull(longest, "longest");
        if (failures < 1) {
            throw new IllegalArgumentException("failures " + failures + " is below 1");
        }
        if (ejection.compareTo(SHORTEST) < 0
                || longest.compareTo(ejection) < 0
                || longest.compareTo(CheckSchedule.LONGEST) > 0) {
            throw new IllegalArgumentException("ejections of " + ejection + " to " + longest
                    + " are crossed or outside " + SHORTEST + ".." + CheckSchedule.LONGEST);
        }
        if (maxPercent < 0 || maxPercent > 100) {
            throw new IllegalArgumentException("maxPercent " + maxPercent + " is outside 0..100");
        }
    }
}
