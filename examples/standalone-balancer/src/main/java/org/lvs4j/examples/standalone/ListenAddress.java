package org.lvs4j.examples.standalone;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.Protocol;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * An address to listen on beyond those of the services, for a service of every port or of a firewall mark.
 *
 * @param protocol TCP or UDP
 * @param endpoint the address; its port is not zero
 * @param mark the firewall mark of the connections and packets that arrive there, unsigned; 0 for none
 */
record ListenAddress(Protocol protocol, Endpoint endpoint, int mark) {

    /** Parses {@code tcp:10.0.0.1:80} or {@code udp:[fd00::1]:53@5}. */
    static final class Converter implements ITypeConverter<ListenAddress> {
        private static final Pattern FORM = Pattern.compile("(?<protocol>[^:]*):(?<endpoint>[^@]*)(@(?<mark>.*))?");

        @Override
        public ListenAddress convert(String text) {
            Matcher matcher = FORM.matcher(text);
            if (!matcher.matches()) {
                throw malformed(text, "not an address to listen on");
            }
            Protocol protocol = switch (matcher.group("protocol").toLowerCase(Locale.ROOT)) {
                case "tcp" -> Protocol.TCP;
                case "udp" -> Protocol.UDP;
                default -> throw malformed(text, "the protocol must be tcp or udp");
            };
            Endpoint endpoint;
            try {
                endpoint = Endpoint.parse(matcher.group("endpoint"));
            } catch (IllegalArgumentException e) {
                throw malformed(text, String.valueOf(e.getMessage()));
            }
            if (endpoint.port() == 0) {
                throw malformed(text, "a port within 1..65535 is needed");
            }
            return new ListenAddress(protocol, endpoint, mark(text, matcher.group("mark")));
        }

        private static int mark(String text, @Nullable String mark) {
            if (mark == null) {
                return 0;
            }
            long value = mark.matches("\\d{1,10}") ? Long.parseLong(mark) : 0;
            if (value < 1 || value > 0xFFFF_FFFFL) {
                throw malformed(text, "the mark must be a number within 1..4294967295");
            }
            return (int) value;
        }

        private static TypeConversionException malformed(String text, String why) {
            return new TypeConversionException(
                    "'" + text + "': " + why + "; expected PROTO:ADDRESS:PORT[@MARK] such as tcp:10.0.0.1:80@5");
        }
    }

    @Override
    public String toString() {
        return protocol + " " + endpoint + (mark == 0 ? "" : " mark " + Integer.toUnsignedString(mark));
    }
}
