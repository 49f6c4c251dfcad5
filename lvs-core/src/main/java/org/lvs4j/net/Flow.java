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
    private long clientHigh;
    private long clientLow;
    private int clientPort;
    private long virtualHigh;
    private long virtualLow;
    private int virtualPort;
    private int mark;

    /** A flow of all zeroes, to be filled by {@link #set}. */
    public Flow() {}

    /**
     * A flow between two endpoints, without a mark.
     *
     * @throws IllegalArgumentException if the endpoints are of different families
     */
    public static Flow of(Protocol protocol, Endpoint client, Endpoint virtual) {
        return new Flow().set(protocol, client, virtual);
    }

    /** Fills this flow and clears the mark. Returns this. */
    public Flow set(Protocol protocol, Endpoint client, Endpoint virtual) {
        IpAddress from = client.address();
        IpAddress to = virtual.address();
        if (from.family() != to.family()) {
            throw new IllegalArgumentException(client + " and " + virtual + " are of different families");
        }
        return set(
                protocol, from.family(), from.high(), from.low(), client.port(), to.high(), to.low(), virtual.port());
    }

    /** Fills this flow from primitives and clears the mark. Ports must be within 0..65535. Returns this. */
    public Flow set(
            Protocol protocol,
            AddressFamily family,
            long clientHigh,
            long clientLow,
            int clientPort,
            long virtualHigh,
            long virtualLow,
            int virtualPort) {
        this.protocol = requireNonNull(protocol, "protocol");
        this.family = requireNonNull(family, "family");
        this.clientHigh = clientHigh;
        this.clientLow = clientLow;
        this.clientPort = clientPort;
        this.virtualHigh = virtualHigh;
        this.virtualLow = virtualLow;
        this.virtualPort = virtualPort;
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
    public long clientHigh() {
        return clientHigh;
    }

    /** Lower word of the client's address. */
    public long clientLow() {
        return clientLow;
    }

    /** The client's port. */
    public int clientPort() {
        return clientPort;
    }

    /** Upper word of the virtual address. */
    public long virtualHigh() {
        return virtualHigh;
    }

    /** Lower word of the virtual address. */
    public long virtualLow() {
        return virtualLow;
    }

    /** The virtual port. */
    public int virtualPort() {
        return virtualPort;
    }

    /** The firewall mark, zero for none. */
    public int mark() {
        return mark;
    }

    /** The client as a value (allocates). */
    public Endpoint client() {
        return new Endpoint(IpAddress.of(family, clientHigh, clientLow), clientPort);
    }

    /** The virtual endpoint as a value (allocates). */
    public Endpoint virtual() {
        return new Endpoint(IpAddress.of(family, virtualHigh, virtualLow), virtualPort);
    }

    @Override
    public String toString() {
        return protocol + " " + client() + " -> " + virtual() + (mark == 0 ? "" : " mark " + mark);
    }
}
