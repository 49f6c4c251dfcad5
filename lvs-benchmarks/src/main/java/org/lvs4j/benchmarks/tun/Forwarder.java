package org.lvs4j.benchmarks.tun;

/** Reads packets from a device, rewrites them and writes them back, on its own thread. */
interface Forwarder extends AutoCloseable {
    /** The number of packets written to the device. */
    long forwarded();

    /** The prefix of the name of its thread. */
    String thread();

    @Override
    void close();
}
