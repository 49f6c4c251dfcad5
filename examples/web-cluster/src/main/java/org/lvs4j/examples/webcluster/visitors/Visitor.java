package org.lvs4j.examples.webcluster.visitors;

import com.google.gson.JsonElement;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.lvs4j.examples.webcluster.visitors.Crowd.Behaviour;

/**
 * One visitor: looks at the shop over HTTP, puts something into the basket, signs up over HTTPS, and then comes back
 * again and again, each time with new connections, to look, fill the basket and sometimes buy. It signs in again
 * when a server does not know its session, and checks that every page is right. Used by one thread.
 */
final class Visitor implements AutoCloseable {
    private static final int PRODUCTS = 12;
    private static final int BUYS_EACH = 3;
    private static final int UNAVAILABLE = 503;
    private static final int SOLD_OUT = 409;
    private static final int UNKNOWN_NAME = 401;
    private static final long RETRY_MILLIS = 300;

    private final int number;
    private final Behaviour behaviour;
    private final Counts counts;
    private final Browser browser;
    private final String name;
    private final String password = UUID.randomUUID().toString();
    /** What the visitor has put into the basket; the server should know the same. */
    private final Map<Integer, Integer> basket = new TreeMap<>();

    private boolean basketCertain = true;
    private boolean sessionKnown;
    private @Nullable String server;
    private boolean signedUp;
    private boolean signedIn;

    Visitor(Site site, int number, Behaviour behaviour, Counts counts) {
        this.number = number;
        this.behaviour = behaviour;
        this.counts = counts;
        browser = new Browser(site, () -> behaviour.addresses().apply(number), behaviour.patience(), counts);
        name = "visitor-" + number + "-" + password.substring(0, 8);
    }

    /** Visits the site as often as the behaviour says, or until it is told to stop. */
    void run(BooleanSupplier stopped) throws InterruptedException {
        for (int visit = 0; visit < behaviour.visits() && !stopped.getAsBoolean(); visit++) {
            try {
                visit(visit);
            } catch (AbandonedException e) {
                Thread.sleep(RETRY_MILLIS);
            } catch (IOException e) {
                if (e instanceof InterruptedIOException
                        && Thread.currentThread().isInterrupted()) {
                    return;
                }
                basketCertain = false;
                counts.failed(server == null ? "" : server, reason(e));
                Thread.sleep(RETRY_MILLIS);
            }
            browser.rest();
        }
    }

    private void visit(int visit) throws IOException, InterruptedException, AbandonedException {
        if (visit == 0) {
            // Anonymous and over HTTP: the other port of the same address.
            see(browser.get(false, "/"));
            put(false, 1 + number % PRODUCTS);
        }
        if (behaviour.shopping() && !signedIn) {
            signIn();
        }
        see(browser.get(behaviour.secure(), "/products/" + product(visit)));
        put(behaviour.secure(), product(visit));
        Page page = see(browser.get(behaviour.secure(), "/basket"));
        compareBasket();
        if (behaviour.shopping() && signedIn && visit % BUYS_EACH == BUYS_EACH - 1) {
            buy(page);
        }
    }

    private int product(int visit) {
        return 1 + (number + visit) % PRODUCTS;
    }

    private void put(boolean secure, int product) throws IOException, InterruptedException, AbandonedException {
        Page page = see(browser.post(secure, "/basket/add", "product", String.valueOf(product), "count", "1"));
        if (page.redirected()) {
            sessionKnown = true;
            basket.merge(product, 1, Integer::sum);
        } else {
            counts.wrong("status " + page.status() + " for a product put into the basket");
        }
    }

    /** Compares what the server knows of the basket with what was put into it; after a failure it is believed. */
    private void compareBasket() throws IOException, InterruptedException, AbandonedException {
        Page page = see(browser.get(behaviour.secure(), "/api/me"));
        Map<Integer, Integer> known = new TreeMap<>();
        for (JsonElement item :
                JsonParser.parseString(page.body()).getAsJsonObject().getAsJsonArray("basket")) {
            known.put(
                    item.getAsJsonObject().get("product").getAsInt(),
                    item.getAsJsonObject().get("count").getAsInt());
        }
        if (basketCertain && !known.equals(basket)) {
            counts.wrong("a basket that is not as it was filled");
        }
        basket.clear();
        basket.putAll(known);
        basketCertain = true;
    }

    private void signIn() throws IOException, InterruptedException, AbandonedException {
        Page page = see(browser.post(true, signedUp ? "/sign-in" : "/sign-up", "name", name, "password", password));
        if (!page.redirected() && page.status() == SOLD_OUT && !signedUp) {
            // The answer to the first attempt was lost.
            page = see(browser.post(true, "/sign-in", "name", name, "password", password));
        }
        if (page.redirected()) {
            signedUp = true;
            signedIn = true;
            sessionKnown = true;
            counts.signIn();
        } else if (page.status() == UNKNOWN_NAME) {
            counts.wrong("the account is not known any more");
            signedUp = false;
        } else {
            counts.wrong("status " + page.status() + " for a sign-in");
        }
    }

    private void buy(Page basketPage) throws IOException, InterruptedException, AbandonedException {
        String token = token(basketPage.body());
        if (token == null) {
            counts.wrong("a basket of " + basket.size() + " products without a form");
            return;
        }
        Page page = see(browser.post(true, "/checkout", "token", token));
        String location = page.location();
        if (page.redirected() && location != null && location.startsWith("/orders/")) {
            counts.order(new Crowd.Order(Long.parseLong(location.substring("/orders/".length()))));
            basket.clear();
        } else if (page.status() == SOLD_OUT) {
            emptyBasket();
        } else {
            counts.wrong("status " + page.status() + " for a checkout");
        }
    }

    private void emptyBasket() throws IOException, InterruptedException, AbandonedException {
        for (int product : List.copyOf(basket.keySet())) {
            see(browser.post(true, "/basket/remove", "product", String.valueOf(product)));
            basket.remove(product);
        }
    }

    private static @Nullable String token(String body) {
        String start = "name=\"token\" value=\"";
        int from = body.indexOf(start);
        return from < 0 ? null : body.substring(from + start.length(), body.indexOf('"', from + start.length()));
    }

    /** Counts an answer, and notices another server and a lost session. */
    private Page see(Page page) throws IOException, InterruptedException, AbandonedException {
        if (page.server().isEmpty()) {
            throw new IOException("status " + page.status() + " by a proxy whose web server is gone");
        }
        counts.page(page.server());
        String before = server;
        server = page.server();
        if (before != null && !before.equals(page.server())) {
            counts.moved();
        }
        // An answer to a request with the cookie of a session that is known to be lost says so again.
        boolean lost = sessionKnown && page.session() == Page.SessionKnowledge.LOST;
        sessionKnown = page.session() == Page.SessionKnowledge.KNOWN;
        if (lost) {
            counts.lost(before == null ? "" : before);
            signedIn = false;
            basketCertain = false;
        }
        if (page.status() == UNAVAILABLE) {
            basketCertain = false;
            counts.unavailable();
            throw new AbandonedException();
        }
        if (lost) {
            throw new AbandonedException();
        }
        Thread.sleep(behaviour.pause().toMillis());
        return page;
    }

    /** A short reason, the same for the same kind of failure. */
    private static String reason(IOException failure) {
        List<String> kinds = new ArrayList<>();
        for (Throwable e = failure; e != null; e = e.getCause()) {
            if (e instanceof SocketTimeoutException) {
                return "no answer in time";
            }
            if (e instanceof ConnectException) {
                return "connection refused";
            }
            if (e instanceof SocketException || e instanceof SSLException) {
                return "connection reset";
            }
            kinds.add(e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage());
        }
        return kinds.get(0).startsWith("unexpected end of stream") ? "connection closed" : kinds.get(0);
    }

    @Override
    public void close() {
        browser.close();
    }

    /** The visitor leaves, and comes back later. */
    private static final class AbandonedException extends Exception {
        private static final long serialVersionUID = 1;

        AbandonedException() {
            super(null, null, false, false);
        }
    }
}
