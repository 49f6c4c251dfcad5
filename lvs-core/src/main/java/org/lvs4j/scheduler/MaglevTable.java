package org.lvs4j.scheduler;

import java.util.Comparator;
import java.util.stream.IntStream;
import org.lvs4j.net.Endpoint;

/**
 * The lookup table of Maglev hashing. Each server has a permutation of the slots; the servers in turn take the next
 * free slot of their permutations, until no slot is free. Immutable.
 *
 * <p>D. Eisenbud and others, "Maglev: A Fast and Reliable Software Network Load Balancer", NSDI 2016. Hashes and keys
 * are those of IPVS ({@code ip_vs_mh.c}).
 */
final class MaglevTable {
    private static final long OFFSET_KEY = 2_654_435_761L;
    private static final long SKIP_KEY = 2_654_446_892L;
    private static final int WEIGHT_BITS = 6;

    private final short[] slots;

    /** {@code 2^64 / size}, rounded up: the multiplier that replaces a division in {@link #slot}. */
    private final long reciprocal;

    private MaglevTable(MaglevFilling filling) {
        slots = filling.slots();
        reciprocal = Long.divideUnsigned(-1, slots.length) + 1;
    }

    /**
     * The table of IPVS: the servers take turns in the order of the list, and as many slots per turn as
     * their scaled weight.
     *
     * @param endpoints the servers in the order of the list, at most 32,767
     * @param weights their weights; a server of weight zero takes no slot
     * @param size the number of slots, a prime below 2^20
     */
    static MaglevTable of(Endpoint[] endpoints, int[] weights, int size) {
        MaglevFilling filling = new MaglevFilling(endpoints, size, OFFSET_KEY, SKIP_KEY);
        int[] perTurn = slotsPerTurn(weights);
        while (anyPositive(perTurn) && filling.free() > 0) {
            for (int i = 0; i < perTurn.length; i++) {
                for (int left = perTurn[i]; left > 0 && filling.free() > 0; left--) {
                    filling.take(i);
                }
            }
        }
        return new MaglevTable(filling);
    }

    /**
     * A table that depends on the endpoints and weights alone: the servers take turns in the order of their endpoints,
     * one slot per turn, and skip turns so that each server's share is that of its weight.
     *
     * @param endpoints the servers in any order, at most as many as there are slots
     * @param weights as for {@link #of}
     * @param size as for {@link #of}
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

    /**
     * The slots that each server takes per turn: its weight divided by the greatest common divisor, scaled down
     * to 6 bits.
     */
    static int[] slotsPerTurn(int[] weights) {
        int gcd = 0;
        int max = 0;
        for (int weight : weights) {
            gcd = WeightedRoundRobin.gcd(weight, gcd);
            max = Math.max(max, weight);
        }
        int[] perTurn = new int[weights.length];
        if (gcd > 0) {
            int shift = Math.max(Integer.SIZE - Integer.numberOfLeadingZeros(max / gcd) - WEIGHT_BITS, 0);
            for (int i = 0; i < weights.length; i++) {
                perTurn[i] = weights[i] == 0 ? 0 : Math.max(weights[i] / gcd >> shift, 1);
            }
        }
        return perTurn;
    }

    private static boolean anyPositive(int[] values) {
        for (int value : values) {
            if (value > 0) {
                return true;
            }
        }
        return false;
    }

    int size() {
        return slots.length;
    }

    /** The index of the server of a slot, or -1 if every weight is zero. */
    int at(int slot) {
        return slots[slot];
    }

    /** The slot of a folded client address. Different offsets give different slots for one client. */
    int slot(int client, int offset) {
        return remainder(SipHash.of(OFFSET_KEY, client + offset), slots.length, reciprocal);
    }

    /**
     * The remainder of an unsigned hash, without a division: D. Lemire, O. Kaser and N. Kurz, "Faster remainder
     * by direct computation", Software: Practice and Experience 49(6), 2019. Exact for every hash and every
     * size below 2^31.
     */
    static int remainder(int hash, int size, long reciprocal) {
        long fraction = reciprocal * (hash & 0xFFFF_FFFFL);
        // The upper half of an unsigned product: the signed one, plus the size if the top bit of the fraction is set.
        return (int) (Math.multiplyHigh(fraction, size) + (fraction >> 63 & size));
    }
}
