package org.lvs4j.netty.tun;

import java.util.HashSet;
import java.util.Set;
import org.lvs4j.net.AddressFamily;
import org.lvs4j.net.IpAddress;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;

/**
 * One need that a configuration has of the network: an address, or a prefix of addresses, in a role.
 *
 * @param role the purpose of the address
 * @param address the address; the unspecified address of a family if the need is that of the whole family
 * @param length the length of the prefix in bits; that of the whole address if the need is that of one address
 */
record Need(Role role, IpAddress address, int length) implements Comparable<Need> {
    /** A need of one address. */
    Need(Role role, IpAddress address) {
        this(role, address, address.isV4() ? 32 : 128);
    }

    /** The purpose of an address. */
    enum Role {
        /** The TUN device itself. */
        DEVICE,
        /** The address family has a virtual address, so that its packets are forwarded at all. */
        FAMILY,
        /** A virtual address: packets to it go into the device. */
        VIRTUAL,
        /** A server that is the next hop of its packets, through a separate device. */
        DIRECT,
        /** The address family has a masqueraded server. */
        ANSWERS,
        /** A masqueraded server: its answers go into the device, by the rule of a prefix. */
        MASQUERADED,
        /** A prefix with masqueraded servers: packets from there go into the device. */
        ANSWERING,
        /** A server that packets are encapsulated for. */
        TUNNELLED
    }

    /** The device. */
    static Need device() {
        return new Need(Role.DEVICE, IpAddress.v4(0));
    }

    /** A whole address family. */
    static Need family(AddressFamily family) {
        return new Need(Role.FAMILY, IpAddress.of(family, 0, 0));
    }

    AddressFamily family() {
        return address.family();
    }

    /** By role, then by address and length. */
    @Override
    public int compareTo(Need other) {
        int order = role.compareTo(other.role);
        if (order == 0) {
            order = address.compareTo(other.address);
        }
        return order != 0 ? order : Integer.compare(length, other.length);
    }

    /** As that of any record; faster, since a large configuration has many needs. */
    @Override
    public int hashCode() {
        return (address.hashCode() * 31 + role.ordinal()) * 31 + length;
    }

    /** The needs of a service with its servers. The caller owns the set. */
    static Set<Need> of(ServiceKey key, Iterable<RealServer> servers) {
        Set<Need> needs = new HashSet<>();
        if (key instanceof ServiceKey.Address service) {
            addVirtual(service.endpoint().address(), needs);
        }
        for (RealServer server : servers) {
            IpAddress address = server.endpoint().address();
            switch (server.forwarding().method()) {
                case MASQUERADE -> {
                    needs.add(new Need(Role.MASQUERADED, address));
                    needs.add(new Need(Role.ANSWERS, IpAddress.of(address.family(), 0, 0)));
                }
                case TUNNEL -> needs.add(new Need(Role.TUNNELLED, address));
                case DIRECT -> needs.add(new Need(Role.DIRECT, address));
            }
        }
        return needs;
    }

    /** Adds the needs of a virtual address. */
    static void addVirtual(IpAddress address, Set<Need> needs) {
        needs.add(new Need(Role.VIRTUAL, address));
        needs.add(family(address.family()));
    }
}
