package org.lvs4j.service;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The forwarding method of a real server: how the packet plane gets packets to it. Immutable. The socket plane relays
 * bytes regardless of the method.
 *
 * @param method the method
 * @param tunnel the encapsulation; null unless the method is {@link Method#TUNNEL}
 */
public record Forwarding(Method method, @Nullable Tunnel tunnel) {
    private static final Forwarding MASQUERADE = new Forwarding(Method.MASQUERADE, null);
    private static final Forwarding DIRECT = new Forwarding(Method.DIRECT, null);
    private static final Forwarding IPIP =
            new Forwarding(Method.TUNNEL, new Tunnel(Encapsulation.IPIP, 0, Checksum.NONE));

    /**
     * Checks the combination.
     *
     * @throws IllegalArgumentException if the method is a tunnel and none is given, or is not and one is given
     */
    public Forwarding {
        requireNonNull(method, "method");
        if ((method == Method.TUNNEL) != (tunnel != null)) {
            throw new IllegalArgumentException("a tunnel is described if and only if the method is TUNNEL");
        }
    }

    /** Masquerading: network address translation, {@code ipvsadm -m}. Replies must pass the director. */
    public static Forwarding masquerade() {
        return MASQUERADE;
    }

    /** Direct routing, {@code ipvsadm -g}. */
    public static Forwarding direct() {
        return DIRECT;
    }

    /** An IP-in-IP tunnel, {@code ipvsadm -i}. */
    public static Forwarding ipip() {
        return IPIP;
    }

    /** A tunnel of any kind, {@code ipvsadm -i --tun-type}. */
    public static Forwarding tunnel(Tunnel tunnel) {
        return new Forwarding(Method.TUNNEL, requireNonNull(tunnel, "tunnel"));
    }

    /** The three forwarding methods of IPVS. */
    public enum Method {
        /** Translates the destination of requests and the source of replies. */
        MASQUERADE,
        /** Encapsulates the packet. The server answers the client directly. */
        TUNNEL,
        /** Sends the packet unchanged to the server's link-layer address. The server answers the client directly. */
        DIRECT
    }

    /** The kinds of tunnel. */
    public enum Encapsulation {
        /** IP in IP: RFC 2003, and RFC 2473 for IPv6. */
        IPIP,
        /** Generic UDP encapsulation, version 0 of the format in Linux. */
        GUE,
        /** Generic routing encapsulation, RFC 2784. */
        GRE
    }

    /** The checksum in the outer header of a GUE or GRE tunnel. */
    public enum Checksum {
        /** None. */
        NONE,
        /** Computed over the whole packet. */
        FULL,
        /** Remote checksum offload, GUE only: the receiver computes the inner checksum. */
        REMOTE
    }

    /**
     * The encapsulation of a tunnel. Immutable.
     *
     * @param encapsulation the kind
     * @param port the UDP destination port of a GUE tunnel, 1..65535; 0 for the other kinds
     * @param checksum the checksum in the outer header
     */
    public record Tunnel(Encapsulation encapsulation, int port, Checksum checksum) {
        /**
         * Checks the combination.
         *
         * @throws IllegalArgumentException naming every value that does not go with the kind of tunnel
         */
        public Tunnel {
            requireNonNull(encapsulation, "encapsulation");
            requireNonNull(checksum, "checksum");
            List<String> problems = new ArrayList<>();
            boolean gue = encapsulation == Encapsulation.GUE;
            if (gue && (port < 1 || port > 65_535)) {
                problems.add("a GUE tunnel needs a port within 1..65535, not " + port);
            }
            if (!gue && port != 0) {
                problems.add("only a GUE tunnel has a port, not " + encapsulation);
            }
            if (encapsulation == Encapsulation.IPIP && checksum != Checksum.NONE) {
                problems.add("an IPIP tunnel has no checksum");
            }
            if (encapsulation == Encapsulation.GRE && checksum == Checksum.REMOTE) {
                problems.add("remote checksum offload is for GUE tunnels only");
            }
            if (!problems.isEmpty()) {
                throw new IllegalArgumentException(String.join("; ", problems));
            }
        }
    }
}
