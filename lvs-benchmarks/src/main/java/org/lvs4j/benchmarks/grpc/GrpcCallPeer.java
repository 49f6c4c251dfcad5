package org.lvs4j.benchmarks.grpc;

import java.util.Map;

/** The policies of a channel. */
public enum GrpcCallPeer {
    /** gRPC's own {@code round_robin}, which counts no calls. */
    GRPC("round_robin", Map.of()),
    /** The policy {@code lvs} with {@code rr}. */
    LVS4J_RR("lvs", Map.of("scheduler", "rr")),
    /** The policy {@code lvs} with its default, the less loaded of two servers. */
    LVS4J_TWOS("lvs", Map.of("scheduler", "twos")),
    /** The policy {@code lvs} with {@code wlc}. */
    LVS4J_WLC("lvs", Map.of("scheduler", "wlc")),
    /** The policy {@code lvs} with the measured latencies. */
    LVS4J_PEAK_EWMA("lvs", Map.of("scheduler", "peak-ewma"));

    private final Map<String, ?> config;

    GrpcCallPeer(String policy, Map<String, ?> options) {
        config = Map.of(policy, options);
    }

    /** The entry of {@code loadBalancingConfig}. */
    Map<String, ?> config() {
        return config;
    }
}
