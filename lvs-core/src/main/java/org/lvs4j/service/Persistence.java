package org.lvs4j.service;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.lvs4j.net.AddressFamily;

/**
 * The persistence of a service: how clients are identified, and for how long they are kept on their real server
 * ({@code ipvsadm -p}, {@code -M}, {@code --pe}). Immutable.
 *
 * <p>The ranges depend on the address family of the service, so {@link VirtualService.Builder#build} checks them.
 *
 * @param timeoutSeconds lifetime of a persistence template in seconds, 1..{@value #MAX_TIMEOUT_SECONDS}; each new
 *     connection of the client restarts it
 * @param mask the part of the client's address that counts: for IPv4 a netmask as a 32-bit number, which need not be a
 *     prefix, and 0 for all clients alike; for IPv6 a prefix length, 1..128
 * @param engine the name of a persistence engine such as {@code sip}, or null to identify clients by
 *     their address alone
 */
public record Persistence(
        int timeoutSeconds, int mask, @Nullable String engine) {
    /** The timeout of {@code ipvsadm -p} without a value, in seconds. */
    public static final int DEFAULT_TIMEOUT_SECONDS = 360;

    /** The longest timeout in seconds: 31 days. */
    public static final int MAX_TIMEOUT_SECONDS = 31 * 24 * 60 * 60;

    /** The IPv4 mask 255.255.255.255: each client address has a separate template. */
    public static final int FULL_MASK_V4 = -1;

    /** The IPv6 prefix length 128: each client address has a separate template. */
    public static final int FULL_MASK_V6 = 128;

    /**
     * Persistence by whole client addresses, without an engine.
     *
     * @param family the address family of the service
     * @param timeoutSeconds lifetime of a template in seconds, 1..{@value #MAX_TIMEOUT_SECONDS}
     */
    public static Persistence of(AddressFamily family, int timeoutSeconds) {
        return new Persistence(timeoutSeconds, fullMask(family), null);
    }

    /** The mask under which every bit of a client's address counts: {@link #FULL_MASK_V4} or {@link #FULL_MASK_V6}. */
    public static int fullMask(AddressFamily family) {
        return requireNonNull(family, "family") == AddressFamily.IPV4 ? FULL_MASK_V4 : FULL_MASK_V6;
    }

    List<String> problems(AddressFamily family) {
        List<String> problems = new ArrayList<>();
        if (timeoutSeconds < 1 || timeoutSeconds > MAX_TIMEOUT_SECONDS) {
            problems.add("persistence timeout " + timeoutSeconds + " s is outside 1.." + MAX_TIMEOUT_SECONDS);
        }
        if (family == AddressFamily.IPV6 && (mask < 1 || mask > 128)) {
            problems.add("persistence prefix length " + mask + " is outside 1..128");
        }
        return problems;
    }
}
