package org.lvs4j.netty.tun;

import org.jspecify.annotations.Nullable;
import org.lvs4j.net.AddressFamily;
import org.lvs4j.net.IpAddress;
import org.lvs4j.plane.PacketPaths;

/**
 * The network as the event loops look it up, for one configuration. Published as a whole. Immutable but for the devices
 * that it names.
 *
 * @param mtu the largest packet in bytes
 * @param virtual the virtual addresses
 * @param sources the director's own address towards each server
 * @param ownV4 the director's own address towards other IPv4 destinations, or null if it has none
 * @param ownV6 the same for IPv6
 * @param direct the device that leads to each server of direct routing
 */
record NetworkView(
        int mtu,
        AddressTable<IpAddress> virtual,
        AddressTable<IpAddress> sources,
        @Nullable IpAddress ownV4,
        @Nullable IpAddress ownV6,
        AddressTable<DeviceOutput> direct)
        implements PacketPaths {
    /** A view without addresses. */
    static NetworkView empty(int mtu) {
        return new NetworkView(mtu, AddressTable.empty(), AddressTable.empty(), null, null, AddressTable.empty());
    }

    boolean isVirtual(AddressFamily family, long high, long low) {
        return virtual.find(family, high, low) != null;
    }

    /** The device that leads to a server of direct routing, or null if there is none. */
    @Nullable
    DeviceOutput direct(IpAddress server) {
        return direct.find(server.family(), server.high(), server.low());
    }

    @Override
    public int mtu(AddressFamily family, long high, long low) {
        return mtu;
    }

    @Override
    public @Nullable IpAddress source(AddressFamily family, long high, long low) {
        IpAddress own = sources.find(family, high, low);
        if (own != null) {
            return own;
        }
        return family == AddressFamily.IPV4 ? ownV4 : ownV6;
    }
}
