package org.lvs4j.netty.tun;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.lvs4j.net.AddressFamily;
import org.lvs4j.net.IpAddress;
import org.lvs4j.plane.PacketPaths;

/**
 * What the event loops need to know of the network, made for one configuration and published as a whole. Immutable but
 * for the devices that it names.
 */
final class NetworkView implements PacketPaths {
    private final int mtu;
    private final AddressTable<IpAddress> virtual;
    private final AddressTable<IpAddress> sources;
    private final Map<AddressFamily, IpAddress> ownAddresses = new HashMap<>();
    private final AddressTable<TunDevice> direct;

    /**
     * Asks for the director's own address towards each server.
     *
     * @param source what this host uses as its own address towards another one, or null if it has none
     */
    NetworkView(
            int mtu,
            DesiredNetwork wanted,
            Map<IpAddress, TunDevice> devices,
            Function<IpAddress, @Nullable IpAddress> source) {
        this.mtu = mtu;
        virtual = new AddressTable<>(wanted.virtual().stream().collect(Collectors.toMap(at -> at, at -> at)));
        Map<IpAddress, IpAddress> towards = new HashMap<>();
        for (SortedSet<IpAddress> servers : List.of(wanted.masqueraded(), wanted.tunnelled())) {
            for (IpAddress server : servers) {
                IpAddress own = source.apply(server);
                if (own != null) {
                    towards.put(server, own);
                    ownAddresses.putIfAbsent(own.family(), own);
                }
            }
        }
        sources = new AddressTable<>(towards);
        direct = new AddressTable<>(devices);
    }

    boolean isVirtual(AddressFamily family, long high, long low) {
        return virtual.find(family, high, low) != null;
    }

    /** The device that leads to a server of direct routing, or null if there is none. */
    @Nullable
    TunDevice direct(IpAddress server) {
        return direct.find(server.family(), server.high(), server.low());
    }

    @Override
    public int mtu(AddressFamily family, long high, long low) {
        return mtu;
    }

    @Override
    public @Nullable IpAddress source(AddressFamily family, long high, long low) {
        IpAddress own = sources.find(family, high, low);
        return own != null ? own : ownAddresses.get(family);
    }
}
