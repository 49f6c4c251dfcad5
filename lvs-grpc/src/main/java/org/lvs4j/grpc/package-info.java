/**
 * The load balancing policy {@code lvs} for channels of grpc-java: each call is a connection of a director, placed by any of
 * its schedulers.
 *
 * <pre>{@code
 * ManagedChannel channel = ManagedChannelBuilder.forTarget("dns:///orders.example.com:443")
 *         .defaultServiceConfig(Map.of("loadBalancingConfig", List.of(Map.of("lvs", Map.of("scheduler", "wlc")))))
 *         .build();
 * }</pre>
 */
@NullMarked
package org.lvs4j.grpc;

import org.jspecify.annotations.NullMarked;
