package org.lvs4j.netty;

import org.lvs4j.net.Endpoint;
import org.lvs4j.net.Protocol;

/**
 * An address to listen at.
 *
 * @param protocol TCP or UDP
 * @param endpoint the address; port 0 lets the system choose one
 * @param mark the firewall mark of its connections, unsigned; 0 for none
 */
record ListenAddress(Protocol protocol, Endpoint endpoint, int mark) {
    @Override
    public String toString() {
        return protocol + " " + endpoint + (mark == 0 ? "" : " mark " + Integer.toUnsignedString(mark));
    }
}
