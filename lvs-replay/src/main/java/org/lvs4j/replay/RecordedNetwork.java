package org.lvs4j.replay;

import org.lvs4j.net.AddressFamily;
import org.lvs4j.net.IpAddress;
import org.lvs4j.plane.PacketPaths;

/**
 * The network of the recordings: two wires, the director's own addresses, and the virtual addresses that are
 * local to it.
 */
final class RecordedNetwork implements PacketPaths {
    private static final IpAddress CLIENT_SIDE_V4 = IpAddress.parse("10.0.0.1");
    private static final IpAddress SERVER_SIDE_V4 = IpAddress.parse("192.168.0.1");
    private static final IpAddress CLIENT_SIDE_V6 = IpAddress.parse("fd00:1::1");
    private static final IpAddress SERVER_SIDE_V6 = IpAddress.parse("fd00:2:ffff::1");
    private static final long VIRTUAL_V6_HIGH = 0xfd00_0001_0000_0000L;

    private final int clientMtu;
    private final int serverMtu;

    RecordedNetwork(int clientMtu, int serverMtu) {
        this.clientMtu = clientMtu;
        this.serverMtu = serverMtu;
    }

    static Wire wireTo(IpAddress destination) {
        return wireTo(destination.family(), destination.high(), destination.low());
    }

    private static Wire wireTo(AddressFamily family, long high, long low) {
        boolean server = family == AddressFamily.IPV4
                ? low >>> 16 == 0xC0A8 || low >>> 20 == 0xAC1
                : high >>> 32 == 0xfd00_0002L;
        return server ? Wire.SERVER : Wire.CLIENT;
    }

    /** Whether an address is local to the director's host. */
    static boolean isLocal(IpAddress address) {
        long high = address.high();
        long low = address.low();
        if (address.isV4()) {
            return low == CLIENT_SIDE_V4.low()
                    || low == SERVER_SIDE_V4.low()
                    || low >= 0x0A00_0064 && low <= 0x0A00_0066
                    || low >>> 8 == 0x0A_0001;
        }
        return high == VIRTUAL_V6_HIGH && (low == 1 || low == 0x100 || low == 0x101)
                || high == SERVER_SIDE_V6.high() && low == SERVER_SIDE_V6.low();
    }

    @Override
    public int mtu(AddressFamily family, long high, long low) {
        return wireTo(family, high, low) == Wire.SERVER ? serverMtu : clientMtu;
    }

    @Override
    public IpAddress source(AddressFamily family, long high, long low) {
        boolean v4 = family == AddressFamily.IPV4;
        return wireTo(family, high, low) == Wire.SERVER
                ? v4 ? SERVER_SIDE_V4 : SERVER_SIDE_V6
                : v4 ? CLIENT_SIDE_V4 : CLIENT_SIDE_V6;
    }

    /** The host's own address on the path to a destination. */
    IpAddress source(IpAddress destination) {
        return source(destination.family(), destination.high(), destination.low());
    }
}
