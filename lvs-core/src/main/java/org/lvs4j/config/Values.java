package org.lvs4j.config;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.IpAddress;

/** Parses the values of options: numbers, addresses, ports, names. */
final class Values {
    /** The port of a {@link Host} without one. */
    static final int NO_PORT = -1;

    private static final int MAX_NAME_LENGTH = 64;

    /** Service names that rules are likely to contain, with the ports that IANA assigned. */
    private static final Map<String, Integer> PORTS = Map.ofEntries(
            Map.entry("ftp-data", 20),
            Map.entry("ftp", 21),
            Map.entry("ssh", 22),
            Map.entry("telnet", 23),
            Map.entry("smtp", 25),
            Map.entry("domain", 53),
            Map.entry("tftp", 69),
            Map.entry("http", 80),
            Map.entry("www", 80),
            Map.entry("kerberos", 88),
            Map.entry("pop3", 110),
            Map.entry("sunrpc", 111),
            Map.entry("nntp", 119),
            Map.entry("ntp", 123),
            Map.entry("imap2", 143),
            Map.entry("imap", 143),
            Map.entry("snmp", 161),
            Map.entry("ldap", 389),
            Map.entry("https", 443),
            Map.entry("submission", 587),
            Map.entry("syslog", 514),
            Map.entry("ldaps", 636),
            Map.entry("imaps", 993),
            Map.entry("pop3s", 995),
            Map.entry("radius", 1812),
            Map.entry("nfs", 2049),
            Map.entry("mysql", 3306),
            Map.entry("postgresql", 5432),
            Map.entry("sip", 5060),
            Map.entry("sip-tls", 5061),
            Map.entry("http-alt", 8080));

    /** An address with a port, 0..65535 or {@link #NO_PORT}. */
    record Host(IpAddress address, int port) {
        Endpoint endpoint(int defaultPort) {
            return new Endpoint(address, port == NO_PORT ? defaultPort : port);
        }
    }

    private Values() {}

    /** A decimal number within limits. */
    static long number(Token token, long min, long max, String problem) throws RuleException {
        long number = digits(token.text());
        if (number < min || number > max) {
            throw token.misused(problem, "a number within " + min + ".." + max);
        }
        return number;
    }

    /** The value of a text of digits up to 2^62, or -1. */
    private static long digits(String text) {
        long number = 0;
        for (int i = 0; i < text.length(); i++) {
            int digit = text.charAt(i) - '0';
            if (digit < 0 || digit > 9 || number > Long.MAX_VALUE / 20) {
                return -1;
            }
            number = number * 10 + digit;
        }
        return text.isEmpty() ? -1 : number;
    }

    /** An address with or without a port; an IPv6 address is in brackets. */
    static Host host(Token token, String problem) throws RuleException {
        String text = token.text();
        int end = text.indexOf(text.startsWith("[") ? ']' : ':');
        String host;
        String port;
        if (text.startsWith("[")) {
            host = end < 0 ? "" : text.substring(1, end);
            port = text.substring(end + 1);
            if (host.indexOf(':') < 0) {
                throw token.misused(problem, "an IPv6 address in brackets such as [fd00::1]:80");
            }
        } else {
            host = end < 0 ? text : text.substring(0, end);
            port = end < 0 ? "" : text.substring(end);
            if (port.indexOf(':', 1) >= 0) {
                throw token.misused(problem, "an IPv6 address in brackets such as [fd00::1]:80");
            }
        }
        IpAddress address = address(host);
        if (address == null) {
            throw token.misused(problem, "an IP address (no name) such as 10.0.0.1:80 or [fd00::1]:80");
        }
        if (port.isEmpty()) {
            return new Host(address, NO_PORT);
        }
        int number = port.startsWith(":") ? port(port.substring(1)) : NO_PORT;
        if (number == NO_PORT) {
            throw token.misused(
                    problem, "a port within 0.." + Endpoint.MAX_PORT + " or a well-known name such as http after ':'");
        }
        return new Host(address, number);
    }

    private static int port(String text) {
        long number = digits(text);
        if (number >= 0) {
            return number <= Endpoint.MAX_PORT ? (int) number : NO_PORT;
        }
        return PORTS.getOrDefault(text, NO_PORT);
    }

    /** An address literal, or null. */
    static @Nullable IpAddress address(String text) {
        try {
            return IpAddress.parse(text);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    /** The name of a scheduler, an engine or an interface. */
    static String name(Token token, String problem) throws RuleException {
        String text = token.text();
        boolean good = !text.isEmpty() && text.length() <= MAX_NAME_LENGTH && text.charAt(0) != '-';
        for (int i = 0; good && i < text.length(); i++) {
            char c = text.charAt(i);
            good = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || "._-".indexOf(c) >= 0;
        }
        if (!good) {
            throw token.misused(problem, "a name of up to " + MAX_NAME_LENGTH + " letters and digits");
        }
        return text;
    }
}
