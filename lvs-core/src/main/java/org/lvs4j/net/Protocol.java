package org.lvs4j.net;

/** The transport protocols that can be balanced, with the numbers that IANA assigns to them. */
public enum Protocol {
    /** Transmission Control Protocol, RFC 9293. */
    TCP(6),
    /** User Datagram Protocol, RFC 768. */
    UDP(17),
    /** Stream Control Transmission Protocol, RFC 9260. */
    SCTP(132);

    private final int number;

    Protocol(int number) {
        this.number = number;
    }

    /** The protocol number in the IP header: 6, 17 or 132. */
    public int number() {
        return number;
    }
}
