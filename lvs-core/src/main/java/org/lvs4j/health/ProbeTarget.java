package org.lvs4j.health;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.IpAddress;

/**
 * The address that a check asks, and how it is reached. Immutable.
 *
 * @param endpoint the address and port; port 0 only for a ping
 * @param source the own address of the probe ({@code bindto}); null for the system's choice
 * @param sourcePort the own port ({@code bind_port}), 0..65535; 0 for the system's choice
 * @param device the network interface to which the socket is bound ({@code bind_if}); null for none
 * @param mark the firewall mark of its packets ({@code fwmark}); 0 for none
 * @param timeout how long each step may take: the connection, the TLS handshake, and each wait for data
 *     ({@code connect_timeout}); not negative
 */
public record ProbeTarget(
        Endpoint endpoint,
        @Nullable IpAddress source,
        int sourcePort,
        @Nullable String device,
        int mark,
        Duration timeout) {
    /** The time of a step if none is given: five seconds. */
    public static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(5);

    /** The longest time of a step: 4294.967295 seconds, as in keepalived. */
    public static final Duration LONGEST_TIMEOUT = Duration.ofNanos(4_294_967_295_000L);

    /**
     * Checks all values.
     *
     * @throws IllegalArgumentException if the port or the timeout is out of range, or the families of the two
     *     addresses differ
     */
    public ProbeTarget {
        requireNonNull(endpoint, "endpoint");
        requireNonNull(timeout, "timeout");
        if (sourcePort < 0 || sourcePort > Endpoint.MAX_PORT) {
            throw new IllegalArgumentException("port " + sourcePort + " is outside 0.." + Endpoint.MAX_PORT);
        }
        if (timeout.isNegative() || timeout.compareTo(LONGEST_TIMEOUT) > 0) {
            throw new IllegalArgumentException("timeout " + timeout + " is outside 0.." + LONGEST_TIMEOUT);
        }
        if (source != null && source.family() != endpoint.address().family()) {
            throw new IllegalArgumentException(source + " and " + endpoint + " are of different address families");
        }
    }

    /** The target at an endpoint, with the default timeout and the system's choice of everything else. */
    public static ProbeTarget of(Endpoint endpoint) {
        return new ProbeTarget(endpoint, null, 0, null, 0, DEFAULT_TIMEOUT);
    }

    /**
     * The same target with another timeout of a step.
     *
     * @throws IllegalArgumentException if it is negative or longer than {@link #LONGEST_TIMEOUT}
     */
    public ProbeTarget withTimeout(Duration newTimeout) {
        return new ProbeTarget(endpoint, source, sourcePort, device, mark, requireNonNull(newTimeout, "newTimeout"));
    }
}
