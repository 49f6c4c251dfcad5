package org.lvs4j.scheduler;

import java.util.Comparator;
import java.util.stream.IntStream;
import org.lvs4j.net.Endpoint;

/**
 * The lookup table of Maglev hashing: each server in turn takes the next free slot of a permutation of its own, until
 * all slots are taken. Immutable.
 *
 * <p>Eisenbud and others, "Maglev: A Fast and Reliable Software Network Load Balancer", NSDI 2016. Hashes and keys
 * are those of IPVS.
 */
final class MaglevTable {
    private static final long OFFSET_KEY = 2_654_435_761L;
    private static final long SKIP_KEY = 2_654_446_892L;
    private static final int WEIGHT_BITS = 6;

    private final short[] slots;

    /** {@code 2^64 / size}, rounded up: what {@link #slot} multiplies by instead of dividing. */
    private final long reciprocal;

    private MaglevTable(MaglevFilling filling) {
        slots = filling.slots();
        reciprocal = Long.divideUnsigned(-1, slots.length) + 1;
    }

    /**
     * The table of IPVS: turns in the order of the list, as many slots per turn as the scaled weight.
     *
     * @param endpoints the servers in the order of the list, at most 32,767
     * @param weights their weights; a server of weight zero takes no slot
     * @param size the number of slots, a prime below 2^20
     */
    static MaglevTable of(Endpoint[] endpoints, int[] weights, int size) {
        MaglevFilling filling = new MaglevFilling(endpoints, size, OFFSET_KEY, SKIP_KEY);
        int[] turns = turns(weights);
        while (anyPositive(turns) && filling.free() > 0) {
            for (int i = 0; i < turns.length; i++) {
                for (int turn = turns[i]; turn > 0 && filling.free() > 0; turn--) {
                    filling.take(i);
                }
            }
        }
        return new MaglevTable(filling);
    }

    /**
     * A table that depends on nothing but the endpoints and weights: turns in the order of the endpoints, one slot per
     * turn, and turns left out so that each server's share is that of its weight.
     *
     * @param endpoints as for {@link #of}; as many as there are slots at most
     */
    static MaglevTable byEndpoint(Endpoint[] endpoints, int[] weights, int size) {
        MaglevFilling filling = new MaglevFilling(endpoints, size, OFFSET_KEY, SKIP_KEY);
        int[] order = IntStream.range(0, endpoints.length)
                .filter(i -> weights[i] > 0)
                .boxed()
                .sorted(Comparator.comparing(i -> endpoints[i]))
                .mapToInt(Integer::intValue)
                .toArray();
        long max = IntStream.of(weights).max().orElse(0);
        long[] taken = new long[endpoints.length];
        for (long round = 1; order.length > 0 && filling.free() > 0; round++) {
            for (int i : order) {
                if (taken[i] * max < round * weights[i] && filling.free() > 0) {
                    filling.take(i);
                    taken[i]++;
                }
            }
        }
        return new MaglevTable(filling);
    }

    /** How many slots each server takes at a time: its weight without the common divisor, scaled down to 6 bits. */
    static int[] turns(int[] weights) {
        int gcd = 0;
        int max = 0;
        for (int weight : weights) {
            gcd = WeightedRoundRobin.gcd(weight, gcd);
            max = Math.max(max, weight);
        }
        int[] turns = new int[weights.length];
        if (gcd > 0) {
            int shift = Math.max(Integer.SIZE - Integer.numberOfLeadingZeros(max / gcd) - WEIGHT_BITS, 0);
            for (int i = 0; i < weights.length; i++) {
                turns[i] = weights[i] == 0 ? 0 : Math.max(weights[i] / gcd >> shift, 1);
            }
        }
        return turns;
    }

    private static boolean anyPositive(int[] turns) {
        for (int turn : turns) {
            if (turn > 0) {
                return true;
            }
        }
        return false;
    }

    int size() {
        return slots.length;
    }

    /** The place of the server that holds a slot, or -1 if no server has a weight. */
    int at(int slot) {
        return slots[slot];
    }

    /** The slot of a folded client address; the offset makes other slots of the same client. */
    int slot(int client, int offset) {
        return remainder(SipHash.of(OFFSET_KEY, client + offset), slots.length, reciprocal);
    }

    /**
     * The remainder of an unsigned hash, without a division: Lemire, Kaser and Kurz, "Faster remainder by direct
     * computation", 2019. Exact for every hash and every size up to 2^31.
     */
    static int remainder(int hash, int size, long reciprocal) {
        long fraction = reciprocal * (hash & 0xFFFF_FFFFL);
        // The upper half of an unsigned product, of which the signed one lacks the size where the fraction's top bit is
        // set.
        return (int) (Math.multiplyHigh(fraction, size) + (fraction >> 63 & size));
    }
}
