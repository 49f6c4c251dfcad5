package org.lvs4j.scheduler;

import java.util.Arrays;
import org.lvs4j.net.Endpoint;

/**
 * A Maglev table on its way: which slots are free, and where each server is in its permutation of them. For one thread.
 *
 * <p><b>Steps.</b> A permutation starts at a slot and goes on by a fixed skip, modulo the size. Places are kept as fractions
 * of the table, scaled to 64 bits: an addition that overflows is the modulo, so a step waits for one addition only, and
 * the slot is a multiplication beside it. A place points to the middle of its slot. The fractions are rounded, which moves
 * it by less than {@code size / 2^64} with each pass of the table; there are at most {@code size} passes, so
 * sizes below 2^20 are exact.
 *
 * <p><b>The last slots.</b> With {@code f} of {@code n} slots free it takes {@code n / f} steps to the next one: half of all
 * steps are for the last {@code sqrt(n)} slots. These are listed, and a server takes the one with the fewest steps to it,
 * which are computed: {@code distance / skip}, modulo the size, a prime. It is the slot that stepping leads to.
 */
final class MaglevFilling {
    private static final short FREE = -1;

    private final short[] slots;

    /** A slot's share of the table, as a fraction of 2^64, rounded up. */
    private final long slotWidth;

    /** Where each server goes on, as a fraction of 2^64. */
    private final long[] places;

    private final int[] skips;

    /** With how many slots free it is faster to look at each of them than to step to the next. */
    private final int fewSlots;

    private int free;

    /** The free slots, once there are few: as many as are free, in any order. */
    private int[] freeSlots;

    /**
     * An empty table.
     *
     * @param endpoints the servers, at most 32,767
     * @param size the number of slots, a prime below 2^20
     * @param placeKey the key of the hash that says where a server starts
     * @param skipKey the key of the hash that says by how many slots it goes on
     */
    MaglevFilling(Endpoint[] endpoints, int size, long placeKey, long skipKey) {
        slots = new short[size];
        Arrays.fill(slots, FREE);
        slotWidth = Long.divideUnsigned(-1, size) + 1;
        places = new long[endpoints.length];
        skips = new int[endpoints.length];
        fewSlots = (int) Math.sqrt(size) / 2;
        free = size;
        for (int i = 0; i < endpoints.length; i++) {
            int key = AddressHash.server(endpoints[i]);
            places[i] = place(Integer.remainderUnsigned(SipHash.of(placeKey, key), size));
            skips[i] = Integer.remainderUnsigned(SipHash.of(skipKey, key), size - 1) + 1;
        }
    }

    /** How many slots are free. */
    int free() {
        return free;
    }

    /** The server of each slot, or -1. */
    short[] slots() {
        return slots;
    }

    /** Gives a server the next free slot of its permutation. There must be one. */
    void take(int server) {
        int slot = free > fewSlots ? stepToFree(server) : nearestFree(server);
        slots[slot] = (short) server;
        free--;
    }

    private int stepToFree(int server) {
        short[] table = slots;
        int size = table.length;
        long step = skips[server] * slotWidth;
        long place = places[server];
        int slot = slot(place, size);
        while (table[slot] != FREE) {
            place += step;
            slot = slot(place, size);
        }
        places[server] = place + step;
        return slot;
    }

    private long place(int slot) {
        return slot * slotWidth + (slotWidth >>> 1);
    }

    private static int slot(long place, int size) {
        return (int) ((place >>> 32) * size >>> 32);
    }

    private int nearestFree(int server) {
        if (freeSlots == null) {
            freeSlots = listFree();
        }
        int from = slot(places[server], slots.length);
        // Times the distance to a slot: the number of steps to it, as a fraction of the table.
        long steps = inverse(skips[server], slots.length) * slotWidth;
        int nearest = 0;
        long fewest = -1;
        for (int i = 0; i < free; i++) {
            long needed = (freeSlots[i] - from) * steps;
            if (Long.compareUnsigned(needed, fewest) < 0) {
                fewest = needed;
                nearest = i;
            }
        }
        int slot = freeSlots[nearest];
        freeSlots[nearest] = freeSlots[free - 1];
        places[server] = place(slot);
        return slot;
    }

    private int[] listFree() {
        int[] list = new int[free];
        int count = 0;
        for (int slot = 0; slot < slots.length; slot++) {
            if (slots[slot] == FREE) {
                list[count++] = slot;
            }
        }
        return list;
    }

    /** What times a value is 1 modulo a prime, by Euclid's algorithm. */
    static int inverse(int value, int prime) {
        int a = prime;
        int b = value;
        int ofA = 0;
        int ofB = 1; // ofB * value is b, modulo the prime
        while (b != 1) {
            int quotient = a / b;
            int rest = a - quotient * b;
            int ofRest = ofA - quotient * ofB;
            a = b;
            b = rest;
            ofA = ofB;
            ofB = ofRest;
        }
        return ofB < 0 ? ofB + prime : ofB;
    }
}
