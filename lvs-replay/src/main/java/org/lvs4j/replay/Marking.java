package org.lvs4j.replay;

import org.lvs4j.net.Endpoint;
import org.lvs4j.net.IpAddress;
import org.lvs4j.net.Protocol;

/**
 * Assigns a firewall mark to the packets for a network and port.
 *
 * @param prefix the prefix length of the network, in bits
 * @param port 0 for every port
 */
record Marking(Protocol protocol, IpAddress network, int prefix, int port, int mark) {
    boolean matches(Protocol other, Endpoint virtual) {
        return other == protocol
                && (port == 0 || port == virtual.port())
                && virtual.address().family() == network.family()
                && contains(virtual.address());
    }

    private boolean contains(IpAddress address) {
        int bits = network.family().bits();
        // An IPv4 address is in the low 32 bits of the 128, so its prefix starts at bit 96.
        int fromTop = prefix + 128 - bits;
        long highMask = mask(Math.min(fromTop, 64));
        long lowMask = mask(Math.max(fromTop - 64, 0));
        return ((address.high() ^ network.high()) & highMask) == 0 && ((address.low() ^ network.low()) & lowMask) == 0;
    }

    private static long mask(int bits) {
        return bits == 0 ? 0 : -1L << (64 - bits);
    }
}
