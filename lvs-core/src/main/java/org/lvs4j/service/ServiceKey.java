package org.lvs4j.service;

import static java.util.Objects.requireNonNull;

import org.lvs4j.net.AddressFamily;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.Protocol;

/** The key of a virtual service: a protocol and a virtual endpoint, a firewall mark, or a name. Immutable. */
public sealed interface ServiceKey permits ServiceKey.Address, ServiceKey.Mark, ServiceKey.Named {

    /** The family of the clients and of the virtual address; IPv6 for a named service, whose servers may be of both. */
    AddressFamily family();

    /**
     * The key of a TCP service.
     *
     * @param endpoint the virtual endpoint, such as {@code 10.0.0.1:80}
     * @throws IllegalArgumentException if the text is not an endpoint, see {@link Endpoint#parse}
     */
    static ServiceKey tcp(String endpoint) {
        return of(Protocol.TCP, Endpoint.parse(requireNonNull(endpoint, "endpoint")));
    }

    /**
     * The key of a UDP service.
     *
     * @param endpoint the virtual endpoint, such as {@code 10.0.0.1:53}
     * @throws IllegalArgumentException if the text is not an endpoint, see {@link Endpoint#parse}
     */
    static ServiceKey udp(String endpoint) {
        return of(Protocol.UDP, Endpoint.parse(requireNonNull(endpoint, "endpoint")));
    }

    /**
     * The key of a service of any protocol.
     *
     * @param endpoint the virtual endpoint; port 0 is every port of the address
     */
    static ServiceKey of(Protocol protocol, Endpoint endpoint) {
        return new Address(protocol, endpoint);
    }

    /**
     * The key of the IPv4 service of a firewall mark.
     *
     * @param mark the mark as an unsigned 32-bit number, not 0
     * @throws IllegalArgumentException if the mark is 0
     */
    static ServiceKey mark(int mark) {
        return new Mark(mark, AddressFamily.IPV4);
    }

    /**
     * The key of the service of a firewall mark.
     *
     * @param mark the mark as an unsigned 32-bit number, not 0
     * @param family the family of its clients; one mark may have a service of each
     * @throws IllegalArgumentException if the mark is 0
     */
    static ServiceKey mark(int mark, AddressFamily family) {
        return new Mark(mark, family);
    }

    /**
     * The key of a service of an application that balances its own connections: it has no address, and no packet finds
     * it. Not part of IPVS.
     *
     * @param name such as {@code orders}; 1..{@value Named#MAX_LENGTH} characters of {@code A-Z a-z 0-9 . _ -}
     * @throws IllegalArgumentException if the name has other characters, none or too many
     */
    static ServiceKey named(String name) {
        return new Named(name);
    }

    /**
     * The key of a service at an address.
     *
     * @param protocol the transport protocol
     * @param endpoint the virtual endpoint; port 0 is every port of the address if the service is persistent.
     *     Otherwise, as in IPVS, no packet is scheduled for it, but a relay listens for it at a port that the system
     *     chooses
     */
    record Address(Protocol protocol, Endpoint endpoint) implements ServiceKey {
        /** Refuses nulls. */
        public Address {
            requireNonNull(protocol, "protocol");
            requireNonNull(endpoint, "endpoint");
        }

        @Override
        public AddressFamily family() {
            return endpoint.address().family();
        }

        /** For messages, for example {@code TCP 10.0.0.1:80}. */
        @Override
        public String toString() {
            return protocol + " " + endpoint;
        }
    }

    /**
     * The key of a service of a firewall mark.
     *
     * @param mark the mark as an unsigned 32-bit number, not 0
     * @param family the family of its clients
     */
    record Mark(int mark, AddressFamily family) implements ServiceKey {
        /**
         * Checks the mark.
         *
         * @throws IllegalArgumentException if it is 0
         */
        public Mark {
            requireNonNull(family, "family");
            if (mark == 0) {
                throw new IllegalArgumentException("firewall mark 0 means no mark; expected 1..4294967295");
            }
        }

        /** For messages, for example {@code FWM 5} or {@code FWM 6 IPv6}. */
        @Override
        public String toString() {
            return "FWM " + Integer.toUnsignedString(mark) + (family == AddressFamily.IPV6 ? " IPv6" : "");
        }
    }

    /**
     * The key of a service of an application that balances its own connections.
     *
     * @param name 1..{@value #MAX_LENGTH} characters of {@code A-Z a-z 0-9 . _ -}
     */
    record Named(String name) implements ServiceKey {
        /** The longest name, in characters. */
        public static final int MAX_LENGTH = 64;

        /**
         * Checks the name.
         *
         * @throws IllegalArgumentException if it has other characters, none or too many
         */
        public Named {
            if (!requireNonNull(name, "name").matches("[A-Za-z0-9._-]{1," + MAX_LENGTH + "}")) {
                throw new IllegalArgumentException(
                        "the name of a service is 1.." + MAX_LENGTH + " of A-Z a-z 0-9 . _ -, not '" + name + "'");
            }
        }

        @Override
        public AddressFamily family() {
            return AddressFamily.IPV6;
        }

        /** For messages: the name. */
        @Override
        public String toString() {
            return name;
        }
    }
}
