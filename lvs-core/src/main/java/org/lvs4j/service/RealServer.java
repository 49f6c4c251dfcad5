package org.lvs4j.service;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.List;
import org.lvs4j.net.Endpoint;

/**
 * The configuration of one real server of a service. Immutable.
 *
 * <pre>{@code
 * RealServer server = RealServer.builder("192.168.1.1:8080").weight(3).build();
 * }</pre>
 *
 * @param endpoint its unicast address and port; port 0 keeps the destination port of the client's packets
 * @param weight its share of new connections, 0..2147483647; 0 quiesces it: no new connections, existing ones continue
 * @param forwarding how packets reach it
 * @param upperThreshold the number of connections, active and inactive, at which it becomes overloaded and gets no new
 *     ones; 0 for no limit
 * @param lowerThreshold the number of connections below which an overloaded server gets new ones again, at most the
 *     upper threshold; 0 for three quarters of that
 */
public record RealServer(Endpoint endpoint, int weight, Forwarding forwarding, int upperThreshold, int lowerThreshold) {

    /**
     * Checks all values at once.
     *
     * @throws IllegalArgumentException naming every value that is out of range
     */
    public RealServer {
        requireNonNull(endpoint, "endpoint");
        requireNonNull(forwarding, "forwarding");
        List<String> problems = new ArrayList<>();
        if (endpoint.address().isUnspecified() || endpoint.address().isMulticast()) {
            problems.add("the address of a real server must be a unicast address");
        }
        if (weight < 0) {
            problems.add("weight " + weight + " is negative");
        }
        if (upperThreshold < 0 || lowerThreshold < 0) {
            problems.add("thresholds must not be negative");
        }
        if (lowerThreshold > upperThreshold) {
            problems.add("lower threshold " + lowerThreshold + " is above the upper one, " + upperThreshold);
        }
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException("real server " + endpoint + ": " + String.join("; ", problems));
        }
    }

    /**
     * A masqueraded server of weight 1 without thresholds.
     *
     * @param endpoint its address and port, such as {@code 192.168.1.1:8080}
     * @throws IllegalArgumentException if the text is not an endpoint, see {@link Endpoint#parse}, or not a unicast one
     */
    public static RealServer of(String endpoint) {
        return builder(endpoint).build();
    }

    /**
     * A masqueraded server of weight 1 without thresholds.
     *
     * @throws IllegalArgumentException if the address is not a unicast one
     */
    public static RealServer of(Endpoint endpoint) {
        return builder(endpoint).build();
    }

    /**
     * A builder for a server.
     *
     * @param endpoint its address and port, such as {@code 192.168.1.1:8080}
     * @throws IllegalArgumentException if the text is not an endpoint, see {@link Endpoint#parse}
     */
    public static Builder builder(String endpoint) {
        return builder(Endpoint.parse(requireNonNull(endpoint, "endpoint")));
    }

    /** A builder for the server at an endpoint. */
    public static Builder builder(Endpoint endpoint) {
        return new Builder(requireNonNull(endpoint, "endpoint"));
    }

    /** A builder with the values of this server. */
    public Builder toBuilder() {
        return new Builder(endpoint)
                .weight(weight)
                .forwarding(forwarding)
                .upperThreshold(upperThreshold)
                .lowerThreshold(lowerThreshold);
    }

    /**
     * The same server with another weight.
     *
     * @throws IllegalArgumentException if the weight is negative
     */
    public RealServer withWeight(int newWeight) {
        return new RealServer(endpoint, newWeight, forwarding, upperThreshold, lowerThreshold);
    }

    /** The endpoint and the weight, for messages. */
    @Override
    public String toString() {
        return endpoint + " weight " + weight;
    }

    /** Builds a real server. By default it is masqueraded, has weight 1 and no thresholds. Not thread-safe. */
    public static final class Builder {
        private final Endpoint endpoint;
        private int weight = 1;
        private Forwarding forwarding = Forwarding.masquerade();
        private int upperThreshold;
        private int lowerThreshold;

        private Builder(Endpoint endpoint) {
            this.endpoint = endpoint;
        }

        /** Its share of new connections, 0..2147483647; 0 quiesces it. 1 by default. */
        public Builder weight(int weight) {
            this.weight = weight;
            return this;
        }

        /** How packets reach it. {@link Forwarding#masquerade()} by default. */
        public Builder forwarding(Forwarding forwarding) {
            this.forwarding = requireNonNull(forwarding, "forwarding");
            return this;
        }

        /**
         * The number of connections at which it becomes overloaded and gets no new ones; 0, the default, for no limit.
         */
        public Builder upperThreshold(int connections) {
            upperThreshold = connections;
            return this;
        }

        /**
         * The number of connections below which an overloaded server gets new ones again, at most the upper threshold;
         * 0, the default, for three quarters of that.
         */
        public Builder lowerThreshold(int connections) {
            lowerThreshold = connections;
            return this;
        }

        /**
         * Checks all values at once and builds the server.
         *
         * @throws IllegalArgumentException naming every value that is out of range
         */
        public RealServer build() {
            return new RealServer(endpoint, weight, forwarding, upperThreshold, lowerThreshold);
        }
    }
}
