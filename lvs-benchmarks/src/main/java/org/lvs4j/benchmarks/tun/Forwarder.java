package org.lvs4j.benchmarks.tun;

/** Something that forwards packets on a thread of its own. */
interface Forwarder extends AutoCloseable {
    /** How many packets it has written to the device. */
    long forwarded();

    /** What the name of its thread begins with. */
    String thread();

    @Override
    void close();
}
