package org.lvs4j.netty.tun;

import org.lvs4j.net.IpAddress;

/**
 * An address of an interface, with the network that is reached through it directly.
 *
 * @param address the address
 * @param length of the network's prefix in bits
 */
record Prefix(IpAddress address, int length) {
    /** The address alone, as a network: all of its bits. */
    static Prefix host(IpAddress address) {
        return new Prefix(address, address.isV4() ? 32 : 128);
    }

    boolean contains(IpAddress other) {
        if (other.family() != address.family()) {
            return false;
        }
        int bits = address.isV4() ? length + 96 : length;
        return ((address.high() ^ other.high()) & mask(bits)) == 0
                && ((address.low() ^ other.low()) & mask(bits - 64)) == 0;
    }

    private static long mask(int bits) {
        return bits <= 0 ? 0 : bits >= 64 ? -1 : -1L << (64 - bits);
    }

    boolean isHost() {
        return length == (address.isV4() ? 32 : 128);
    }

    /** In the form of {@code ip}. */
    @Override
    public String toString() {
        return address + "/" + length;
    }
}
