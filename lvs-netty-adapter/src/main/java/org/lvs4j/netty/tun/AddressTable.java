package org.lvs4j.netty.tun;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.lvs4j.net.AddressFamily;
import org.lvs4j.net.IpAddress;

/**
 * Values by address, looked up by the address's two words without an object for it. Immutable. The addresses are the
 * operator's, so no outsider can make them collide.
 *
 * @param <V> the type of the values
 */
final class AddressTable<V> {
    private final IpAddress[] keys;
    private final Object[] values;
    private final int mask;

    /** A copy of a map. */
    AddressTable(Map<IpAddress, ? extends V> map) {
        int size = Integer.highestOneBit(Math.max(4, map.size()) * 4 - 1);
        keys = new IpAddress[size];
        values = new Object[size];
        mask = size - 1;
        map.forEach((key, value) -> {
            int at = slot(key.high(), key.low());
            while (keys[at] != null) {
                at = at + 1 & mask;
            }
            keys[at] = key;
            values[at] = value;
        });
    }

    private int slot(long high, long low) {
        long mixed = (high * 31 + low) * 0x9E37_79B9_7F4A_7C15L;
        return (int) (mixed >>> 40) & mask;
    }

    /** The value at an address, or null if there is none. */
    @SuppressWarnings("unchecked") // Nothing but a V is put in.
    @Nullable
    V find(AddressFamily family, long high, long low) {
        // There is always an empty slot: at most half of them are taken.
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
}
