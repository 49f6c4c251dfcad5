package org.lvs4j.examples.webcluster.web;

import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** The headers that every answer has, and the number of answers. */
final class AnswerHeaders implements Filter {
    private static final String SESSION_STATE = "shop.session";

    private final String server;
    private final Sessions sessions;
    private final LongAdder answers;

    AnswerHeaders(String server, Sessions sessions, LongAdder answers) {
        this.server = server;
        this.sessions = sessions;
        this.answers = answers;
    }

    /** {@code none}, {@code known} or {@code lost}: about the cookie of this request. */
    static String sessionState(ServletRequest request) {
        return String.valueOf(request.getAttribute(SESSION_STATE));
    }

    /** {@code new} or {@code resumed}; null on HTTP. */
    static @Nullable String tls(ServletRequest request) {
        return (String) request.getAttribute(TlsStart.ATTRIBUTE);
    }

    @Override
    public void doFilter(ServletRequest servletRequest, ServletResponse servletResponse, FilterChain chain)
            throws IOException, ServletException {
        HttpServletRequest request = (HttpServletRequest) servletRequest;
        HttpServletResponse response = (HttpServletResponse) servletResponse;
        String path = request.getRequestURI();
        if (!path.equals("/health")) {
            answers.increment();
        }
        String state = request.getRequestedSessionId() == null
                ? "none"
                : request.isRequestedSessionIdValid() ? "known" : "lost";
        request.setAttribute(SESSION_STATE, state);
        response.setHeader("X-Web-Server", server);
        if (sessions.lookedUp(path)) {
            response.setHeader("X-Session", state);
        }
        String tls = tls(request);
        if (tls != null) {
            response.setHeader("X-TLS", tls);
        }
        response.setHeader("X-Content-Type-Options", "nosniff");
        response.setHeader("X-Frame-Options", "DENY");
        response.setHeader("Referrer-Policy", "same-origin");
        // A file that somebody adds must not run scripts with the cookies of the shop.
        response.setHeader(
                "Content-Security-Policy",
                path.startsWith("/files/")
                        ? "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; sandbox"
                        : "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self' https:");
        if (path.startsWith("/files/") && (path.contains("/.") || path.endsWith("/"))) {
            response.sendError(HttpServletResponse.SC_NOT_FOUND);
            return;
        }
        chain.doFilter(request, response);
    }
}
