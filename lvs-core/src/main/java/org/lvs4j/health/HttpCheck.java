package org.lvs4j.health;

import static java.util.Objects.requireNonNull;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Asks a web server for some pages, one after the other, and judges status, digest and content. Immutable.
 *
 * @param target the address that is asked
 * @param schedule when it is asked
 * @param tls whether the connection is encrypted ({@code SSL_GET}); the certificate is not verified
 * @param serverName whether the name of the virtual host is sent in the TLS handshake ({@code enable_sni})
 * @param version the version of the request
 * @param fastRecovery whether the pages follow each other without a pause before the first full pass and after a
 *     failure ({@code fast_recovery})
 * @param pages the pages, in their order; at least one
 */
public record HttpCheck(
        ProbeTarget target,
        CheckSchedule schedule,
        boolean tls,
        boolean serverName,
        Version version,
        boolean fastRecovery,
        List<HttpPage> pages)
        implements NetworkCheck {
    /** The version of a request. */
    public enum Version {
        /** HTTP/1.0 without a Connection header. */
        HTTP_1_0,
        /** HTTP/1.0 with {@code Connection: close}. */
        HTTP_1_0_CLOSE,
        /** HTTP/1.1 with {@code Connection: close}. */
        HTTP_1_1
    }

    /**
     * Checks all values.
     *
     * @throws IllegalArgumentException if there is no page
     */
    public HttpCheck {
        requireNonNull(target, "target");
        requireNonNull(schedule, "schedule");
        requireNonNull(version, "version");
        pages = List.copyOf(requireNonNull(pages, "pages"));
        if (pages.isEmpty()) {
            throw new IllegalArgumentException("a check by HTTP needs at least one page");
        }
    }

    /**
     * An HTTP/1.0 check of one page, which passes with a status of 200..299.
     *
     * @param path with its slash, such as {@code /health}
     * @throws IllegalArgumentException if the path does not begin with a slash
     */
    public static HttpCheck of(ProbeTarget target, CheckSchedule schedule, String path) {
        requireNonNull(target, "target");
        requireNonNull(schedule, "schedule");
        if (!requireNonNull(path, "path").startsWith("/")) {
            throw new IllegalArgumentException("a check by HTTP: the path '" + path + "' does not begin with '/'");
        }
        return new HttpCheck(target, schedule, false, false, Version.HTTP_1_0, false, List.of(HttpPage.of(path)));
    }

    @Override
    public String kind() {
        return tls ? "SSL_GET" : "HTTP_GET";
    }

    /** The value of the Host header for a page. */
    String host(@Nullable String virtualHost) {
        return virtualHost == null ? target.endpoint().toString() : virtualHost;
    }
}
