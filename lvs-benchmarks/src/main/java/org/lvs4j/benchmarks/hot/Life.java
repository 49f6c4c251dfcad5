package org.lvs4j.benchmarks.hot;

import org.lvs4j.net.Protocol;

/** What a connection goes through at a director from its first packet to its end. */
public enum Life {
    /** SYN and ACK; in the end RST, after which it stays for 10 s in the state CLOSE until the timer removes it. */
    TCP(Protocol.TCP, 100),

    /** One datagram; the timer removes it 300 s later. */
    UDP(Protocol.UDP, 300);

    final Protocol protocol;

    /** How long connections live that come and go. */
    final long seconds;

    Life(Protocol protocol, long seconds) {
        this.protocol = protocol;
        this.seconds = seconds;
    }
}
