package org.lvs4j.benchmarks.hot;

import org.lvs4j.net.Flow;

/** A connection's key as a record, which is what maps of objects take. */
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
