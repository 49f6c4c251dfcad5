package org.lvs4j.connection;

import org.lvs4j.net.AddressFamily;
import org.lvs4j.net.Flow;
import org.lvs4j.net.Protocol;

/** Protocol and both ends of a connection as seen from one side. */
record ConnectionKey(
        Protocol protocol,
        AddressFamily family,
        long fromHigh,
        long fromLow,
        int fromPort,
        long toHigh,
        long toLow,
        int toPort) {

    static ConnectionKey of(Flow flow) {
        return new ConnectionKey(
                flow.protocol(),
                flow.family(),
                flow.clientHigh(),
                flow.clientLow(),
                flow.clientPort(),
                flow.virtualHigh(),
                flow.virtualLow(),
                flow.virtualPort());
    }
}
