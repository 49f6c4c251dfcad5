package org.lvs4j.netty.tun;

import java.util.Collection;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.lvs4j.net.AddressFamily;
import org.lvs4j.net.IpAddress;

/**
 * Values by address, looked up by the two words of the address without an object for it: open addressing with linear
 * probing. Immutable. The addresses are the operator's, so the hash needs no random seed.
 *
 * @param <V> the type of the values
 */
final class AddressTable<V> {
    private static final int MIN_SLOTS = 16;

    private final @Nullable IpAddress[] keys;
    private final @Nullable Object[] values;
    private final int mask;
    private int size;

    private AddressTable(@Nullable IpAddress[] keys, @Nullable Object[] values, int size) {
        this.keys = keys;
        this.values = values;
        this.size = size;
        mask = keys.length - 1;
    }

    private AddressTable(int slots) {
        this(new IpAddress[slots], new Object[slots], 0);
    }

    /** A table without entries. */
    static <V> AddressTable<V> empty() {
        return new AddressTable<>(MIN_SLOTS);
    }

    /**
     * A table that differs in some entries. Costs a copy of two arrays, or one insertion for each entry if the size of
     * the table changes, which is rare.
     *
     * @param removed keys that have no value; one that is absent is ignored
     * @param added the values of further keys, and new values of keys that have one
     */
    AddressTable<V> with(Collection<IpAddress> removed, Map<IpAddress, ? extends V> added) {
        if (removed.isEmpty() && added.isEmpty()) {
            return this;
        }
        // At most half of the slots are taken, so that a search always ends at an empty one.
        int slots = Integer.highestOneBit(Math.max(MIN_SLOTS, (size + added.size()) * 2) - 1) * 2;
        boolean fits = (size + added.size()) * 2 <= keys.length && slots * 4 > keys.length;
        AddressTable<V> next = fits ? new AddressTable<>(keys.clone(), values.clone(), size) : rehashed(slots);
        removed.forEach(next::remove);
        added.forEach(next::put);
        return next;
    }

    private AddressTable<V> rehashed(int slots) {
        AddressTable<V> next = new AddressTable<>(slots);
        for (int at = 0; at < keys.length; at++) {
            IpAddress key = keys[at];
            Object value = values[at];
            if (key != null && value != null) {
                next.put(key, value);
            }
        }
        return next;
    }

    /** Only while the table is being built, as is {@link #remove}. */
    private void put(IpAddress key, Object value) {
        int at = slot(key.high(), key.low());
        while (keys[at] != null && !key.equals(keys[at])) {
            at = at + 1 & mask;
        }
        size += keys[at] == null ? 1 : 0;
        keys[at] = key;
        values[at] = value;
    }

    private void remove(IpAddress key) {
        int hole = slot(key.high(), key.low());
        while (!key.equals(keys[hole])) {
            if (keys[hole] == null) {
                return;
            }
            hole = hole + 1 & mask;
        }
        size--;
        // There are no tombstones: an entry behind the hole moves into it, unless the hole is before its first slot.
        int at = hole;
        for (IpAddress moved = keys[at = at + 1 & mask]; moved != null; moved = keys[at = at + 1 & mask]) {
            int first = slot(moved.high(), moved.low());
            if ((at - first & mask) >= (at - hole & mask)) {
                keys[hole] = moved;
                values[hole] = values[at];
                hole = at;
            }
        }
        keys[hole] = null;
        values[hole] = null;
    }

    private int slot(long high, long low) {
        long mixed = (high * 31 + low) * 0x9E37_79B9_7F4A_7C15L;
        return (int) (mixed >>> 40) & mask;
    }

    /** The value at an address, or null if there is none. Does not allocate. */
    @SuppressWarnings("unchecked") // Nothing but a V is put in.
    @Nullable
    V find(AddressFamily family, long high, long low) {
        for (int at = slot(high, low); ; at = at + 1 & mask) {
            IpAddress key = keys[at];
            if (key == null) {
                return null;
            }
            if (key.low() == low && key.high() == high && key.family() == family) {
                return (V) values[at];
            }
        }
    }

    /** The number of entries. */
    int size() {
        return size;
    }
}
