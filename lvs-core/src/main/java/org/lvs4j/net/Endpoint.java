package org.lvs4j.net;

import static java.util.Objects.requireNonNull;

import java.net.InetSocketAddress;

/**
 * An IP address and a port, written {@code 10.0.0.1:80} or {@code [fd00::1]:80}. Immutable.
 *
 * @param address the address
 * @param port 0..{@value #MAX_PORT}; the meaning of port 0 depends on the use of the endpoint
 */
public record Endpoint(IpAddress address, int port) implements Comparable<Endpoint> {
    /** The highest port: {@value}. */
    public static final int MAX_PORT = 65_535;

    /**
     * Checks the port.
     *
     * @throws IllegalArgumentException if it is outside 0..{@value #MAX_PORT}
     */
    public Endpoint {
        requireNonNull(address, "address");
        if (port < 0 || port > MAX_PORT) {
            throw new IllegalArgumentException("port " + port + " is outside 0.." + MAX_PORT);
        }
    }

    /**
     * Converts a resolved socket address. A scope id is dropped.
     *
     * @throws IllegalArgumentException if the address is unresolved
     */
    public static Endpoint of(InetSocketAddress address) {
        if (requireNonNull(address, "address").isUnresolved()) {
            throw new IllegalArgumentException(address.getHostString() + " is not resolved");
        }
        return new Endpoint(IpAddress.of(address.getAddress()), address.getPort());
    }

    /**
     * Parses {@code 10.0.0.1:80}, {@code [fd00::1]:80}, or an address without a port, which gives port 0. An IPv6
     * address without a port may be written with or without brackets.
     *
     * @throws IllegalArgumentException if the text is anything else; host names are never resolved
     */
    public static Endpoint parse(String text) {
        requireNonNull(text, "text");
        String host = text;
        String port = "0";
        if (text.startsWith("[")) {
            int end = text.indexOf(']');
            if (end < 0) {
                throw malformed(text);
            }
            host = text.substring(1, end);
            String rest = text.substring(end + 1);
            if (host.indexOf(':') < 0 || !rest.isEmpty() && !rest.startsWith(":")) {
                throw malformed(text);
            }
            port = rest.isEmpty() ? "0" : rest.substring(1);
        } else if (text.indexOf(':') >= 0 && text.indexOf(':') == text.lastIndexOf(':')) {
            host = text.substring(0, text.indexOf(':'));
            port = text.substring(text.indexOf(':') + 1);
        }
        IpAddress address = IpAddress.parseOrNull(host);
        int number = parsePort(port);
        if (address == null || number < 0) {
            throw malformed(text);
        }
        return new Endpoint(address, number);
    }

    private static int parsePort(String text) {
        if (text.isEmpty() || text.length() > 5 || !text.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return -1;
        }
        int port = Integer.parseInt(text);
        return port <= MAX_PORT ? port : -1;
    }

    private static IllegalArgumentException malformed(String text) {
        return new IllegalArgumentException(
                "'" + text + "' is not an address and port; expected 10.0.0.1:80 or [fd00::1]:80, port 0.." + MAX_PORT
                        + "; names of hosts are not looked up here");
    }

    /**
     * This address with another port.
     *
     * @throws IllegalArgumentException if the port is outside 0..{@value #MAX_PORT}
     */
    public Endpoint withPort(int newPort) {
        return newPort == port ? this : new Endpoint(address, newPort);
    }

    /** Converts to a resolved socket address of the standard library. Never resolves a host name. */
    public InetSocketAddress toSocketAddress() {
        return new InetSocketAddress(address.toInetAddress(), port);
    }

    /** Orders by address, then by port. */
    @Override
    public int compareTo(Endpoint other) {
        int byAddress = address.compareTo(requireNonNull(other, "other").address);
        return byAddress != 0 ? byAddress : Integer.compare(port, other.port);
    }

    /** The text form, {@code 10.0.0.1:80} or {@code [fd00::1]:80}, which {@link #parse} accepts. */
    @Override
    public String toString() {
        return address.isV4() ? address + ":" + port : "[" + address + "]:" + port;
    }
}
