package org.lvs4j.config;

import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.IpAddress;
import org.lvs4j.net.Protocol;
import org.lvs4j.service.Forwarding;
import org.lvs4j.service.Forwarding.Checksum;
import org.lvs4j.service.Forwarding.Encapsulation;
import org.lvs4j.service.Forwarding.Method;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;

/** Reads a real server from the options of a command line. */
final class ServerOptions {
    private static final String BAD_ADDRESS = "illegal real server address[:port] specified";
    private static final Set<Option> TUNNEL_ONLY = Set.of(Option.TUNNEL_TYPE, Option.TUNNEL_PORT);

    private ServerOptions() {}

    /** The endpoint of {@code -r}. The default port is that of the service; for a firewall mark it is 0. */
    static Endpoint endpoint(Arguments arguments, ServiceKey key) throws RuleException {
        Token token = arguments.valueOrStart(Option.REAL_SERVER);
        Protocol protocol = key instanceof ServiceKey.Address address ? address.protocol() : Protocol.TCP;
        return Values.host(token, protocol, BAD_ADDRESS).endpoint(servicePort(key));
    }

    /** Refuses addresses that are not of one machine, as the kernel does. */
    private static void requireUnicast(Arguments arguments, IpAddress address) throws RuleException {
        boolean broadcast = address.isV4() && address.low() == 0xFFFF_FFFFL;
        boolean linkLocal = !address.isV4() && address.high() >>> 54 == 0xFE80 >>> 6;
        if (address.isUnspecified() || address.isMulticast() || broadcast || linkLocal) {
            throw arguments
                    .valueOrStart(Option.REAL_SERVER)
                    .error(
                            RuleException.EXIT_REFUSED,
                            "Invalid operation.  Possibly wrong module version, address not unicast, ...",
                            "the address of one machine" + (linkLocal ? " that needs no interface beside it" : ""));
        }
    }

    private static int servicePort(ServiceKey key) {
        return key instanceof ServiceKey.Address address ? address.endpoint().port() : 0;
    }

    /** The whole server of {@code -a} and {@code -e}. */
    static RealServer server(Arguments arguments, ServiceKey key) throws RuleException {
        Endpoint endpoint = endpoint(arguments, key);
        Forwarding forwarding = forwarding(arguments);
        requireUnicast(arguments, endpoint.address());
        if (endpoint.address().family() != key.family() && forwarding.method() != Method.TUNNEL) {
            throw arguments
                    .valueOrStart(Option.REAL_SERVER)
                    .misused(
                            "Different address family is allowed only for tunneling servers",
                            "an " + (key.family().bits() == 32 ? "IPv4" : "IPv6") + " address, or -i");
        }
        if (forwarding.method() != Method.MASQUERADE && key instanceof ServiceKey.Address) {
            // Direct routing and tunnels leave the destination port as it is.
            endpoint = endpoint.withPort(servicePort(key));
        }
        int weight = arguments.number(Option.WEIGHT, 0, Integer.MAX_VALUE, 1, "illegal weight specified");
        int upper = arguments.number(Option.UPPER_THRESHOLD, 0, Integer.MAX_VALUE, 0, "illegal u_threshold specified");
        int lower = arguments.number(Option.LOWER_THRESHOLD, 0, Integer.MAX_VALUE, 0, "illegal l_threshold specified");
        Token lowerToken = arguments.value(Option.LOWER_THRESHOLD);
        if (lower > upper && lowerToken != null) {
            throw lowerToken.error(
                    RuleException.EXIT_REFUSED,
                    "Numerical result out of range",
                    "a lower threshold (-y) of at most the upper one (-x), which is " + upper);
        }
        return new RealServer(endpoint, weight, forwarding, upper, lower);
    }

    private static Forwarding forwarding(Arguments arguments) throws RuleException {
        if (arguments.has(Option.TUNNEL)) {
            return Forwarding.tunnel(tunnel(arguments));
        }
        for (Set<Option> options : Set.of(TUNNEL_ONLY, Option.CHECKSUM)) {
            refuse(arguments, options, "Tunnel options conflict with forward method", "-i beside it");
        }
        return arguments.has(Option.MASQUERADE) ? Forwarding.masquerade() : Forwarding.direct();
    }

    private static Forwarding.Tunnel tunnel(Arguments arguments) throws RuleException {
        Encapsulation encapsulation = encapsulation(arguments);
        switch (encapsulation) {
            case IPIP -> {
                refuse(arguments, Option.CHECKSUM, encapsulation, "--tun-type gue or gre beside it");
                refuse(arguments, Set.of(Option.TUNNEL_PORT), encapsulation, "--tun-type gue beside it");
            }
            case GRE -> {
                refuse(arguments, Set.of(Option.TUNNEL_PORT), encapsulation, "--tun-type gue beside it");
                refuse(arguments, Set.of(Option.TUNNEL_REMOTE_CHECKSUM), encapsulation, "--tun-nocsum or --tun-csum");
            }
            case GUE -> {
                Token type = arguments.value(Option.TUNNEL_TYPE);
                if (!arguments.has(Option.TUNNEL_PORT) && type != null) {
                    throw type.misused(
                            "You need to supply the 'tun-port' option for the 'gue' tunnel type",
                            "--tun-port PORT beside gue");
                }
            }
        }
        Option checksum = arguments.first(Option.CHECKSUM);
        Option other = arguments.last(Option.CHECKSUM);
        if (checksum != null && other != null && checksum != other) {
            Token token = arguments.option(other);
            throw (token == null ? arguments.start() : token)
                    .misused(
                            "The option '" + other.longName() + "' conflicts with the '" + checksum.longName()
                                    + "' option in the '" + name(encapsulation) + "' tunnel type",
                            "only one of them");
        }
        int number = arguments.number(Option.TUNNEL_PORT, 1, Endpoint.MAX_PORT, 0, "illegal tunnel port specified");
        return new Forwarding.Tunnel(encapsulation, number, checksum(checksum));
    }

    private static Encapsulation encapsulation(Arguments arguments) throws RuleException {
        Token type = arguments.value(Option.TUNNEL_TYPE);
        if (type == null) {
            return Encapsulation.IPIP;
        }
        return switch (type.text()) {
            case "ipip" -> Encapsulation.IPIP;
            case "gue" -> Encapsulation.GUE;
            case "gre" -> Encapsulation.GRE;
            default -> throw type.misused("illegal tunnel type specified", "ipip, gue or gre");
        };
    }

    private static Checksum checksum(@Nullable Option given) {
        if (given == Option.TUNNEL_CHECKSUM) {
            return Checksum.FULL;
        }
        return given == Option.TUNNEL_REMOTE_CHECKSUM ? Checksum.REMOTE : Checksum.NONE;
    }

    private static void refuse(Arguments arguments, Set<Option> options, Encapsulation encapsulation, String expected)
            throws RuleException {
        Option given = arguments.first(options);
        if (given != null) {
            String problem =
                    "Illegal '" + given.longName() + "' option with the '" + name(encapsulation) + "' tunnel type";
            refuse(arguments, options, problem, expected);
        }
    }

    private static String name(Encapsulation encapsulation) {
        return encapsulation.name().toLowerCase(Locale.ROOT);
    }

    private static void refuse(Arguments arguments, Set<Option> options, String problem, String expected)
            throws RuleException {
        Option given = arguments.first(options);
        Token token = given == null ? null : arguments.option(given);
        if (token != null) {
            throw token.misused(problem, expected);
        }
    }
}
