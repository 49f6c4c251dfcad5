package org.lvs4j.internal.connection;

import org.lvs4j.net.AddressFamily;

/**
 * The key and the result of a search in a {@link FlowTable}: the slot of the connection and its meta word as it was
 * read. Belongs to one thread at a time and is refilled for each packet, so that a search allocates nothing.
 */
final class FlowLookup {
    /** The addresses: for IPv4 both in the first word, for IPv6 two words each. */
    long first;

    long second;
    long third;
    long fourth;

    /** Ports and protocol as in {@link FlowRecord}; of a connection found, also the server's id. */
    long identity;

    int hash;

    /** The id of the template of the connection found; 0 for none. */
    int templateId;

    // The number of the generation, or 0 if nothing was found. Not a reference: a lookup lives as long as its thread,
    // and would keep the memory of a generation that has been replaced.
    int generationNumber;
    int slot;
    long meta;

    /** Sets an IPv4 key. */
    void fill(long addresses, long newIdentity) {
        first = addresses;
        identity = newIdentity;
    }

    /** Sets an IPv6 key. */
    void fill(long newFirst, long newSecond, long newThird, long newFourth, long newIdentity) {
        first = newFirst;
        second = newSecond;
        third = newThird;
        fourth = newFourth;
        identity = newIdentity;
    }

    /** Sets the key of another lookup's client and a virtual endpoint. */
    void fill(FlowLookup other, AddressFamily family, long virtualHigh, long virtualLow, int virtualPort) {
        long newIdentity = FlowRecord.identity(
                FlowRecord.clientPort(other.identity), virtualPort, FlowRecord.protocol(other.identity));
        if (family == AddressFamily.IPV4) {
            fill(other.first & 0xFFFF_FFFFL << 32 | virtualLow, 0, 0, 0, newIdentity);
        } else {
            fill(other.first, other.second, virtualHigh, virtualLow, newIdentity);
        }
    }

    void hash(boolean ipv6, long seed, long secondSeed) {
        hash = ipv6
                ? hash(first, second, third, fourth, identity, seed, secondSeed)
                : hash(first, identity, seed, secondSeed);
    }

    /** The second seed of {@link #hash}, derived from the first. */
    static long secondSeed(long seed) {
        return seed * 0xD134_2543_DE82_EF95L + 0x9E37_79B9_7F4A_7C15L;
    }

    /**
     * The hash of an IPv4 key, by folded products as in wyhash (Wang Yi, 2019). Without the seeds an attacker cannot
     * predict collisions; it is not a cryptographic hash.
     */
    static int hash(long first, long identity, long seed, long secondSeed) {
        return finish(fold(first ^ seed, identity & FlowRecord.KEY_MASK ^ secondSeed), secondSeed);
    }

    /** The hash of an IPv6 key, as that of an IPv4 key. */
    static int hash(long first, long second, long third, long fourth, long identity, long seed, long secondSeed) {
        long h = fold(first ^ seed, identity & FlowRecord.KEY_MASK ^ secondSeed);
        return finish(fold(h ^ second, fold(third ^ seed, fourth ^ secondSeed)), secondSeed);
    }

    private static int finish(long h, long secondSeed) {
        // One more product, because the upper bits select the bucket.
        return (int) ((h ^ secondSeed) * 0xA076_1D64_78BD_642FL >>> 32);
    }

    /** The exclusive or of both halves of a 128-bit product. */
    private static long fold(long a, long b) {
        return a * b ^ Math.multiplyHigh(a, b);
    }

    void foundAt(FlowGeneration generation, int foundSlot, long foundMeta) {
        generationNumber = generation.number;
        slot = foundSlot;
        meta = foundMeta;
    }
}
