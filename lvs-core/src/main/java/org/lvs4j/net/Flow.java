package org.lvs4j.net;

import static java.util.Objects.requireNonNull;

/**
 * Who talks to whom: protocol, client and virtual endpoint as primitives, and the firewall mark.
 * Mutable and not thread-safe, so that a caller who keeps one per thread asks the director about
 * millions of packets without allocating. The director reads a flow during a call and never keeps it.
 *
 * <p>Addresses are two words each, as {@link IpAddress#high()} and {@link IpAddress#low()} give them.
 */
public final class Flow {
    private Protocol protocol = Protocol.TCP;
    private AddressFamily family = AddressFamily.IPV4;
    private long sourceHigh;
    private long sourceLow;
    private int sourcePort;
    private long destinationHigh;
    private long destinationLow;
    private int destinationPort;
    private int mark;

    /** A flow of all zeroes, to be filled by {@link #set}. */
    public Flow() {}

    /**
     * A flow between two endpoints, without a mark.
     *
     * @throws IllegalArgumentException if the endpoints are of different families
     */
    public static Flow of(Protocol protocol, Endpoint source, Endpoint destination) {
        return new Flow().set(protocol, source, destination);
    }

    /** Fills this flow and clears the mark. Returns this. */
    public Flow set(Protocol protocol, Endpoint source, Endpoint destination) {
        IpAddress from = source.address();
        IpAddress to = destination.address();
        if (from.family() != to.family()) {
            throw new IllegalArgumentException(source + " and " + destination + " are of different families");
        }
        return set(
                protocol,
                from.family(),
                from.high(),
                from.low(),
                source.port(),
                to.high(),
                to.low(),
                destination.port());
    }

    /** Fills this flow from primitives and clears the mark. Ports must be within 0..65535. Returns this. */
    public Flow set(
            Protocol protocol,
            AddressFamily family,
            long sourceHigh,
            long sourceLow,
            int sourcePort,
            long destinationHigh,
            long destinationLow,
            int destinationPort) {
        this.protocol = requireNonNull(protocol, "protocol");
        this.family = requireNonNull(family, "family");
        this.sourceHigh = sourceHigh;
        this.sourceLow = sourceLow;
        this.sourcePort = sourcePort;
        this.destinationHigh = destinationHigh;
        this.destinationLow = destinationLow;
        this.destinationPort = destinationPort;
        this.mark = 0;
        return this;
    }

    /** Sets the firewall mark; zero means none. Returns this. */
    public Flow mark(int mark) {
        this.mark = mark;
        return this;
    }

    /** The transport protocol. */
    public Protocol protocol() {
        return protocol;
    }

    /** The family of both addresses. */
    public AddressFamily family() {
        return family;
    }

    /** Upper word of the client's address. */
    public long sourceHigh() {
        return sourceHigh;
    }

    /** Lower word of the client's address. */
    public long sourceLow() {
        return sourceLow;
    }

    /** The client's port. */
    public int sourcePort() {
        return sourcePort;
    }

    /** Upper word of the virtual address. */
    public long destinationHigh() {
        return destinationHigh;
    }

    /** Lower word of the virtual address. */
    public long destinationLow() {
        return destinationLow;
    }

    /** The virtual port. */
    public int destinationPort() {
        return destinationPort;
    }

    /** The firewall mark, zero for none. */
    public int mark() {
        return mark;
    }

    /** The client as a value (allocates). */
    public Endpoint source() {
        return new Endpoint(IpAddress.of(family, sourceHigh, sourceLow), sourcePort);
    }

    /** The virtual endpoint as a value (allocates). */
    public Endpoint destination() {
        return new Endpoint(IpAddress.of(family, destinationHigh, destinationLow), destinationPort);
    }

    @Override
    public String toString() {
        return protocol + " " + source() + " -> " + destination() + (mark == 0 ? "" : " mark " + mark);
    }
}
