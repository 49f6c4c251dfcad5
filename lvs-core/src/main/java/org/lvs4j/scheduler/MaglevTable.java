package org.lvs4j.scheduler;

import java.util.Arrays;
import org.lvs4j.net.Endpoint;

/**
 * The lookup table of Maglev hashing: each server in turn takes the next free slot of a permutation of its own, until
 * all slots are taken. Immutable.
 *
 * <p>Eisenbud and others, "Maglev: A Fast and Reliable Software Network Load Balancer", NSDI 2016; hashes, keys and the
 * treatment of weights are those of IPVS: weights are divided by their common divisor and scaled down to 6 bits, and a
 * server takes that many slots per turn.
 */
final class MaglevTable {
    private static final long OFFSET_KEY = 2_654_435_761L;
    private static final long SKIP_KEY = 2_654_446_892L;
    private static final int WEIGHT_BITS = 6;
    private static final short FREE = -1;

    private final short[] slots;

    private MaglevTable(short[] slots) {
        this.slots = slots;
    }

    /**
     * A table of a prime number of slots.
     *
     * @param endpoints the servers in the order of their turns
     * @param weights their weights; a server of weight zero takes no slot
     * @param size the number of slots, at most 32749
     */
    static MaglevTable of(Endpoint[] endpoints, int[] weights, int size) {
        short[] slots = new short[size];
        Arrays.fill(slots, FREE);
        int[] turns = turns(weights);
        int servers = endpoints.length;
        int[] place = new int[servers];
        int[] skip = new int[servers];
        for (int i = 0; i < servers; i++) {
            int key = AddressHash.server(endpoints[i]);
            place[i] = Integer.remainderUnsigned(SipHash.of(OFFSET_KEY, key), size);
            skip[i] = Integer.remainderUnsigned(SipHash.of(SKIP_KEY, key), size - 1) + 1;
        }
        int free = anyPositive(turns) ? size : 0;
        while (free > 0) {
            for (int i = 0; i < servers && free > 0; i++) {
                for (int turn = turns[i]; turn > 0 && free > 0; turn--) {
                    int slot = place[i];
                    while (slots[slot] != FREE) {
                        slot = next(slot, skip[i], size);
                    }
                    slots[slot] = (short) i;
                    place[i] = next(slot, skip[i], size);
                    free--;
                }
            }
        }
        return new MaglevTable(slots);
    }

    private static int next(int slot, int skip, int size) {
        int next = slot + skip;
        return next < size ? next : next - size;
    }

    /** How many slots each server takes at a time. */
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
        return Integer.remainderUnsigned(SipHash.of(OFFSET_KEY, client + offset), slots.length);
    }
}
