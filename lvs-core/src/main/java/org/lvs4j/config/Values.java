package org.lvs4j.config;

import org.jspecify.annotations.Nullable;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.IpAddress;
import org.lvs4j.net.Protocol;

/** Parses the values of options: numbers, addresses, ports, names. */
final class Values {
    /** The port of a {@link Host} without one. */
    static final int NO_PORT = -1;

    private static final int MAX_NAME_LENGTH = 64;

    /** An address with a port, 0..65535 or {@link #NO_PORT}. */
    record Host(IpAddress address, int port) {
        Endpoint endpoint(int defaultPort) {
            return new Endpoint(address, port == NO_PORT ? defaultPort : port);
        }
    }

    private Values() {}

    /** A decimal number within limits. */
    static long number(Token token, long min, long max, String problem) throws RuleException {
        long number = digits(token.text(), max);
        if (number < min) {
            throw token.misused(problem, "a number within " + min + ".." + max);
        }
        return number;
    }

    /** The value of a decimal number, as C reads it: after white space and a plus; -1 if it is none or above a limit. */
    static long digits(String text, long max) {
        int at = 0;
        while (at < text.length() && " \t\n\u000B\f\r".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
        at += text.startsWith("+", at) ? 1 : 0;
        return number(text, at, 10, max);
    }

    /** The value of the digits from an offset on, or -1 if there is none, another character, or it is above a limit. */
    private static long number(String text, int start, int base, long max) {
        long number = 0;
        for (int i = start; i < text.length(); i++) {
            char c = text.charAt(i);
            int digit = c < 0x80 ? Character.digit(c, base) : -1;
            if (digit < 0 || number > (max - digit) / base) {
                return -1;
            }
            number = number * base + digit;
        }
        return start >= text.length() ? -1 : number;
    }

    /**
     * An address with or without a port, which may be a name of the protocol. An IPv6 address with a port is in
     * brackets.
     */
    static Host host(Token token, Protocol protocol, String problem) throws RuleException {
        String text = token.text();
        boolean brackets = text.startsWith("[");
        int end = text.indexOf(brackets ? ']' : ':');
        if (!brackets && end != text.lastIndexOf(':')) {
            // Two colons: an IPv6 address without a port.
            end = -1;
        }
        String host;
        String port;
        if (brackets) {
            host = end < 0 ? "" : text.substring(1, end);
            port = text.substring(end + 1);
        } else {
            host = end < 0 ? text : text.substring(0, end);
            port = end < 0 ? "" : text.substring(end);
        }
        IpAddress address = address(host);
        if (brackets ? address == null || address.isV4() : address == null && host.indexOf(':') >= 0) {
            throw token.misused(problem, "an IPv6 address in brackets such as [fd00::1]:80");
        }
        if (address == null) {
            throw token.misused(problem, "an IP address (no name) such as 10.0.0.1:80 or [fd00::1]:80");
        }
        return new Host(address, port.isEmpty() ? NO_PORT : port(token, port, protocol, problem));
    }

    private static int port(Token token, String text, Protocol protocol, String problem) throws RuleException {
        String wanted = text.substring(1);
        int port = text.startsWith(":") ? (int) digits(wanted, Endpoint.MAX_PORT) : NO_PORT;
        if (port != NO_PORT) {
            return port;
        }
        ServiceNames names = ServiceNames.current();
        port = text.startsWith(":") ? names.port(wanted, protocol) : ServiceNames.UNKNOWN;
        if (port == ServiceNames.UNKNOWN) {
            boolean name = text.startsWith(":") && wanted.length() <= MAX_NAME_LENGTH;
            String nearest = name ? names.nearest(wanted, protocol) : null;
            throw token.misused(
                    problem,
                    "a port within 0.." + Endpoint.MAX_PORT + " or a well-known name of " + protocol + " such as "
                            + (nearest == null ? "https" : nearest) + " after ':'");
        }
        return port;
    }

    /** An address literal, or null. Of IPv4 every form that C reads: {@code 127.1}, octal and hexadecimal numbers. */
    static @Nullable IpAddress address(String text) {
        try {
            return IpAddress.parse(text);
        } catch (IllegalArgumentException e) {
            return classicAddress(text);
        }
    }

    /** An IPv4 address of one to four numbers, of which the last fills the remaining bytes, or null. */
    private static @Nullable IpAddress classicAddress(String text) {
        String[] parts = text.split("\\.", 5);
        long address = 0;
        for (int i = 0; i < parts.length; i++) {
            boolean last = i == parts.length - 1;
            int bits = last ? Integer.SIZE - Byte.SIZE * i : Byte.SIZE;
            long number = bits < Byte.SIZE ? -1 : classicNumber(parts[i], (1L << bits) - 1);
            if (number < 0) {
                return null;
            }
            address = address << bits | number;
        }
        return IpAddress.v4((int) address);
    }

    private static long classicNumber(String text, long max) {
        if (text.startsWith("0x") || text.startsWith("0X")) {
            return number(text, 2, 16, max);
        }
        return number(text, 0, text.startsWith("0") ? 8 : 10, max);
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
