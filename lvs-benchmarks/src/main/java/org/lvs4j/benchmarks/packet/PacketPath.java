package org.lvs4j.benchmarks.packet;

import java.nio.ByteBuffer;

/** What becomes of a packet in the way of one peer. Belongs to one thread. */
interface PacketPath {
    /**
     * Handles the first packet of a connection, and what else establishes it.
     *
     * @throws IllegalStateException if it is refused
     */
    void open(PacketMaker maker, ByteBuffer packet);

    /** Handles a packet of an established connection; returns how many bytes came out, or another number above 0. */
    int pass(PacketMaker maker, ByteBuffer packet);

    /** What the last packet became, from position to limit. */
    ByteBuffer output();

    /** How many connections there are; -1 if there is no such thing. */
    long live();
}
