package org.lvs4j.net;

/** The transport protocols that can be balanced, with their IANA numbers. */
public enum Protocol {
    /** Transmission Control Protocol. */
    TCP(6),
    /** User Datagram Protocol. */
    UDP(17),
    /** Stream Control Transmission Protocol. */
    SCTP(132);

    private final int number;

    Protocol(int number) {
        this.number = number;
    }

    /** The number in the IP header. */
    public int number() {
        return number;
    }
}
