package org.lvs4j.net;

import static java.util.Objects.requireNonNull;

import java.net.InetSocketAddress;

/**
 * An address and a port, written {@code 10.0.0.1:80} or {@code [fd00::1]:80}. Immutable.
 *
 * @param address the address
 * @param port 0..65535; what zero means is said where an endpoint is used
 */
public record Endpoint(IpAddress address, int port) implements Comparable<Endpoint> {
    /** The highest port. */
    public static final int MAX_PORT = 65_535;

    /**
     * Checks the port.
     *
     * @throws IllegalArgumentException if it is outside 0..65535
     */
    public Endpoint {
        requireNonNull(address, "address");
        if (port < 0 || port > MAX_PORT) {
            throw new IllegalArgumentException("port " + port + " is outside 0.." + MAX_PORT);
        }
    }

    /**
     * The endpoint of a resolved socket address.
     *
     * @throws IllegalArgumentException if it is unresolved
     */
    public static Endpoint of(InetSocketAddress address) {
        if (address.isUnresolved()) {
            throw new IllegalArgumentException(address.getHostString() + " is not resolved");
        }
        return new Endpoint(IpAddress.of(address.getAddress()), address.getPort());
    }

    /**
     * Reads {@code 10.0.0.1:80}, {@code [fd00::1]:80}, or an address alone (port 0).
     *
     * @throws IllegalArgumentException if the text is anything else; names are never looked up
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
                "'" + text + "' is not an address and port; expected 10.0.0.1:80 or [fd00::1]:80, port 0.." + MAX_PORT);
    }

    /** This address with another port. */
    public Endpoint withPort(int newPort) {
        return newPort == port ? this : new Endpoint(address, newPort);
    }

    /** The same for the standard library; never looks up a name. */
    public InetSocketAddress toSocketAddress() {
        return new InetSocketAddress(address.toInetAddress(), port);
    }

    /** By address, then by port. */
    @Override
    public int compareTo(Endpoint other) {
        int byAddress = address.compareTo(other.address);
        return byAddress != 0 ? byAddress : Integer.compare(port, other.port);
    }

    /** {@code 10.0.0.1:80} or {@code [fd00::1]:80}. */
    @Override
    public String toString() {
        return address.isV4() ? address + ":" + port : "[" + address + "]:" + port;
    }
}
