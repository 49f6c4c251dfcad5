package org.lvs4j.internal.connection;

import org.lvs4j.net.AddressFamily;

/**
 * A question to a {@link FlowTable} and its answer: a key, and where its connection was found and how its meta word read
 * there. Belongs to one thread at a time; refilled for each packet, so that asking does not allocate.
 */
final class FlowLookup {
    /** The addresses: for IPv4 both in the first, for IPv6 two words each. */
    long first;

    long second;
    long third;
    long fourth;

    /** Ports and protocol as in {@link FlowRecord}; with the server's id once found. */
    long identity;

    int hash;

    /** What placed it, once found; 0 for nothing. */
    int controller;

    // Where it was found: in the area of which generation, or 0 for nowhere. Not the area itself: a probe lies about
    // for as long
    // as its thread lives, and would keep an area's memory long after that has been replaced.
    int generation;
    int slot;
    long meta;

    /** Asks for an IPv4 key. */
    void fill(long addresses, long newIdentity) {
        first = addresses;
        identity = newIdentity;
    }

    void fill(long newFirst, long newSecond, long newThird, long newFourth, long newIdentity) {
        first = newFirst;
        second = newSecond;
        third = newThird;
        fourth = newFourth;
        identity = newIdentity;
    }

    /** Fills in the key of the same client with a virtual endpoint. */
    void fill(FlowLookup other, AddressFamily family, long virtualHigh, long virtualLow, int virtualPort) {
        long newIdentity = FlowRecord.identity(
                FlowRecord.clientPort(other.identity), virtualPort, FlowRecord.protocol(other.identity));
        if (family == AddressFamily.IPV4) {
            fill(other.first & 0xFFFF_FFFFL << 32 | virtualLow, 0, 0, 0, newIdentity);
        } else {
            fill(other.first, other.second, virtualHigh, virtualLow, newIdentity);
        }
    }

    /** Hashes the key. */
    void hash(boolean wide, long seed, long secondSeed) {
        hash = wide
                ? hash(first, second, third, fourth, identity, seed, secondSeed)
                : hash(first, identity, seed, secondSeed);
    }

    /** Another secret number for {@link #hash}, from the first one. */
    static long second(long seed) {
        return seed * 0xD134_2543_DE82_EF95L + 0x9E37_79B9_7F4A_7C15L;
    }

    /** The hash of an IPv4 key; whoever does not know the seeds cannot make keys that collide. */
    static int hash(long first, long identity, long seed, long secondSeed) {
        return finish(fold(first ^ seed, identity & FlowRecord.KEY_MASK ^ secondSeed), secondSeed);
    }

    /** The hash of an IPv6 key. */
    static int hash(long first, long second, long third, long fourth, long identity, long seed, long secondSeed) {
        long h = fold(first ^ seed, identity & FlowRecord.KEY_MASK ^ secondSeed);
        return finish(fold(h ^ second, fold(third ^ seed, fourth ^ secondSeed)), secondSeed);
    }

    private static int finish(long h, long secondSeed) {
        // Once more, because the line is chosen by the upper bits.
        return (int) ((h ^ secondSeed) * 0xA076_1D64_78BD_642FL >>> 32);
    }

    /** The product of two words, both halves folded into one. */
    private static long fold(long a, long b) {
        return a * b ^ Math.multiplyHigh(a, b);
    }

    void at(FlowGeneration area, int foundSlot, long foundMeta) {
        generation = area.generation;
        slot = foundSlot;
        meta = foundMeta;
    }
}
