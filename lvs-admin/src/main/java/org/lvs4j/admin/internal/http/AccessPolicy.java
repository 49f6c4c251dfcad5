package org.lvs4j.admin.internal.http;

import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who may ask for what. No page of a web browser may: the name in {@code Host} must be one that an attacker's name server
 * cannot give to this address (DNS rebinding), and a request that a page has made must come from this endpoint itself
 * ({@code Origin}, {@code Sec-Fetch-Site}), unless it opens a page that is the same for everybody. A token is compared in a time that does not depend on where it differs.
 * Immutable.
 */
public final class AccessPolicy {
    /** What a change needs at an endpoint. */
    public enum Changing {
        /** Nothing: only its owner reaches it. */
        ALLOWED,
        /** The token. */
        TOKEN,
        /** There is none: the endpoint only reads. */
        REFUSED
    }

    static final String WRONG_TOKEN = "the token is wrong";
    private static final String BEARER = "bearer ";
    private static final Set<String> OWN_SITE = Set.of("same-origin", "none");

    private final boolean unix;
    private final boolean local;
    private final boolean tls;
    private final Set<String> hosts;
    private final byte @Nullable [] token;

    /**
     * A policy.
     *
     * @param hosts names for which it answers, in lower case, beside numeric addresses and {@code localhost}
     * @param token that changes need, or null
     */
    public AccessPolicy(ListenAddress address, boolean tls, Set<String> hosts, @Nullable String token) {
        unix = address.isUnix();
        local = address.isLocal();
        this.tls = tls;
        this.hosts = Set.copyOf(hosts);
        this.token = token == null ? null : digest(token);
    }

    private static byte[] digest(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JVM has SHA-256", e);
        }
    }

    /**
     * Checks where a request comes from, before anything else is done with it.
     *
     * @param linked whether a browser follows a link to what links on pages of other sites may lead to
     * @throws Problem if it may come from a page of a web browser
     */
    void requireOwnSite(HttpHeaders headers, boolean linked) throws Problem {
        List<String> given = headers.getAll(HttpHeaderNames.HOST);
        if (given.size() != 1) {
            throw Problem.badRequest("expected one header Host, not " + given.size());
        }
        String host = given.get(0).toLowerCase(Locale.ROOT);
        if (!unix && !isOwn(withoutPort(host))) {
            throw new Problem(
                    HttpResponseStatus.MISDIRECTED_REQUEST,
                    "this endpoint does not answer for the host '" + host + "': use its address, or allow the name");
        }
        String site = headers.get("Sec-Fetch-Site");
        if (site != null && !OWN_SITE.contains(site.toLowerCase(Locale.ROOT)) && !linked) {
            throw crossSite();
        }
        List<String> origins = headers.getAll(HttpHeaderNames.ORIGIN);
        String own = (tls ? "https://" : "http://") + host;
        if (origins.size() > 1
                || origins.size() == 1
                        && !origins.get(0).toLowerCase(Locale.ROOT).equals(own)) {
            throw crossSite();
        }
    }

    /** Whether a browser shows the answer as a page of its own: the page with the link cannot read it, nor frame it. */
    static boolean opensPage(HttpHeaders headers) {
        return "navigate".equals(headers.get("Sec-Fetch-Mode")) && "document".equals(headers.get("Sec-Fetch-Dest"));
    }

    private static Problem crossSite() {
        return new Problem(HttpResponseStatus.FORBIDDEN, "a page of another site must not use this endpoint");
    }

    private boolean isOwn(String host) {
        return host.equals("localhost") || ListenAddress.isNumeric(host) || hosts.contains(host);
    }

    private static String withoutPort(String host) {
        int colon = host.lastIndexOf(':');
        return colon > host.lastIndexOf(']') ? host.substring(0, colon) : host;
    }

    /** What a change needs. */
    public Changing changing() {
        return unix ? Changing.ALLOWED : token == null ? Changing.REFUSED : Changing.TOKEN;
    }

    /**
     * Checks whether a client may use an operation.
     *
     * @throws Problem if not, with what to do
     */
    void require(Route.Access access, HttpHeaders headers) throws Problem {
        if (access == Route.Access.OPEN || unix || access == Route.Access.READ && local) {
            return;
        }
        if (token == null) {
            throw new Problem(
                    HttpResponseStatus.FORBIDDEN,
                    "this endpoint has no token, so it only reads: give it one (--admin-token-file, Builder.token), or use a"
                            + " Unix socket");
        }
        String authorization = headers.get(HttpHeaderNames.AUTHORIZATION);
        if (authorization == null || !authorization.toLowerCase(Locale.ROOT).startsWith(BEARER)) {
            throw unauthorized("this needs the token: Authorization: Bearer TOKEN");
        }
        if (!MessageDigest.isEqual(
                token, digest(authorization.substring(BEARER.length()).strip()))) {
            throw unauthorized(WRONG_TOKEN);
        }
    }

    private static Problem unauthorized(String detail) {
        return new Problem(
                HttpResponseStatus.UNAUTHORIZED, detail, Map.of("WWW-Authenticate", "Bearer realm=\"lvs4j\""));
    }

    /**
     * Checks the body of a change: one of another type may come from the form of a web page.
     *
     * @throws Problem if it is of another type
     */
    static void requireJson(FullHttpRequest request) throws Problem {
        String type = request.headers().get(HttpHeaderNames.CONTENT_TYPE, "");
        int parameters = type.indexOf(';');
        String plain = (parameters < 0 ? type : type.substring(0, parameters)).strip();
        if (request.content().isReadable()
                && !plain.equalsIgnoreCase(Response.JSON)
                && !plain.equalsIgnoreCase("application/merge-patch+json")) {
            throw new Problem(
                    HttpResponseStatus.UNSUPPORTED_MEDIA_TYPE, "the body has to be of Content-Type: application/json");
        }
    }
}
