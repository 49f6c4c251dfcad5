package org.lvs4j.service;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/**
 * How packets reach a real server. Immutable. The socket plane always relays; the packet plane does as said here.
 *
 * @param method the method
 * @param tunnel how to encapsulate; null unless the method is {@link Method#TUNNEL}
 */
public record Forwarding(Method method, @Nullable Tunnel tunnel) {
    private static final Forwarding MASQUERADE = new Forwarding(Method.MASQUERADE, null);
    private static final Forwarding DIRECT = new Forwarding(Method.DIRECT, null);
    private static final Forwarding IPIP =
            new Forwarding(Method.TUNNEL, new Tunnel(Encapsulation.IPIP, 0, Checksum.NONE));

    /** Checks that a tunnel is described if and only if the method is a tunnel. */
    public Forwarding {
        requireNonNull(method, "method");
        if ((method == Method.TUNNEL) != (tunnel != null)) {
            throw new IllegalArgumentException("a tunnel is described if and only if the method is TUNNEL");
        }
    }

    /** Network address translation ({@code -m}). */
    public static Forwarding masquerade() {
        return MASQUERADE;
    }

    /** Direct routing ({@code -g}). */
    public static Forwarding direct() {
        return DIRECT;
    }

    /** An IP-in-IP tunnel ({@code -i}). */
    public static Forwarding ipip() {
        return IPIP;
    }

    /** A tunnel of any kind. */
    public static Forwarding tunnel(Tunnel tunnel) {
        return new Forwarding(Method.TUNNEL, requireNonNull(tunnel, "tunnel"));
    }

    /** The three methods. */
    public enum Method {
        /** Rewrite addresses both ways. */
        MASQUERADE,
        /** Encapsulate; the server answers the client itself. */
        TUNNEL,
        /** Hand over unchanged on the local network; the server answers the client itself. */
        DIRECT
    }

    /** The kinds of tunnel. */
    public enum Encapsulation {
        /** IP in IP. */
        IPIP,
        /** Generic UDP encapsulation. */
        GUE,
        /** Generic routing encapsulation. */
        GRE
    }

    /** What is done about the checksum of a GUE or GRE tunnel. */
    public enum Checksum {
        /** No checksum in the outer header. */
        NONE,
        /** A checksum in the outer header. */
        FULL,
        /** Remote checksum offload (GUE only). */
        REMOTE
    }

    /**
     * A tunnel.
     *
     * @param encapsulation the kind
     * @param port destination port of a GUE tunnel, 1..65535; 0 for the others
     * @param checksum what is done about the outer checksum
     */
    public record Tunnel(Encapsulation encapsulation, int port, Checksum checksum) {
        /**
         * Checks the combination.
         *
         * @throws IllegalArgumentException if the port or the checksum does not go with the kind of tunnel
         */
        public Tunnel {
            requireNonNull(encapsulation, "encapsulation");
            requireNonNull(checksum, "checksum");
            boolean gue = encapsulation == Encapsulation.GUE;
            if (gue && (port < 1 || port > 65_535)) {
                throw new IllegalArgumentException("a GUE tunnel needs a port within 1..65535, not " + port);
            }
            if (!gue && port != 0) {
                throw new IllegalArgumentException("only a GUE tunnel has a port, not " + encapsulation);
            }
            if (encapsulation == Encapsulation.IPIP && checksum != Checksum.NONE) {
                throw new IllegalArgumentException("an IPIP tunnel has no checksum");
            }
            if (encapsulation == Encapsulation.GRE && checksum == Checksum.REMOTE) {
                throw new IllegalArgumentException("remote checksum offload is for GUE tunnels only");
            }
        }
    }
}
