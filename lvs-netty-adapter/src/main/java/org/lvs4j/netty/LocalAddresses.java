package org.lvs4j.netty;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InterfaceAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Set;
import org.lvs4j.net.AddressFamily;

/**
 * The addresses of this host's interfaces at one moment. Immutable.
 *
 * @param ipv4 the unicast addresses of IPv4; {@code 127.0.0.0/8} is local as a whole, but only configured ones are here
 * @param ipv6 the unicast addresses of IPv6
 * @param broadcast the broadcast addresses of IPv4
 */
record LocalAddresses(Set<LocalAddress> ipv4, Set<LocalAddress> ipv6, Set<InetAddress> broadcast) {
    static final LocalAddresses NONE = new LocalAddresses(Set.of(), Set.of(), Set.of());

    LocalAddresses {
        ipv4 = Collections.unmodifiableSet(new LinkedHashSet<>(ipv4));
        ipv6 = Collections.unmodifiableSet(new LinkedHashSet<>(ipv6));
        broadcast = Set.copyOf(broadcast);
    }

    /** Reads the addresses. The cost grows with the number of interfaces. */
    static LocalAddresses read() throws SocketException {
        Set<LocalAddress> ipv4 = new LinkedHashSet<>();
        Set<LocalAddress> ipv6 = new LinkedHashSet<>();
        Set<InetAddress> broadcast = new LinkedHashSet<>();
        for (NetworkInterface networkInterface :
                NetworkInterface.networkInterfaces().toList()) {
            for (InterfaceAddress address : networkInterface.getInterfaceAddresses()) {
                InetAddress unicast = address.getAddress();
                (unicast instanceof Inet4Address ? ipv4 : ipv6).add(LocalAddress.of(unicast));
                if (address.getBroadcast() != null && !address.getBroadcast().equals(unicast)) {
                    broadcast.add(address.getBroadcast());
                }
            }
        }
        return new LocalAddresses(ipv4, ipv6, broadcast);
    }

    Set<LocalAddress> of(AddressFamily family) {
        return family == AddressFamily.IPV4 ? ipv4 : ipv6;
    }

    /** Whether a unicast address is one of this host. */
    boolean contains(InetAddress address) {
        LocalAddress local = LocalAddress.of(address);
        return address.isLoopbackAddress() || ipv4.contains(local) || ipv6.contains(local);
    }

    /** Whether an address is that of a single host, so that a socket bound to it can send from it. */
    boolean isUnicast(InetAddress address) {
        return !address.isAnyLocalAddress()
                && !address.isMulticastAddress()
                && !address.getHostAddress().equals("255.255.255.255")
                && !broadcast.contains(address);
    }
}
