package org.lvs4j.benchmarks.packet;

import java.nio.ByteBuffer;

/** Handles packets with the means of one peer. Not thread-safe. */
interface PacketPath {
    /**
     * Handles the first packet of a connection.
     *
     * @throws IllegalStateException if the packet is not forwarded
     */
    void open(PacketMaker maker, ByteBuffer packet);

    /**
     * Handles a packet of an established connection; returns the length of the output, or another positive number;
     * 0 if dropped.
     */
    int pass(PacketMaker maker, ByteBuffer packet);

    /** The output for the last packet. */
    ByteBuffer output();

    /** The number of connections, or -1 if the path keeps none. */
    long live();
}
