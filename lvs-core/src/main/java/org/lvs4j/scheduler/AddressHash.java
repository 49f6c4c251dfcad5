package org.lvs4j.scheduler;

import org.lvs4j.net.Endpoint;
import org.lvs4j.net.Flow;

/**
 * The address hashes of IPVS. Addresses are folded to 32 bits: an IPv6 address is the exclusive or of its
 * four 32-bit words.
 */
final class AddressHash {
    private static final int GOLDEN_RATIO = 0x61C8_8647;

    private AddressHash() {}

    /** Folds an address. An IPv4 address remains as it is. */
    static int fold(long high, long low) {
        long words = high ^ low;
        return (int) (words >>> 32) ^ (int) words;
    }

    /** The folded source address, plus the source port if requested, modulo 2^32. */
    static int source(Flow flow, boolean withPort) {
        int address = fold(flow.sourceHigh(), flow.sourceLow());
        return withPort ? address + flow.sourcePort() : address;
    }

    /** The folded destination address. */
    static int destination(Flow flow) {
        return fold(flow.destinationHigh(), flow.destinationLow());
    }

    /** The folded address of a server plus its port, modulo 2^32. */
    static int server(Endpoint endpoint) {
        return fold(endpoint.address().high(), endpoint.address().low()) + endpoint.port();
    }

    /** Multiplicative hashing into {@code 2^bits} buckets, as {@code hash_32} of Linux does. */
    static int bucket(int value, int bits) {
        return value * GOLDEN_RATIO >>> Integer.SIZE - bits;
    }
}
