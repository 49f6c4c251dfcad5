package org.lvs4j.examples.webcluster.web;

import jakarta.servlet.http.Cookie;
import java.sql.SQLException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.eclipse.jetty.ee10.servlet.SessionHandler;
import org.eclipse.jetty.http.HttpCookie;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.session.AbstractSessionCache;
import org.eclipse.jetty.session.DefaultSessionCache;
import org.eclipse.jetty.session.ManagedSession;
import org.eclipse.jetty.session.NullSessionCache;
import org.eclipse.jetty.session.NullSessionDataStore;
import org.jspecify.annotations.Nullable;
import org.lvs4j.examples.webcluster.storage.Database;
import org.lvs4j.examples.webcluster.storage.DatabaseUnavailableException;

/**
 * The sessions: in the memory of this server, or in the database for all servers. At most {@value #MAX} at a time, each
 * until {@value #IDLE_SECONDS} s after its last request.
 */
final class Sessions extends SessionHandler {
    static final String COOKIE = "session";
    static final String SIGNED_IN_COOKIE = "signed-in";
    /** An attribute of a request: the account that the session it creates is for. */
    static final String SIGN_IN = "shop.sign-in";

    private static final int MAX = 20_000;
    private static final int IDLE_SECONDS = 1_800;
    private static final long COUNT_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final @Nullable SessionTable table;
    private final AbstractSessionCache cache;
    private long tableCount;
    private long countedAtNanos = System.nanoTime() - COUNT_NANOS;

    private Sessions(@Nullable SessionTable table) {
        this.table = table;
        setSessionCookie(COOKIE);
        setSessionPath("/");
        setHttpOnly(true);
        setSameSite(HttpCookie.SameSite.LAX);
        setUsingUriParameters(false);
        setMaxInactiveInterval(IDLE_SECONDS);
        // A session in the database is read for each request: the last one may have been at another server.
        cache = table == null ? new DefaultSessionCache(this) : new NullSessionCache(this);
        cache.setSessionDataStore(table == null ? new NullSessionDataStore() : table);
        // The answer tells the client what to ask next; that request must find the session as this one left it.
        cache.setFlushOnResponseCommit(true);
        setSessionCache(cache);
    }

    static Sessions inMemory() {
        return new Sessions(null);
    }

    static Sessions in(Database database) {
        return new Sessions(new SessionTable(database));
    }

    /** The number of sessions that this server knows; that in the database is up to a second old. */
    synchronized long count() {
        if (table == null) {
            return ((DefaultSessionCache) cache).getSessionsCurrent();
        }
        if (System.nanoTime() - countedAtNanos >= COUNT_NANOS) {
            tableCount = table.count();
            countedAtNanos = System.nanoTime();
        }
        return tableCount;
    }

    /** Fails if there are too many sessions for one more. */
    void requireSpace() {
        if (count() >= MAX) {
            throw new Problem(
                    503, "Too many visitors", "This server has no room for another session. Try again later.");
        }
    }

    /** Whether the session of a request is looked up: not for what works without the database if it is there. */
    boolean lookedUp(String path) {
        return table == null || !path.equals("/health") && !path.startsWith("/files/") && !path.startsWith("/assets/");
    }

    @Override
    protected RequestedSession resolveRequestedSessionId(Request request) {
        return lookedUp(Request.getPathInContext(request))
                ? super.resolveRequestedSessionId(request)
                : RequestedSession.NO_REQUESTED_SESSION;
    }

    @Override
    public @Nullable ManagedSession getManagedSession(String id) {
        ManagedSession session = super.getManagedSession(id);
        if (table != null && table.loadFailed()) {
            throw new DatabaseUnavailableException(
                    "the session could not be loaded", new SQLException("see the store"));
        }
        return session;
    }

    /** The account is there before the cookie is made, which depends on it. */
    @Override
    public void newSession(Request request, String requestedId, Consumer<ManagedSession> consumer) {
        super.newSession(request, requestedId, session -> {
            Object account = request.getAttribute(SIGN_IN);
            if (account != null) {
                session.setAttribute(Visit.ACCOUNT, account);
            }
            consumer.accept(session);
        });
    }

    /** Secure only with an account: a visitor of the HTTP pages keeps the basket when the checkout goes to HTTPS. */
    @Override
    public HttpCookie getSessionCookie(ManagedSession session, boolean requestIsSecure) {
        return HttpCookie.build(super.getSessionCookie(session, requestIsSecure))
                .secure(session.getAttribute(Visit.ACCOUNT) != null)
                .build();
    }

    /** Tells the client to forget its session. */
    Cookie noCookie() {
        return cookie(COOKIE, "", 0, true);
    }

    /** Tells HTTP, which does not see the session, whether there is one with an account. */
    Cookie signedInCookie(boolean signedIn) {
        return cookie(SIGNED_IN_COOKIE, signedIn ? "yes" : "", signedIn ? -1 : 0, false);
    }

    private static Cookie cookie(String name, String value, int maxAge, boolean secure) {
        Cookie cookie = new Cookie(name, value);
        cookie.setPath("/");
        cookie.setMaxAge(maxAge);
        cookie.setHttpOnly(true);
        cookie.setSecure(secure);
        cookie.setAttribute("SameSite", "Lax");
        return cookie;
    }
}
