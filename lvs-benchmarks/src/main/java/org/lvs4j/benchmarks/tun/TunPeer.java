package org.lvs4j.benchmarks.tun;

/** The forwarders that are measured. */
public enum TunPeer {
    /** The packet plane of this library: each packet is masqueraded. */
    LVS4J {
        @Override
        Forwarder start() {
            return new PlaneForwarder();
        }
    },

    /** A loop that reads, replaces the destination address with a constant, and writes: no look-up, no state. */
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

    /** Opens the device and starts a thread that forwards until the forwarder is closed. */
    abstract Forwarder start();
}
