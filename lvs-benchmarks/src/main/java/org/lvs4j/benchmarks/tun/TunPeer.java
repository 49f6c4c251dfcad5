package org.lvs4j.benchmarks.tun;

/** Who takes packets from the device and puts them back. */
public enum TunPeer {
    /** The packet plane of this library on its device: each packet is masqueraded. */
    LVS4J {
        @Override
        Forwarder start() {
            return new PlaneForwarder();
        }
    },

    /** A loop that reads, changes the destination address as a constant, and writes: no look-up, no state. */
    PLAIN {
        @Override
        Forwarder start() {
            return new PlainForwarder();
        }
    };

    static final String DEVICE = "lvsbench0";
    static final String VIRTUAL = "10.0.0.1";
    static final String SERVER = "192.168.77.1";
    static final int PORT = 9;

    /** Opens the device and forwards, on a thread of its own, until it is closed. */
    abstract Forwarder start();
}
