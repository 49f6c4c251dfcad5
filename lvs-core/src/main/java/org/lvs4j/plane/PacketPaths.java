package org.lvs4j.plane;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;
import org.lvs4j.net.AddressFamily;
import org.lvs4j.net.IpAddress;

/**
 * The network paths around a {@link PacketPlane}: the MTU and the director's own source address for each destination.
 *
 * <p>The plane calls an implementation for nearly every packet, on the thread that uses the plane. An implementation
 * must not block, allocate or throw. One instance may serve several planes; it must be thread-safe then.
 *
 * <p>A destination address is passed as two words, so that no object is needed: {@link IpAddress#high()} and
 * {@link IpAddress#low()} of the address. An IPv4 address is in the low 32 bits of the lower word.
 */
public interface PacketPaths {
    /** The smallest path MTU in bytes: every IPv4 router forwards packets of this size (RFC 791). */
    int MIN_MTU = 68;

    /** The largest packet in bytes: the limit of the IPv4 length field (RFC 791). */
    int MAX_MTU = 65_535;

    /**
     * The path MTU to a destination: the size in bytes of the largest IP packet that is
     * forwarded without fragmentation.
     *
     * @param family the family of the destination
     * @param high upper word of the destination address
     * @param low lower word of the destination address
     * @return {@value #MIN_MTU}..{@value #MAX_MTU}
     */
    int mtu(AddressFamily family, long high, long low);

    /**
     * The director's own address on the path to a destination: the outer source of tunnel packets, and the source of
     * ICMP errors for servers.
     *
     * @param family the family of the destination
     * @param high upper word of the destination address
     * @param low lower word of the destination address
     * @return an address of the same family; null if there is none, and then packets that need one are dropped
     */
    @Nullable
    IpAddress source(AddressFamily family, long high, long low);

    /**
     * Paths with one MTU for every destination and one own address of each family. The result is immutable.
     *
     * @param mtu {@value #MIN_MTU}..{@value #MAX_MTU}, in bytes
     * @param own the director's own addresses; of each family the first one is used, and a family may be absent
     * @return the paths
     * @throws IllegalArgumentException if the MTU is out of range
     * @throws NullPointerException if the array or an element is null
     */
    static PacketPaths fixed(int mtu, IpAddress... own) {
        return FixedPaths.of(mtu, requireNonNull(own, "own"));
    }
}
