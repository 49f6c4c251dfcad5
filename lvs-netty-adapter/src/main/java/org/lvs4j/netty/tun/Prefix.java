package org.lvs4j.netty.tun;

import org.lvs4j.net.IpAddress;

/**
 * An address of an interface, with the network that the interface is attached to.
 *
 * @param address the address
 * @param length the length of the network's prefix in bits
 */
record Prefix(IpAddress address, int length) {
    /** The network of one address. */
    static Prefix host(IpAddress address) {
        return new Prefix(address, address.isV4() ? 32 : 128);
    }

    /** The network of an address. */
    static Prefix of(IpAddress address, int length) {
        int bits = address.isV4() ? length + 96 : length;
        return new Prefix(
                IpAddress.of(address.family(), address.high() & mask(bits), address.low() & mask(bits - 64)), length);
    }

    /** Whether an address is in the network. */
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

    /** Whether the network has one address. */
    boolean isHost() {
        return length == (address.isV4() ? 32 : 128);
    }

    /** In the form that {@code ip} takes. */
    @Override
    public String toString() {
        return address + "/" + length;
    }
}
