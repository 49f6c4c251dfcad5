package org.lvs4j.scheduler;

import java.util.Arrays;
import org.lvs4j.net.Endpoint;

/**
 * A {@link MaglevTable} under construction: its free slots, and the position of each server in its permutation of the
 * slots. Not thread-safe.
 *
 * <p><b>Steps.</b> A permutation starts at an offset and advances by a fixed skip, modulo the size. Positions are
 * fractions of the table, scaled to 64 bits: the overflow of an addition is the modulo, so consecutive steps depend on
 * one addition each, and the multiplication that gives the slot is off the critical path. A position points to the
 * middle of its slot. The fractions are rounded, which moves it by less than {@code size / 2^64} with each pass of the
 * table; there are at most {@code size} passes, so sizes below 2^20 are exact.
 *
 * <p><b>The last slots.</b> With {@code f} of {@code n} slots free, the next free one is {@code n / f} steps away on
 * average, so half of all steps are spent on the last {@code sqrt(n)} slots. These are listed, and a server takes the
 * one that is the fewest steps away. The number of steps is {@code distance / skip} modulo the size, a prime. The
 * result is the slot that stepping finds.
 */
final class MaglevFilling {
    private static final short FREE = -1;

    private final short[] slots;

    /** A slot's share of the table, as a fraction of 2^64, rounded up. */
    private final long slotWidth;

    /** The next position of each server, as a fraction of 2^64. */
    private final long[] positions;

    private final int[] skips;

    /** The number of free slots up to which it is faster to look at each of them than to step to the next one. */
    private final int fewSlots;

    private int free;

    /** The first {@link #free} elements are the free slots, in any order. Empty until there are few. */
    private int[] freeSlots = {};

    /**
     * An empty table.
     *
     * @param endpoints the servers, at most 32,767
     * @param size the number of slots, a prime below 2^20
     * @param offsetKey the key of the hash of a server's offset
     * @param skipKey the key of the hash of a server's skip
     */
    MaglevFilling(Endpoint[] endpoints, int size, long offsetKey, long skipKey) {
        slots = new short[size];
        Arrays.fill(slots, FREE);
        slotWidth = Long.divideUnsigned(-1, size) + 1;
        positions = new long[endpoints.length];
        skips = new int[endpoints.length];
        fewSlots = (int) Math.sqrt(size) / 2;
        free = size;
        for (int i = 0; i < endpoints.length; i++) {
            int key = AddressHash.server(endpoints[i]);
            positions[i] = position(Integer.remainderUnsigned(SipHash.of(offsetKey, key), size));
            skips[i] = Integer.remainderUnsigned(SipHash.of(skipKey, key), size - 1) + 1;
        }
    }

    /** The number of free slots. */
    int free() {
        return free;
    }

    /** The index of the server of each slot, or -1. */
    short[] slots() {
        return slots;
    }

    /** Assigns to a server the next free slot of its permutation. There must be a free slot. */
    void take(int server) {
        int slot = free > fewSlots ? stepToFree(server) : nearestFree(server);
        slots[slot] = (short) server;
        free--;
    }

    private int stepToFree(int server) {
        short[] table = slots;
        int size = table.length;
        long step = skips[server] * slotWidth;
        long position = positions[server];
        int slot = slot(position, size);
        while (table[slot] != FREE) {
            position += step;
            slot = slot(position, size);
        }
        positions[server] = position + step;
        return slot;
    }

    private long position(int slot) {
        return slot * slotWidth + (slotWidth >>> 1);
    }

    private static int slot(long position, int size) {
        return (int) ((position >>> 32) * size >>> 32);
    }

    private int nearestFree(int server) {
        if (freeSlots.length == 0) {
            freeSlots = listFree();
        }
        int from = slot(positions[server], slots.length);
        // Times the distance to a slot, this is the number of steps to it as a fraction of the table.
        long stepsPerSlot = inverse(skips[server], slots.length) * slotWidth;
        int nearest = 0;
        long fewest = -1;
        for (int i = 0; i < free; i++) {
            long needed = (freeSlots[i] - from) * stepsPerSlot;
            if (Long.compareUnsigned(needed, fewest) < 0) {
                fewest = needed;
                nearest = i;
            }
        }
        int slot = freeSlots[nearest];
        freeSlots[nearest] = freeSlots[free - 1];
        positions[server] = position(slot);
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

    /** The multiplicative inverse of a value modulo a prime, by the extended Euclidean algorithm. */
    static int inverse(int value, int prime) {
        int a = prime;
        int b = value;
        int ofA = 0;
        int ofB = 1; // invariant: ofB * value equals b modulo the prime
        while (b != 1) {
            int quotient = a / b;
            int remainder = a - quotient * b;
            int ofRemainder = ofA - quotient * ofB;
            a = b;
            b = remainder;
            ofA = ofB;
            ofB = ofRemainder;
        }
        return ofB < 0 ? ofB + prime : ofB;
    }
}
