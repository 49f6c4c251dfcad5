package org.lvs4j.examples.webcluster.visitors;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import javax.net.SocketFactory;
import okhttp3.Call;
import okhttp3.ConnectionPool;
import okhttp3.Cookie;
import okhttp3.CookieJar;
import okhttp3.EventListener;
import okhttp3.FormBody;
import okhttp3.Handshake;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/**
 * The browser of one visitor: it has cookies, TLS sessions and connections of its own, comes from certain addresses, repeats
 * nothing and follows no redirection. Not thread-safe.
 */
final class Browser implements AutoCloseable {
    /** All browsers, whose threads and defaults they share. */
    private static final OkHttpClient SHARED = new OkHttpClient.Builder()
            .followRedirects(false)
            .followSslRedirects(false)
            .retryOnConnectionFailure(false)
            .protocols(List.of(Protocol.HTTP_1_1))
            .build();

    private static final int MAX_CONNECTIONS = 2;
    private static final int KEEP_ALIVE_SECONDS = 30;

    private final Site site;
    private final Counts counts;
    private final ConnectionPool connections =
            new ConnectionPool(MAX_CONNECTIONS, KEEP_ALIVE_SECONDS, TimeUnit.SECONDS);
    private final OkHttpClient client;
    private volatile boolean handshakeDone;

    /**
     * A browser.
     *
     * @param addresses where each next connection comes from
     * @param patience how long it waits for each step of an answer
     */
    Browser(Site site, Supplier<InetAddress> addresses, Duration patience, Counts counts) {
        this.site = site;
        this.counts = counts;
        client = SHARED.newBuilder()
                .connectionPool(connections)
                .connectTimeout(patience)
                .readTimeout(patience)
                .writeTimeout(patience)
                .cookieJar(new Cookies())
                .sslSocketFactory(site.tls().getSocketFactory(), site.trust())
                .socketFactory(new BoundSockets(addresses))
                .eventListener(new Handshakes())
                .build();
    }

    Page get(boolean secure, String path) throws IOException {
        return send(new Request.Builder().url(site.url(secure, path)).build());
    }

    /**
     * Sends a form.
     *
     * @param fields names and values, in turn
     */
    Page post(boolean secure, String path, String... fields) throws IOException {
        FormBody.Builder form = new FormBody.Builder();
        for (int i = 0; i < fields.length; i += 2) {
            form.add(fields[i], fields[i + 1]);
        }
        return send(new Request.Builder()
                .url(site.url(secure, path))
                .post(form.build())
                .build());
    }

    private Page send(Request request) throws IOException {
        Call call = client.newCall(request);
        try (Response response = call.execute()) {
            String body = response.body().string();
            if (handshakeDone) {
                handshakeDone = false;
                counts.handshake("resumed".equals(response.header("X-TLS")));
            }
            return new Page(
                    response.code(),
                    header(response, "X-Web-Server", ""),
                    Page.SessionKnowledge.valueOf(
                            header(response, "X-Session", "none").toUpperCase(Locale.ROOT)),
                    path(response.header("Location")),
                    body);
        }
    }

    private static String header(Response response, String name, String otherwise) {
        String value = response.header(name);
        return value == null ? otherwise : value;
    }

    private static @Nullable String path(@Nullable String location) {
        return location == null ? null : URI.create(location).getPath();
    }

    /** Closes the connections, as a browser does after a while; cookies and TLS sessions stay. */
    void rest() {
        connections.evictAll();
    }

    @Override
    public void close() {
        rest();
    }

    /** Notices that a TLS session has begun, on the thread of the call. */
    private final class Handshakes extends EventListener {
        @Override
        public void secureConnectEnd(Call call, @Nullable Handshake handshake) {
            handshakeDone = true;
        }
    }

    /** The cookies of the site. A secure one is sent over HTTPS only, and HTTP does not replace it. */
    private static final class Cookies implements CookieJar {
        private final Map<String, Cookie> byName = new ConcurrentHashMap<>();

        @Override
        public void saveFromResponse(HttpUrl url, List<Cookie> cookies) {
            for (Cookie cookie : cookies) {
                Cookie present = byName.get(cookie.name());
                if (present != null && present.secure() && !url.isHttps()) {
                    continue;
                }
                if (cookie.expiresAt() < System.currentTimeMillis()) {
                    byName.remove(cookie.name());
                } else {
                    byName.put(cookie.name(), cookie);
                }
            }
        }

        @Override
        public List<Cookie> loadForRequest(HttpUrl url) {
            return byName.values().stream()
                    .filter(cookie -> url.isHttps() || !cookie.secure())
                    .toList();
        }
    }

    /** Sockets that come from certain addresses. */
    private static final class BoundSockets extends SocketFactory {
        private final Supplier<InetAddress> addresses;

        BoundSockets(Supplier<InetAddress> addresses) {
            this.addresses = addresses;
        }

        @Override
        public Socket createSocket() throws IOException {
            Socket socket = new Socket();
            try {
                socket.bind(new InetSocketAddress(addresses.get(), 0));
                return socket;
            } catch (IOException e) {
                socket.close();
                throw e;
            }
        }

        @Override
        public Socket createSocket(String host, int port) throws IOException {
            return connected(new InetSocketAddress(host, port));
        }

        @Override
        public Socket createSocket(String host, int port, InetAddress local, int localPort) throws IOException {
            return connected(new InetSocketAddress(host, port));
        }

        @Override
        public Socket createSocket(InetAddress host, int port) throws IOException {
            return connected(new InetSocketAddress(host, port));
        }

        @Override
        public Socket createSocket(InetAddress host, int port, InetAddress local, int localPort) throws IOException {
            return connected(new InetSocketAddress(host, port));
        }

        private Socket connected(InetSocketAddress target) throws IOException {
            Socket socket = createSocket();
            try {
                socket.connect(target);
                return socket;
            } catch (IOException e) {
                socket.close();
                throw e;
            }
        }
    }
}
