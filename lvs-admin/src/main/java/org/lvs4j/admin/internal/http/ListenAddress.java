package org.lvs4j.admin.internal.http;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.IpAddress;

/**
 * Where an endpoint listens: {@code 127.0.0.1:9110}, {@code [::1]:9110}, {@code localhost:9110} or {@code unix:PATH}.
 *
 * @param path of a Unix socket, or null
 * @param endpoint of TCP, or null
 */
public record ListenAddress(@Nullable Path path, @Nullable Endpoint endpoint) {
    private static final String UNIX = "unix:";
    private static final String LOCALHOST = "localhost:";

    /**
     * Reads an address.
     *
     * @throws IllegalArgumentException in one sentence, with what was expected
     */
    public static ListenAddress parse(String text) {
        String expected = "; expected ADDRESS:PORT, such as 127.0.0.1:9110 or [::1]:9110, or unix:PATH";
        try {
            if (text.startsWith(UNIX)) {
                if (text.length() == UNIX.length()) {
                    throw new IllegalArgumentException("'" + text + "' names no path" + expected);
                }
                return new ListenAddress(Path.of(text.substring(UNIX.length())), null);
            }
            String numeric = text.toLowerCase(Locale.ROOT).startsWith(LOCALHOST)
                    ? "127.0.0.1:" + text.substring(LOCALHOST.length())
                    : text;
            if (!numeric.matches("(\\[.*]|[^:]*):\\d+")) {
                throw new IllegalArgumentException("it has no port");
            }
            return new ListenAddress(null, Endpoint.parse(numeric));
        } catch (InvalidPathException e) {
            throw new IllegalArgumentException("'" + text + "' is no path: " + e.getReason() + expected, e);
        } catch (IllegalArgumentException e) {
            if (String.valueOf(e.getMessage()).endsWith(expected)) {
                throw e;
            }
            throw new IllegalArgumentException("'" + text + "': " + e.getMessage() + expected, e);
        }
    }

    /** Whether it is a Unix socket. */
    public boolean isUnix() {
        return path != null;
    }

    /** Whether only this host reaches it. */
    public boolean isLocal() {
        return endpoint == null || toInet(endpoint).isLoopbackAddress();
    }

    private static InetAddress toInet(Endpoint endpoint) {
        return endpoint.address().toInetAddress();
    }

    SocketAddress toSocketAddress() {
        if (path != null) {
            return UnixDomainSocketAddress.of(path);
        }
        Endpoint tcp = Objects.requireNonNull(endpoint);
        return new InetSocketAddress(toInet(tcp), tcp.port());
    }

    /** Whether a text is an IP address as it stands in a URL. */
    static boolean isNumeric(String host) {
        String address = host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
        if (address.indexOf(':') >= 0 == (address.length() == host.length())) {
            return false;
        }
        try {
            IpAddress.parse(address);
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    @Override
    public String toString() {
        return path != null ? UNIX + path : String.valueOf(endpoint);
    }
}
