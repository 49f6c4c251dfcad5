package org.lvs4j;

import org.jspecify.annotations.Nullable;
import org.lvs4j.net.AddressFamily;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.IpAddress;
import org.lvs4j.stats.Traffic;

/** Reads what a {@link StateOutput} has written. Any bytes give a value or a {@link StateException}. Not thread-safe. */
final class StateInput {
    static final int IPV4 = 4;
    static final int IPV6 = 6;

    /** The longest text; longer ones are not written. */
    static final int MAX_TEXT = 1 << 16;

    private static final int GROUP_BITS = 7;
    private static final int MORE = 1 << GROUP_BITS;

    private final StateBlocks blocks;
    private int index;
    private int at;

    StateInput(StateBlocks blocks) {
        this.blocks = blocks;
    }

    /** Whether everything has been read. */
    boolean atEnd() {
        return index == blocks.count() - 1 && at == blocks.block(index).length;
    }

    int octet() throws StateException {
        while (at == blocks.block(index).length) {
            if (index == blocks.count() - 1) {
                throw StateBlocks.damaged("a record is incomplete");
            }
            index++;
            at = 0;
        }
        return blocks.block(index)[at++] & 0xFF;
    }

    long number() throws StateException {
        long value = 0;
        for (int shift = 0; shift < Long.SIZE; shift += GROUP_BITS) {
            int octet = octet();
            value |= (octet & MORE - 1L) << shift;
            if (octet < MORE) {
                return value;
            }
        }
        throw StateBlocks.damaged("a number is too long");
    }

    /** A number from 0 to a limit, both included. */
    long number(long most, String what) throws StateException {
        long value = number();
        if (value < 0 || value > most) {
            throw StateBlocks.damaged(what + " is out of range");
        }
        return value;
    }

    boolean flag() throws StateException {
        return number(1, "a flag") == 1;
    }

    private long word(int bytes) throws StateException {
        long value = 0;
        for (int i = 0; i < bytes; i++) {
            value = value << Byte.SIZE | octet();
        }
        return value;
    }

    AddressFamily family() throws StateException {
        return switch (octet()) {
            case IPV4 -> AddressFamily.IPV4;
            case IPV6 -> AddressFamily.IPV6;
            default -> throw StateBlocks.damaged("an address is of no known family");
        };
    }

    /** The upper word of an address; {@link #low} is to follow. */
    long high(AddressFamily family) throws StateException {
        return family == AddressFamily.IPV4 ? 0 : word(Long.BYTES);
    }

    long low(AddressFamily family) throws StateException {
        return word(family == AddressFamily.IPV4 ? Integer.BYTES : Long.BYTES);
    }

    Endpoint endpoint() throws StateException {
        AddressFamily family = family();
        long high = high(family);
        return new Endpoint(IpAddress.of(family, high, low(family)), (int) word(Short.BYTES));
    }

    @Nullable
    String text() throws StateException {
        long size = number(MAX_TEXT + 1L, "the length of a text");
        if (size == 0) {
            return null;
        }
        StringBuilder text = new StringBuilder();
        for (long i = 1; i < size; i++) {
            text.append((char) number(Character.MAX_VALUE, "a character"));
        }
        return text.toString();
    }

    Traffic traffic() throws StateException {
        return new Traffic(number(), number(), number(), number(), number());
    }
}
