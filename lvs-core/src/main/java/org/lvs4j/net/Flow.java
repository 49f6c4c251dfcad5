package org.lvs4j.net;

import static java.util.Objects.requireNonNull;

/**
 * The 5-tuple of a packet or a connection as primitives: protocol, source address and port, destination address and
 * port; and a firewall mark beside it. Mutable and not thread-safe: a caller that reuses one per thread dispatches
 * millions of packets without allocating. The director reads a flow during a call and does not keep it.
 *
 * <p>For a packet from a client the source is the client and the destination is the virtual endpoint. For a reply
 * the source is the real server, or the virtual endpoint if the server answers clients itself, and the destination
 * is the client.
 *
 * <p>An address is two words, those of {@link IpAddress#high()} and {@link IpAddress#low()}. Both addresses are of one
 * family. Two flows are equal only if they are the same object: a mutable 5-tuple is no key of a map.
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

    /** A flow from TCP {@code 0.0.0.0:0} to {@code 0.0.0.0:0} without a mark, to be filled by {@link #set}. */
    public Flow() {}

    /**
     * A new flow from one endpoint to another, without a mark.
     *
     * @throws IllegalArgumentException if the endpoints are of different families
     */
    public static Flow of(Protocol protocol, Endpoint source, Endpoint destination) {
        return new Flow().set(protocol, source, destination);
    }

    /**
     * Sets the 5-tuple and clears the mark.
     *
     * @return this
     * @throws IllegalArgumentException if the endpoints are of different families; this flow is unchanged then
     */
    public Flow set(Protocol protocol, Endpoint source, Endpoint destination) {
        requireNonNull(protocol, "protocol");
        IpAddress from = requireNonNull(source, "source").address();
        IpAddress to = requireNonNull(destination, "destination").address();
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

    /**
     * Sets the 5-tuple from primitives and clears the mark. Addresses and ports are not checked.
     *
     * @param protocol the transport protocol
     * @param family the family of both addresses
     * @param sourceHigh upper 64 bits of the source address; 0 for IPv4
     * @param sourceLow lower 64 bits of the source address, or the 32 bits of an IPv4 address
     * @param sourcePort 0..65535
     * @param destinationHigh upper 64 bits of the destination address; 0 for IPv4
     * @param destinationLow lower 64 bits of the destination address, or the 32 bits of an IPv4 address
     * @param destinationPort 0..65535
     * @return this
     */
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

    /**
     * Sets the firewall mark.
     *
     * @param mark the mark as an unsigned 32-bit number; 0 for none
     * @return this
     */
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

    /** The upper 64 bits of the source address; 0 for IPv4. */
    public long sourceHigh() {
        return sourceHigh;
    }

    /** The lower 64 bits of the source address, or the 32 bits of an IPv4 address. */
    public long sourceLow() {
        return sourceLow;
    }

    /** The source port, 0..65535. */
    public int sourcePort() {
        return sourcePort;
    }

    /** The upper 64 bits of the destination address; 0 for IPv4. */
    public long destinationHigh() {
        return destinationHigh;
    }

    /** The lower 64 bits of the destination address, or the 32 bits of an IPv4 address. */
    public long destinationLow() {
        return destinationLow;
    }

    /** The destination port, 0..65535. */
    public int destinationPort() {
        return destinationPort;
    }

    /** The firewall mark as an unsigned 32-bit number; 0 for none. */
    public int mark() {
        return mark;
    }

    /** The source as a value. Allocates. */
    public Endpoint source() {
        return new Endpoint(IpAddress.of(family, sourceHigh, sourceLow), sourcePort);
    }

    /** The destination as a value. Allocates. */
    public Endpoint destination() {
        return new Endpoint(IpAddress.of(family, destinationHigh, destinationLow), destinationPort);
    }

    /** For messages, for example {@code TCP 10.9.9.9:1234 -> 10.0.0.1:80 mark 5}. */
    @Override
    public String toString() {
        return protocol + " " + source() + " -> " + destination()
                + (mark == 0 ? "" : " mark " + Integer.toUnsignedString(mark));
    }
}
