package org.lvs4j;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.lvs4j.net.AddressFamily;
import org.lvs4j.net.Endpoint;
import org.lvs4j.stats.Traffic;

/**
 * Writes values into {@link StateBlocks}. A number is in groups of seven bits, lowest first, all but the last of them
 * with the highest bit of their byte set: small numbers are short. Not thread-safe.
 */
final class StateOutput {
    private static final int GROUP_BITS = 7;
    private static final int MORE = 1 << GROUP_BITS;
    private static final int INITIAL_BYTES = 256;

    private final List<byte[]> full = new ArrayList<>();
    private byte[] current = new byte[INITIAL_BYTES];
    private int used;

    /** Eight bits. */
    void octet(int value) {
        if (used == current.length) {
            grow();
        }
        current[used++] = (byte) value;
    }

    private void grow() {
        if (used < StateBlocks.MAX_BLOCK_BYTES) {
            current = Arrays.copyOf(current, Math.min(StateBlocks.MAX_BLOCK_BYTES, 4 * used));
        } else {
            full.add(current);
            current = new byte[StateBlocks.MAX_BLOCK_BYTES];
            used = 0;
        }
    }

    /** Any number; a negative one is long. */
    void number(long value) {
        long rest = value;
        while ((rest & -MORE) != 0) {
            octet((int) rest | MORE);
            rest >>>= GROUP_BITS;
        }
        octet((int) rest);
    }

    private void word(long value, int bytes) {
        for (int shift = Byte.SIZE * (bytes - 1); shift >= 0; shift -= Byte.SIZE) {
            octet((int) (value >>> shift));
        }
    }

    /** An address whose family the reader knows. */
    void address(AddressFamily family, long high, long low) {
        if (family == AddressFamily.IPV4) {
            word(low, Integer.BYTES);
        } else {
            word(high, Long.BYTES);
            word(low, Long.BYTES);
        }
    }

    void family(AddressFamily family) {
        octet(family == AddressFamily.IPV4 ? StateInput.IPV4 : StateInput.IPV6);
    }

    void endpoint(Endpoint endpoint) {
        family(endpoint.address().family());
        address(
                endpoint.address().family(),
                endpoint.address().high(),
                endpoint.address().low());
        word(endpoint.port(), Short.BYTES);
    }

    /** Text of any characters, paired or not. */
    void text(@Nullable String value) {
        if (value == null) {
            number(0);
            return;
        }
        number(value.length() + 1L);
        for (int i = 0; i < value.length(); i++) {
            number(value.charAt(i));
        }
    }

    void traffic(Traffic traffic) {
        number(traffic.connections());
        number(traffic.inPackets());
        number(traffic.outPackets());
        number(traffic.inBytes());
        number(traffic.outBytes());
    }

    StateBlocks blocks() {
        List<byte[]> all = new ArrayList<>(full);
        all.add(Arrays.copyOf(current, used));
        return new StateBlocks(all);
    }
}
