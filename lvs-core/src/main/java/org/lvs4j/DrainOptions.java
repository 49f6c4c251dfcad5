package org.lvs4j;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * How long a {@linkplain Director#drain drain} waits, and how it ends the connections that are left then. Immutable.
 *
 * @param deadline the time after which no connection is left, 0 to 365 days
 * @param pacing the last part of that time, over which the connections that are left end evenly instead of all at
 *     once, 0 to the deadline; 0 ends them all at the deadline
 */
public record DrainOptions(Duration deadline, Duration pacing) {
    /** The longest deadline. */
    public static final Duration LONGEST = Duration.ofDays(365);

    private static final int DEFAULT_PART = 10;

    /**
     * Checks everything at once.
     *
     * @throws IllegalArgumentException naming every value that is out of range
     */
    public DrainOptions {
        requireNonNull(deadline, "deadline");
        requireNonNull(pacing, "pacing");
        List<String> problems = new ArrayList<>();
        if (deadline.isNegative() || deadline.compareTo(LONGEST) > 0) {
            problems.add("deadline " + deadline + " is outside PT0S.." + LONGEST);
        }
        if (pacing.isNegative() || pacing.compareTo(deadline) > 0) {
            problems.add("pacing " + pacing + " is outside PT0S.." + deadline + ", the deadline");
        }
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException("drain: " + String.join("; ", problems));
        }
    }

    /**
     * A deadline, with its last tenth as the pacing.
     *
     * @throws IllegalArgumentException if it is out of range
     */
    public static DrainOptions within(Duration deadline) {
        return new DrainOptions(deadline, requireNonNull(deadline, "deadline").dividedBy(DEFAULT_PART));
    }

    /**
     * The same deadline with another pacing.
     *
     * @throws IllegalArgumentException if it is out of range
     */
    public DrainOptions withPacing(Duration newPacing) {
        return new DrainOptions(deadline, requireNonNull(newPacing, "newPacing"));
    }
}
