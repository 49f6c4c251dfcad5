package org.lvs4j.examples.webcluster.web;

import com.samskivert.mustache.Mustache;
import com.samskivert.mustache.Template;
import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;
import org.lvs4j.examples.webcluster.shop.Account;

/** The pages: templates in the resources, each of which is the middle of the layout. Everything in them is escaped. */
final class Pages {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("d MMM uuuu, HH:mm 'UTC'", Locale.ENGLISH);

    private final String server;
    private final String styleVersion;
    private final Map<String, Template> templates = new ConcurrentHashMap<>();

    Pages(String server) {
        this.server = server;
        CRC32 sum = new CRC32();
        sum.update(resource("assets/shop.css"));
        styleVersion = HexFormat.of().toHexDigits((int) sum.getValue());
    }

    /** Answers with a page. */
    void show(Visit visit, int status, String template, String title, Map<String, ?> content) {
        Map<String, Object> model = new HashMap<>(content);
        Account account = visit.account();
        model.put("user", account == null ? false : account.name());
        int things = visit.basket().size();
        model.put("basketSize", things == 0 ? false : things);
        model.put("lost", visit.sessionState().equals("lost"));
        model.put("onHttps", visit.signedInOverHttps() ? visit.onHttps() : false);
        String tls = visit.tls();
        model.put("connection", tls == null ? "HTTP" : "HTTPS, TLS session " + tls);
        visit.context()
                .status(status)
                .header("Cache-Control", "no-store")
                .contentType("text/html; charset=utf-8")
                .result(page(template, title, model));
    }

    /** A page outside of a visit, for requests that are too broken for one. */
    String error(int status, String title, String text) {
        Map<String, Object> model = new HashMap<>();
        model.put("status", status);
        model.put("text", text);
        model.put("user", false);
        model.put("basketSize", false);
        model.put("lost", false);
        model.put("onHttps", false);
        model.put("connection", "");
        return page("problem", title, model);
    }

    private String page(String template, String title, Map<String, Object> model) {
        model.put("title", title);
        model.put("server", server);
        model.put("front", template.equals("window"));
        model.put("style", styleVersion);
        model.put("content", template(template).execute(model));
        return template("layout").execute(model);
    }

    private Template template(String name) {
        return templates.computeIfAbsent(
                name, n -> Mustache.compiler().withLoader(Pages::reader).compile(reader(n)));
    }

    private static Reader reader(String name) {
        return new StringReader(new String(resource("pages/" + name + ".html"), StandardCharsets.UTF_8));
    }

    static byte[] resource(String path) {
        try (InputStream content = Pages.class.getResourceAsStream(path)) {
            if (content == null) {
                throw new IllegalStateException("missing in this program: " + path);
            }
            return content.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A price as people write it. */
    static String money(long cents) {
        return String.format(Locale.ROOT, "€%d.%02d", cents / 100, cents % 100);
    }

    static String time(OffsetDateTime time) {
        return TIME.format(time.withOffsetSameInstant(ZoneOffset.UTC));
    }

    /** Mustache takes null for a missing value; this is an absent one. */
    static Object orFalse(@Nullable Object value) {
        return value == null ? false : value;
    }
}
