package org.lvs4j.health;

import org.jspecify.annotations.Nullable;

/**
 * The weight that must be up for a service to be in order. Immutable.
 *
 * <p>It is gained when the sum of weights of the servers that are up reaches {@code weight + hysteresis}, and lost when
 * that sum falls below {@code weight - hysteresis} or to zero.
 *
 * @param weight at least 1
 * @param hysteresis at least 0 and below the weight
 * @param up the program that is run when the quorum is gained; null for none
 * @param down the program that is run when it is lost; null for none
 */
public record Quorum(
        int weight,
        int hysteresis,
        @Nullable Script up,
        @Nullable Script down) {
    /** A weight of 1 without hysteresis and programs. */
    public static final Quorum DEFAULT = new Quorum(1, 0, null, null);

    /**
     * Checks the numbers.
     *
     * @throws IllegalArgumentException if the weight is below 1, or the hysteresis negative or not below the weight
     */
    public Quorum {
        if (weight < 1 || hysteresis < 0 || hysteresis >= weight) {
            throw new IllegalArgumentException(
                    "quorum " + weight + " with hysteresis " + hysteresis + "; expected 0 <= hysteresis < quorum");
        }
    }
}
