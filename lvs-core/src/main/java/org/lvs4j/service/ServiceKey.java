package org.lvs4j.service;

import static java.util.Objects.requireNonNull;

import org.lvs4j.net.AddressFamily;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.Protocol;

/** What a virtual service is found by: an address with its protocol, or a firewall mark. Immutable. */
public sealed interface ServiceKey permits ServiceKey.Address, ServiceKey.Mark {

    /** The family of the clients and of the virtual address. */
    AddressFamily family();

    /**
     * The TCP service at an endpoint such as {@code 10.0.0.1:80}.
     *
     * @throws IllegalArgumentException if the text is not an endpoint
     */
    static ServiceKey tcp(String endpoint) {
        return of(Protocol.TCP, Endpoint.parse(endpoint));
    }

    /**
     * The UDP service at an endpoint such as {@code 10.0.0.1:53}.
     *
     * @throws IllegalArgumentException if the text is not an endpoint
     */
    static ServiceKey udp(String endpoint) {
        return of(Protocol.UDP, Endpoint.parse(endpoint));
    }

    /** The service at an endpoint; port 0 stands for every port of the address. */
    static ServiceKey of(Protocol protocol, Endpoint endpoint) {
        return new Address(protocol, endpoint);
    }

    /**
     * The IPv4 service of a firewall mark.
     *
     * @throws IllegalArgumentException if the mark is zero
     */
    static ServiceKey mark(int mark) {
        return new Mark(mark, AddressFamily.IPV4);
    }

    /**
     * The service of a firewall mark for one address family.
     *
     * @throws IllegalArgumentException if the mark is zero
     */
    static ServiceKey mark(int mark, AddressFamily family) {
        return new Mark(mark, family);
    }

    /**
     * A service at an address.
     *
     * @param protocol the transport protocol
     * @param endpoint the virtual address; port 0 stands for every port, and needs persistence
     */
    record Address(Protocol protocol, Endpoint endpoint) implements ServiceKey {
        /** Checks for nulls. */
        public Address {
            requireNonNull(protocol, "protocol");
            requireNonNull(endpoint, "endpoint");
        }

        @Override
        public AddressFamily family() {
            return endpoint.address().family();
        }

        /** For example {@code TCP 10.0.0.1:80}. */
        @Override
        public String toString() {
            return protocol + " " + endpoint;
        }
    }

    /**
     * A service of a firewall mark.
     *
     * @param mark the mark as an unsigned 32-bit number, not zero
     * @param family the family of its clients
     */
    record Mark(int mark, AddressFamily family) implements ServiceKey {
        /** Checks the mark. */
        public Mark {
            requireNonNull(family, "family");
            if (mark == 0) {
                throw new IllegalArgumentException("firewall mark 0 means no mark; expected 1..4294967295");
            }
        }

        /** For example {@code FWM 5} or {@code FWM 6 IPv6}. */
        @Override
        public String toString() {
            return "FWM " + Integer.toUnsignedString(mark) + (family == AddressFamily.IPV6 ? " IPv6" : "");
        }
    }
}
