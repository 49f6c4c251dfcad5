package org.lvs4j.health;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/**
 * Asks a gRPC server for the health of a service by the gRPC health checking protocol: one call of {@code
 * grpc.health.v1.Health/Check}, on an HTTP/2 connection of its own. Passes if the server answers {@code SERVING}. Ours: no
 * configuration file has it. The monitor needs {@code io.netty:netty-codec-http2} for it, which is an optional dependency
 * of the adapter. Immutable.
 *
 * @param target the address that is asked
 * @param schedule when it is asked
 * @param service the name of the service, at most {@value #MAX_SERVICE_LENGTH} characters; empty for the server as a whole
 * @param tls whether the connection is encrypted, with {@code h2} chosen by ALPN; the certificate is not verified. Without
 *     it the connection starts with HTTP/2 at once
 * @param authority the value of {@code :authority}, such as {@code api.example.com}, and with TLS the name of the server in
 *     the handshake; null for the address and port of the target, and no name
 */
public record GrpcCheck(
        ProbeTarget target,
        CheckSchedule schedule,
        String service,
        boolean tls,
        @Nullable String authority) implements NetworkCheck {
    /** The longest name of a service, in characters. */
    public static final int MAX_SERVICE_LENGTH = 1024;

    /**
     * Checks all values.
     *
     * @throws IllegalArgumentException if the name of the service is too long, or the authority is not 1..255 visible
     *     characters of ASCII
     */
    public GrpcCheck {
        requireNonNull(target, "target");
        requireNonNull(schedule, "schedule");
        if (requireNonNull(service, "service").length() > MAX_SERVICE_LENGTH) {
            throw new IllegalArgumentException(
                    "the name of a service is longer than " + MAX_SERVICE_LENGTH + " characters");
        }
        if (authority != null && !authority.matches("[!-~]{1,255}")) {
            throw new IllegalArgumentException("the authority '" + authority + "' is not 1..255 visible characters");
        }
    }

    /** A check without TLS, with the address and port as authority. */
    public static GrpcCheck of(ProbeTarget target, CheckSchedule schedule, String service) {
        return new GrpcCheck(target, schedule, service, false, null);
    }

    @Override
    public String kind() {
        return "GRPC_CHECK";
    }
}
