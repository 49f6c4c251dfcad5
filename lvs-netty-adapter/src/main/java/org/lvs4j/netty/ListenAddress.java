package org.lvs4j.netty;

import org.lvs4j.net.Endpoint;
import org.lvs4j.net.Protocol;

/**
 * An address to listen at.
 *
 * @param endpoint where; port 0 lets the system choose one
 * @param mark the firewall mark that its connections carry, 0 for none
 */
record ListenAddress(Protocol protocol, Endpoint endpoint, int mark) {
    @Override
    public String toString() {
        return protocol + " " + endpoint + (mark == 0 ? "" : " mark " + Integer.toUnsignedString(mark));
    }
}
