package org.lvs4j.benchmarks.hot;

import org.lvs4j.net.AddressFamily;
import org.lvs4j.net.Flow;
import org.lvs4j.net.IpAddress;
import org.lvs4j.net.Protocol;

/**
 * The flows of numbered connections. A number maps to a client address and a port from 32768 on, in pseudo-random order
 * and never twice to the same pair. The flow is computed, so the benchmark itself reads no memory.
 */
final class Keys {
    /** The number of distinct connections. */
    static final long COUNT = 1L << 47;

    /** The virtual endpoint of every connection. */
    static final String VIRTUAL = "10.0.0.1:80";

    private static final long MASK = COUNT - 1;
    private static final int FIRST_PORT = 1 << 15;
    private static final long VIRTUAL_ADDRESS = IpAddress.parse("10.0.0.1").low();
    private static final int VIRTUAL_PORT = 80;

    private Keys() {}

    /** Sets a flow to the connection of a number, 0..{@link #COUNT} - 1, and returns it. */
    static Flow fill(Flow flow, Protocol protocol, long number) {
        long mixed = mix(number);
        return flow.set(
                protocol,
                AddressFamily.IPV4,
                0,
                mixed >>> 15,
                FIRST_PORT | (int) mixed & FIRST_PORT - 1,
                0,
                VIRTUAL_ADDRESS,
                VIRTUAL_PORT);
    }

    /** Bijective on 47 bits, because each step is. */
    private static long mix(long number) {
        long x = number * 0x9E37_79B9_7F4A_7C15L & MASK;
        x ^= x >>> 24;
        x = x * 0xD6E8_FEB8_6659_FD93L & MASK;
        return x ^ x >>> 23;
    }
}
