package org.lvs4j.benchmarks.hot;

import org.lvs4j.net.Flow;

/** The key of a connection as a record, for maps of objects. */
record Key(int protocol, long client, int clientPort, long virtual, int virtualPort) {
    static Key of(Flow flow) {
        return new Key(
                flow.protocol().ordinal(),
                flow.sourceLow(),
                flow.sourcePort(),
                flow.destinationLow(),
                flow.destinationPort());
    }
}
