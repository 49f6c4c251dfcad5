package org.lvs4j.admin.internal.api;

import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.lvs4j.admin.internal.http.Problem;
import org.lvs4j.admin.internal.http.Request;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.IpAddress;
import org.lvs4j.net.Protocol;

/** Which connections or templates a client wants to see. A place is an address, or an address with a port. */
record TableFilter(
        @Nullable Protocol protocol,
        @Nullable Place client,
        @Nullable Place virtual,
        @Nullable Place server) {
    /**
     * An address, and a port if it matters.
     *
     * @param port or -1 for every port
     */
    record Place(IpAddress address, int port) {
        static @Nullable Place of(String name, @Nullable String text) throws Problem {
            if (text == null) {
                return null;
            }
            try {
                return new Place(IpAddress.parse(text), -1);
            } catch (IllegalArgumentException e) {
                // Then it has a port.
            }
            try {
                Endpoint endpoint = Endpoint.parse(text);
                return new Place(endpoint.address(), endpoint.port());
            } catch (IllegalArgumentException e) {
                throw Problem.badRequest(name + " '" + text + "' is neither an address nor ADDRESS:PORT");
            }
        }

        boolean contains(Endpoint endpoint) {
            return endpoint.address().equals(address) && (port < 0 || port == endpoint.port());
        }
    }

    /**
     * Reads the parameters {@code protocol}, {@code client}, {@code virtual} and {@code server}.
     *
     * @throws Problem if one is wrong
     */
    static TableFilter of(Request request) throws Problem {
        return new TableFilter(
                protocol(request.parameter("protocol")),
                Place.of("client", request.parameter("client")),
                Place.of("virtual", request.parameter("virtual")),
                Place.of("server", request.parameter("server")));
    }

    static @Nullable Protocol protocol(@Nullable String text) throws Problem {
        if (text == null) {
            return null;
        }
        for (Protocol each : Protocol.values()) {
            if (each.name().toLowerCase(Locale.ROOT).equals(text)) {
                return each;
            }
        }
        throw Problem.badRequest("protocol '" + text + "' is none of tcp, udp, sctp");
    }

    boolean matches(@Nullable Protocol actual, Endpoint from, Endpoint to, Endpoint at) {
        return (protocol == null || protocol == actual)
                && (client == null || client.contains(from))
                && (virtual == null || virtual.contains(to))
                && (server == null || server.contains(at));
    }
}
