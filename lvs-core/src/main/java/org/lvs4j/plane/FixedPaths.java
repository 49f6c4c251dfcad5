package org.lvs4j.plane;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;
import org.lvs4j.net.AddressFamily;
import org.lvs4j.net.IpAddress;

/** One MTU for every destination and one own address of each family. Immutable. */
final class FixedPaths implements PacketPaths {
    private final int mtu;
    private final @Nullable IpAddress v4;
    private final @Nullable IpAddress v6;

    private FixedPaths(int mtu, @Nullable IpAddress v4, @Nullable IpAddress v6) {
        this.mtu = mtu;
        this.v4 = v4;
        this.v6 = v6;
    }

    static FixedPaths of(int mtu, IpAddress[] own) {
        if (mtu < MIN_MTU || mtu > MAX_MTU) {
            throw new IllegalArgumentException("mtu " + mtu + " is outside " + MIN_MTU + ".." + MAX_MTU);
        }
        IpAddress v4 = null;
        IpAddress v6 = null;
        // From the last to the first, so that the first address of a family remains.
        for (int i = own.length - 1; i >= 0; i--) {
            IpAddress address = requireNonNull(own[i], "own");
            if (address.isV4()) {
                v4 = address;
            } else {
                v6 = address;
            }
        }
        return new FixedPaths(mtu, v4, v6);
    }

    @Override
    public int mtu(AddressFamily family, long high, long low) {
        return mtu;
    }

    @Override
    public @Nullable IpAddress source(AddressFamily family, long high, long low) {
        return family == AddressFamily.IPV4 ? v4 : v6;
    }
}
