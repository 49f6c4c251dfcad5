package org.lvs4j.examples.webcluster.web;

import io.javalin.http.Context;
import io.javalin.http.HttpStatus;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpSession;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.lvs4j.examples.webcluster.shop.Account;
import org.lvs4j.examples.webcluster.shop.Basket;

/** One request and its session. */
final class Visit {
    static final String ACCOUNT = "account";
    private static final String BASKET = "basket";
    /** A name, an IPv4 address or an IPv6 address in brackets. */
    private static final Pattern HOST = Pattern.compile("[A-Za-z0-9._-]{1,255}|\\[[0-9A-Fa-f:.]{2,45}]");

    private static final Object[] LOCKS = new Object[64];

    static {
        for (int i = 0; i < LOCKS.length; i++) {
            LOCKS[i] = new Object();
        }
    }

    private final Context context;
    private final Sessions sessions;
    private final int httpsPort;

    Visit(Context context, Sessions sessions, int httpsPort) {
        this.context = context;
        this.sessions = sessions;
        this.httpsPort = httpsPort;
    }

    Context context() {
        return context;
    }

    HttpServletRequest request() {
        return context.req();
    }

    boolean secure() {
        return request().isSecure();
    }

    /** {@code new} or {@code resumed}; null on HTTP. */
    @Nullable
    String tls() {
        return AnswerHeaders.tls(request());
    }

    String sessionState() {
        return AnswerHeaders.sessionState(request());
    }

    @Nullable
    HttpSession session() {
        return request().getSession(false);
    }

    /** The customer who is signed in. Over HTTP nobody is: there, anybody could have read the cookie. */
    @Nullable
    Account account() {
        HttpSession session = session();
        return session == null || !secure() ? null : (Account) session.getAttribute(ACCOUNT);
    }

    Basket basket() {
        HttpSession session = session();
        Basket basket = session == null ? null : (Basket) session.getAttribute(BASKET);
        return basket == null ? Basket.empty() : basket;
    }

    /** Changes the basket; two requests of one session at the same time both have their effect. */
    void changeBasket(UnaryOperator<Basket> change) {
        HttpSession session = openSession();
        synchronized (LOCKS[Math.floorMod(session.getId().hashCode(), LOCKS.length)]) {
            session.setAttribute(BASKET, change.apply(basket()));
        }
    }

    /** Takes what was ordered out of the basket, unless it is another one by now. */
    void emptyBasket(Basket ordered) {
        changeBasket(basket -> basket.token().equals(ordered.token()) ? basket.without(ordered) : basket);
    }

    private HttpSession openSession() {
        HttpSession session = session();
        if (session == null) {
            sessions.requireSpace();
            session = request().getSession(true);
        }
        return session;
    }

    /** Keeps the basket, in a session with a new id, which nobody can have planted. */
    void signIn(Account account) {
        Basket basket = basket();
        HttpSession session = session();
        if (session == null) {
            sessions.requireSpace();
        } else {
            // The new one has its place.
            session.invalidate();
        }
        request().setAttribute(Sessions.SIGN_IN, account);
        session = request().getSession(true);
        if (!basket.isEmpty()) {
            session.setAttribute(BASKET, basket);
        }
        context.res().addCookie(sessions.signedInCookie(true));
    }

    /**
     * Whether this request came over HTTP from a browser that is signed in over HTTPS. Such a browser keeps the secure
     * cookie of its session to itself, and takes none in its place over HTTP.
     */
    boolean signedInOverHttps() {
        return !secure() && context.cookie(Sessions.SIGNED_IN_COOKIE) != null;
    }

    void signOut() {
        HttpSession session = session();
        if (session != null) {
            session.invalidate();
            context.res().addCookie(sessions.noCookie());
            context.res().addCookie(sessions.signedInCookie(false));
        }
    }

    void seeOther(String path) {
        context.redirect(path, HttpStatus.SEE_OTHER);
    }

    /** Sends the client to the same path on HTTPS. Not for ever: the port may be another one tomorrow. */
    void redirectToHttps() {
        context.redirect(onHttps(), HttpStatus.TEMPORARY_REDIRECT);
    }

    /**
     * Lets the client get a page on HTTPS. A form does not go there by a redirect: to browsers, it then comes from another
     * site, without cookies.
     */
    void seeOtherOnHttps(String path) {
        seeOther(httpsOrigin() + path);
    }

    /** The URL of this request on HTTPS. */
    String onHttps() {
        String query = context.queryString();
        return httpsOrigin() + context.path() + (query == null ? "" : "?" + query);
    }

    private String httpsOrigin() {
        String named = request().getServerName();
        String host = HOST.matcher(named).matches() ? named : request().getLocalAddr();
        String port = httpsPort == 443 ? "" : ":" + httpsPort;
        return "https://" + host + port;
    }
}
