package org.lvs4j.admin.internal.api;

import java.util.Locale;
import org.lvs4j.admin.internal.http.Problem;
import org.lvs4j.net.AddressFamily;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.Protocol;
import org.lvs4j.service.ServiceKey;

/**
 * The keys of services as they stand in paths: {@code tcp:10.0.0.1:80}, {@code udp:[fd00::1]:53}, {@code fwmark:5}, {@code
 * fwmark6:5} and {@code name:orders}.
 */
final class ServiceIds {
    private static final String MARK = "fwmark";
    private static final String MARK_6 = "fwmark6";
    private static final String NAME = "name";

    private ServiceIds() {}

    static String print(ServiceKey key) {
        if (key instanceof ServiceKey.Address address) {
            return address.protocol().name().toLowerCase(Locale.ROOT) + ":" + address.endpoint();
        } else if (key instanceof ServiceKey.Mark mark) {
            return (mark.family() == AddressFamily.IPV6 ? MARK_6 : MARK) + ":" + Integer.toUnsignedString(mark.mark());
        }
        return NAME + ":" + ((ServiceKey.Named) key).name();
    }

    /**
     * Reads a key.
     *
     * @throws Problem with what was expected
     */
    static ServiceKey parse(String text) throws Problem {
        int colon = text.indexOf(':');
        if (colon < 0) {
            throw malformed(text, "it has no colon");
        }
        String rest = text.substring(colon + 1);
        try {
            return switch (text.substring(0, colon)) {
                case MARK -> ServiceKey.mark(Integer.parseUnsignedInt(rest));
                case MARK_6 -> ServiceKey.mark(Integer.parseUnsignedInt(rest), AddressFamily.IPV6);
                case NAME -> ServiceKey.named(rest);
                case "tcp" -> ServiceKey.of(Protocol.TCP, Endpoint.parse(rest));
                case "udp" -> ServiceKey.of(Protocol.UDP, Endpoint.parse(rest));
                case "sctp" -> ServiceKey.of(Protocol.SCTP, Endpoint.parse(rest));
                default -> throw malformed(text, "'" + text.substring(0, colon) + "' is no kind of service");
            };
        } catch (IllegalArgumentException e) {
            throw malformed(text, String.valueOf(e.getMessage()));
        }
    }

    private static Problem malformed(String text, String reason) {
        return Problem.badRequest("'" + text + "' names no service: " + reason
                + "; expected tcp:ADDRESS:PORT, udp:ADDRESS:PORT, sctp:ADDRESS:PORT, fwmark:NUMBER, fwmark6:NUMBER or"
                + " name:NAME");
    }

    /**
     * Reads the endpoint of a server.
     *
     * @throws Problem with what was expected
     */
    static Endpoint server(String text) throws Problem {
        try {
            return Endpoint.parse(text);
        } catch (IllegalArgumentException e) {
            throw Problem.badRequest("'" + text + "' names no server: " + e.getMessage());
        }
    }
}
