package org.lvs4j.service;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.lvs4j.net.Endpoint;

/**
 * One real server of a service as it is configured. Immutable.
 *
 * <pre>{@code
 * RealServer server = RealServer.builder("192.168.1.1:8080").weight(3).build();
 * }</pre>
 *
 * @param endpoint its address; port 0 keeps the port that the client asked for
 * @param weight its share, 0..2147483647; zero means no new connections, existing ones continue
 * @param forwarding how packets reach it
 * @param upperThreshold no new connections from this many on (active and inactive); 0 for no limit
 * @param lowerThreshold new connections again below this many; 0 for three quarters of the upper one
 */
public record RealServer(Endpoint endpoint, int weight, Forwarding forwarding, int upperThreshold, int lowerThreshold) {

    /**
     * Checks the numbers.
     *
     * @throws IllegalArgumentException naming every problem found
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
     * The server at an endpoint such as {@code 192.168.1.1:8080}, of weight 1.
     *
     * @throws IllegalArgumentException if the text is not an endpoint
     */
    public static RealServer of(String endpoint) {
        return builder(endpoint).build();
    }

    /**
     * A builder for the server at an endpoint such as {@code 192.168.1.1:8080}.
     *
     * @throws IllegalArgumentException if the text is not an endpoint
     */
    public static Builder builder(String endpoint) {
        return builder(Endpoint.parse(endpoint));
    }

    /** A builder for the server at an endpoint. */
    public static Builder builder(Endpoint endpoint) {
        return new Builder(endpoint);
    }

    /** The same server with another weight. */
    public RealServer withWeight(int newWeight) {
        return new RealServer(endpoint, newWeight, forwarding, upperThreshold, lowerThreshold);
    }

    /** The endpoint and the weight, for messages. */
    @Override
    public String toString() {
        return endpoint + " weight " + weight;
    }

    /** Collects the parts of a real server; not thread-safe. Weight 1, masquerading and no thresholds by default. */
    public static final class Builder {
        private final Endpoint endpoint;
        private int weight = 1;
        private @Nullable Forwarding forwarding;
        private int upperThreshold;
        private int lowerThreshold;

        private Builder(Endpoint endpoint) {
            this.endpoint = requireNonNull(endpoint, "endpoint");
        }

        /** Its share of new connections, 0..2147483647. */
        public Builder weight(int value) {
            weight = value;
            return this;
        }

        /** How packets reach it. */
        public Builder forwarding(Forwarding value) {
            forwarding = requireNonNull(value, "value");
            return this;
        }

        /** No new connections from this many on; 0 for no limit. */
        public Builder upperThreshold(int connections) {
            upperThreshold = connections;
            return this;
        }

        /** New connections again below this many; 0 for three quarters of the upper threshold. */
        public Builder lowerThreshold(int connections) {
            lowerThreshold = connections;
            return this;
        }

        /**
         * Checks everything at once.
         *
         * @throws IllegalArgumentException naming every problem found
         */
        public RealServer build() {
            return new RealServer(
                    endpoint,
                    weight,
                    forwarding == null ? Forwarding.masquerade() : forwarding,
                    upperThreshold,
                    lowerThreshold);
        }
    }
}
