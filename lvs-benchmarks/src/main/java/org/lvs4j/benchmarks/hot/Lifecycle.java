package org.lvs4j.benchmarks.hot;

import org.lvs4j.net.Protocol;

/** The packets of a connection at a director, from the first one to its end. */
public enum Lifecycle {
    /** SYN and ACK, then RST; the timer removes the connection after 10 s in the state CLOSE. */
    TCP(Protocol.TCP, 100),

    /** One datagram; the timer removes the connection 300 s later. */
    UDP(Protocol.UDP, 300);

    final Protocol protocol;

    /** The lifetime of a connection in {@link ChurnBenchmark}, in seconds. */
    final long seconds;

    Lifecycle(Protocol protocol, long seconds) {
        this.protocol = protocol;
        this.seconds = seconds;
    }
}
