package org.lvs4j.scheduler;

import org.lvs4j.net.Endpoint;
import org.lvs4j.net.Flow;

/** How IPVS turns addresses into table places. Addresses are folded to 32 bits: IPv6 by exclusive or of its four words. */
final class AddressHash {
    private static final int GOLDEN_RATIO = 0x61C8_8647;

    private AddressHash() {}

    /** A folded address: that of an IPv4 address is the address itself. */
    static int fold(long high, long low) {
        long words = high ^ low;
        return (int) (words >>> 32) ^ (int) words;
    }

    /** The folded client address, plus the client's port if wanted; wraps around. */
    static int client(Flow flow, boolean withPort) {
        int address = fold(flow.sourceHigh(), flow.sourceLow());
        return withPort ? address + flow.sourcePort() : address;
    }

    /** The folded address that the client asked for. */
    static int virtual(Flow flow) {
        return fold(flow.destinationHigh(), flow.destinationLow());
    }

    /** The folded address of a server, plus its port. */
    static int server(Endpoint endpoint) {
        return fold(endpoint.address().high(), endpoint.address().low()) + endpoint.port();
    }

    /** Multiplicative hashing into {@code 2^bits} buckets. */
    static int bucket(int value, int bits) {
        return value * GOLDEN_RATIO >>> Integer.SIZE - bits;
    }
}
