package org.lvs4j.benchmarks.hot;

import org.lvs4j.net.AddressFamily;
import org.lvs4j.net.Flow;
import org.lvs4j.net.IpAddress;
import org.lvs4j.net.Protocol;

/**
 * The flow of the connection of a number: any client address and a port from 32768 on, in no recognisable order, and never
 * the same for two numbers. It is computed, so that the benchmark itself touches no memory.
 */
final class Keys {
    /** How many numbers there are. */
    static final long COUNT = 1L << 47;

    /** The virtual endpoint of every connection. */
    static final String VIRTUAL = "10.0.0.1:80";

    private static final long MASK = COUNT - 1;
    private static final int FIRST_PORT = 1 << 15;
    private static final long VIRTUAL_ADDRESS = IpAddress.parse("10.0.0.1").low();
    private static final int VIRTUAL_PORT = 80;

    private Keys() {}

    /** Fills a flow with the connection of a number, 0..{@link #COUNT} - 1. Returns the flow. */
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

    /** Each step can be undone, so that no two numbers mix to the same. */
    private static long mix(long number) {
        long x = number * 0x9E37_79B9_7F4A_7C15L & MASK;
        x ^= x >>> 24;
        x = x * 0xD6E8_FEB8_6659_FD93L & MASK;
        return x ^ x >>> 23;
    }
}
