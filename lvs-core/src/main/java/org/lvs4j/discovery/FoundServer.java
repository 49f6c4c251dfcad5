package org.lvs4j.discovery;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;
import org.lvs4j.net.Endpoint;

/**
 * A server that a {@link ServerSource} has found. Immutable.
 *
 * @param endpoint where it listens
 * @param weight not negative, or null if the source knows none
 */
public record FoundServer(Endpoint endpoint, @Nullable Integer weight) {
    /**
     * Checks the weight.
     *
     * @throws IllegalArgumentException if it is negative
     */
    public FoundServer {
        requireNonNull(endpoint, "endpoint");
        if (weight != null && weight < 0) {
            throw new IllegalArgumentException("weight " + weight + " of " + endpoint + " is negative");
        }
    }

    /** A server without a weight of its own. */
    public static FoundServer of(Endpoint endpoint) {
        return new FoundServer(endpoint, null);
    }

    /**
     * A server with a weight.
     *
     * @throws IllegalArgumentException if it is negative
     */
    public static FoundServer of(Endpoint endpoint, int weight) {
        return new FoundServer(endpoint, weight);
    }
}
