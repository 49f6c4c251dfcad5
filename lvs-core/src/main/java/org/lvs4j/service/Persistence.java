package org.lvs4j.service;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.lvs4j.net.AddressFamily;

/**
 * How long and for whom a service keeps clients on their server. Immutable.
 *
 * @param timeoutSeconds lifetime of a template, 1..{@value #MAX_TIMEOUT_SECONDS}
 * @param mask how much of the client's address counts: for IPv4 the netmask as a 32-bit number (it need not be a
 *     prefix), for IPv6 the prefix length 1..128
 * @param engine name of a persistence engine such as {@code sip}, or null for plain addresses
 */
public record Persistence(
        int timeoutSeconds, int mask, @Nullable String engine) {
    /** Timeout of {@code ipvsadm -p} without a value, in seconds. */
    public static final int DEFAULT_TIMEOUT_SECONDS = 360;

    /** The longest timeout: 31 days. */
    public static final int MAX_TIMEOUT_SECONDS = 31 * 24 * 60 * 60;

    /** Each IPv4 client address by itself. */
    public static final int FULL_MASK_V4 = -1;

    /** Each IPv6 client address by itself. */
    public static final int FULL_MASK_V6 = 128;

    /**
     * Persistence by whole client addresses.
     *
     * @param timeoutSeconds lifetime of a template, 1..{@value #MAX_TIMEOUT_SECONDS}
     */
    public static Persistence of(AddressFamily family, int timeoutSeconds) {
        return new Persistence(timeoutSeconds, fullMask(family), null);
    }

    /** The mask under which every bit of an address counts. */
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
        if (family == AddressFamily.IPV4 && mask == 0) {
            problems.add("persistence netmask 0.0.0.0 is not a netmask");
        }
        return problems;
    }
}
