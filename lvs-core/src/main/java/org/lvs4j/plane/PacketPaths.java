package org.lvs4j.plane;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;
import org.lvs4j.net.AddressFamily;
import org.lvs4j.net.IpAddress;

/**
 * What a {@link PacketPlane} has to know of the network around it. Asked for most packets: an implementation must neither
 * block, nor allocate, nor throw, and is called by the thread that owns the plane.
 */
public interface PacketPaths {
    /** The smallest size of packets that a path may have. */
    int MIN_MTU = 68;

    /** The largest size of packets. */
    int MAX_MTU = 65_535;

    /**
     * The size in bytes of the largest IP packet that fits through to a destination, {@value #MIN_MTU}..{@value #MAX_MTU}.
     *
     * @param high upper word of the destination's address, as {@link IpAddress#high()}
     * @param low lower word of the destination's address, as {@link IpAddress#low()}
     */
    int mtu(AddressFamily family, long high, long low);

    /**
     * The director's own address towards a destination, of the same family: the source of tunnels and of errors about what
     * servers send. Null if it has none; packets that need one are dropped then.
     */
    @Nullable
    IpAddress source(AddressFamily family, long high, long low);

    /**
     * The same size for every destination and one address of each family.
     *
     * @param mtu {@value #MIN_MTU}..{@value #MAX_MTU}
     * @param own the director's own addresses; the first of a family counts
     * @throws IllegalArgumentException if the size is out of range
     */
    static PacketPaths fixed(int mtu, IpAddress... own) {
        return FixedPaths.of(mtu, requireNonNull(own, "own"));
    }
}
