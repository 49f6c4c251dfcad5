package org.lvs4j.netty;

import java.net.Inet6Address;
import java.net.InetAddress;

/**
 * A unicast address of this host. Several interfaces may have the same link-local address of IPv6, as VLANs of one
 * device have: these are different addresses, which {@link InetAddress#equals} does not tell apart.
 *
 * @param address the address, with its scope if it is link-local
 * @param scope the index of the interface of a link-local address; 0 for any other
 */
record LocalAddress(InetAddress address, int scope) {
    static LocalAddress of(InetAddress address) {
        boolean isScoped = address instanceof Inet6Address && address.isLinkLocalAddress();
        return new LocalAddress(address, isScoped ? ((Inet6Address) address).getScopeId() : 0);
    }

    /** The address as text, with the name of the interface of a link-local one. */
    @Override
    public String toString() {
        return address.getHostAddress();
    }
}
