package org.lvs4j.examples.webcluster.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.lvs4j.examples.webcluster.web.Client.header;

import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.lvs4j.examples.webcluster.storage.Database;
import org.lvs4j.examples.webcluster.storage.DatabaseFixture;
import org.lvs4j.examples.webcluster.web.WebSettings.SessionStore;

/** Two servers with sessions in memory, and one database. */
class WebServerTest {
    private static final Pattern TOKEN = Pattern.compile("name=\"token\" value=\"([^\"]+)\"");

    @TempDir
    private static Path directory;

    private static Database database;
    private static WebServerFixture web1;
    private static WebServerFixture web2;

    private Client client;

    @BeforeAll
    static void start() throws Exception {
        WebServerFixture.prepare(directory);
        database = DatabaseFixture.open();
        web1 = WebServerFixture.start("web1", directory, database, SessionStore.memory, 0);
        web2 = WebServerFixture.start("web2", directory, database, SessionStore.memory, 0);
    }

    @AfterAll
    static void stop() {
        web1.close();
        web2.close();
        database.close();
    }

    @BeforeEach
    void newClient() throws Exception {
        client = new Client(directory.resolve("tls/authority.pem"));
    }

    private void signUp() throws Exception {
        HttpResponse<String> signedUp = client.post(
                web1.https("/sign-up"),
                Map.of("name", "u" + UUID.randomUUID().toString().substring(0, 20), "password", "long enough"));
        assertThat(signedUp.statusCode()).isEqualTo(303);
    }

    private String token() throws Exception {
        Matcher token = TOKEN.matcher(client.get(web1.https("/basket")).body());
        assertThat(token.find()).isTrue();
        return token.group(1);
    }

    @Test
    void signUp_basketFromHttp_keptInNewSecureSession() throws Exception {
        HttpResponse<String> added = client.post(web1.http("/basket/add"), "product=3&count=2");
        assertThat(added.statusCode()).isEqualTo(303);
        assertThat(header(added, "Set-Cookie"))
                .contains("HttpOnly", "SameSite=Lax")
                .doesNotContain("Secure");
        String anonymous = client.cookie();

        HttpResponse<String> signedUp = client.post(
                web1.https("/sign-up"), Map.of("name", "Keeper", "password", "long enough", "next", "/basket"));

        assertThat(header(signedUp, "Location")).isEqualTo("/basket");
        assertThat(header(signedUp, "Set-Cookie")).contains("Secure", "HttpOnly", "SameSite=Lax");
        assertThat(client.cookie()).isNotEqualTo(anonymous);
        assertThat(client.get(web1.https("/api/me")).body())
                .contains("\"session\":\"known\"", "\"user\":\"Keeper\"", "\"product\":3", "\"count\":2");
        // Whoever knows the old id has nothing.
        client.setCookie(anonymous);
        assertThat(client.get(web1.https("/api/me")).body()).contains("\"session\":\"lost\"", "\"user\":null");
    }

    @Test
    void session_ofOtherServer_lost() throws Exception {
        client.post(web1.http("/basket/add"), "product=1");

        HttpResponse<String> elsewhere = client.get(web2.http("/"));

        assertThat(header(elsewhere, "X-Web-Server")).isEqualTo("web2");
        assertThat(header(elsewhere, "X-Session")).isEqualTo("lost");
        assertThat(elsewhere.body()).contains("Your session is not known here");
        assertThat(header(client.get(web1.http("/")), "X-Session")).isEqualTo("known");
    }

    @Test
    void session_noCookie_none() throws Exception {
        assertThat(header(client.get(web1.http("/")), "X-Session")).isEqualTo("none");
        assertThat(client.cookie()).isNull();
    }

    @Test
    void account_cookieSentOverHttp_notSignedIn() throws Exception {
        signUp();

        assertThat(client.get(web1.http("/api/me")).body()).contains("\"user\":null");
        assertThat(header(client.get(web1.http("/orders")), "Location")).isEqualTo("/sign-in?next=/orders");
    }

    @Test
    void basket_overHttpWhenSignedInOverHttps_sentThere() throws Exception {
        HttpResponse<String> signedUp =
                client.post(web1.https("/sign-up"), Map.of("name", "Browser", "password", "long enough"));
        assertThat(signedUp.headers().allValues("Set-Cookie"))
                .anySatisfy(
                        cookie -> assertThat(cookie).startsWith("signed-in=yes").doesNotContain("Secure"));
        // A browser sends the other cookie over HTTPS only.
        client.setCookie(null);

        HttpResponse<String> added = client.post(web1.http("/basket/add"), "product=1", "Cookie", "signed-in=yes");

        assertThat(added.statusCode()).isEqualTo(303);
        assertThat(header(added, "Location")).isEqualTo(web1.https("/products/1"));
        assertThat(client.cookie()).isNull();
    }

    @Test
    void checkout_formSentTwice_sameOrder() throws Exception {
        client.post(web1.https("/basket/add"), "product=2&count=2");
        signUp();
        String token = token();

        String first = header(client.post(web1.https("/checkout"), Map.of("token", token)), "Location");
        String second = header(client.post(web1.https("/checkout"), Map.of("token", token)), "Location");

        assertThat(first).matches("/orders/[0-9]+").isEqualTo(second);
        assertThat(client.get(web1.https(first)).body()).contains("Deckhand", "€29.00", "web1");
        assertThat(client.get(web1.https("/api/me")).body()).contains("\"basket\":[]");
    }

    /** Another window of the same browser has added something. */
    @Test
    void checkout_basketHoldsMoreThanThePageShowed_nothingOrdered() throws Exception {
        client.post(web1.https("/basket/add"), "product=2&count=2");
        signUp();
        String token = token();
        client.post(web1.https("/basket/add"), "product=3");

        HttpResponse<String> refused = client.post(web1.https("/checkout"), Map.of("token", token, "content", "{2=2}"));
        HttpResponse<String> ordered =
                client.post(web1.https("/checkout"), Map.of("token", token, "content", "{2=2, 3=1}"));

        assertThat(client.get(web1.https("/basket")).body()).doesNotContain("{2=2");
        assertThat(refused.statusCode()).isEqualTo(409);
        assertThat(refused.body()).contains("Your basket has changed");
        assertThat(header(ordered, "Location")).matches("/orders/[0-9]+");
    }

    @Test
    void checkout_tooFewLeft_conflictAndBasketKept() throws Exception {
        client.post(web1.https("/basket/add"), "product=12&count=13");
        signUp();

        HttpResponse<String> refused = client.post(web1.https("/checkout"), Map.of("token", token()));

        assertThat(refused.statusCode()).isEqualTo(409);
        assertThat(refused.body()).contains("Lighthouse lamp", "12 left");
        assertThat(client.get(web1.https("/api/me")).body()).contains("\"product\":12");
    }

    @Test
    void checkout_notSignedIn_toSignIn() throws Exception {
        client.post(web1.http("/basket/add"), "product=1");

        assertThat(header(client.post(web1.http("/checkout"), "token=x"), "Location"))
                .isEqualTo("/sign-in?next=/basket");
        HttpResponse<String> secure = client.get(web1.http("/sign-in?next=/basket"));
        assertThat(secure.statusCode()).isEqualTo(307);
        assertThat(header(secure, "Location")).isEqualTo(web1.https("/sign-in?next=/basket"));
    }

    @Test
    void order_ofAnotherCustomer_notFound() throws Exception {
        client.post(web1.https("/basket/add"), "product=2");
        signUp();
        String order = header(client.post(web1.https("/checkout"), Map.of("token", token())), "Location");
        newClient();
        signUp();

        assertThat(client.get(web1.https(order)).statusCode()).isEqualTo(404);
    }

    @Test
    void signIn_wrongPassword_unauthorized() throws Exception {
        assertThat(client.post(web1.https("/sign-in"), "name=nobody&password=wrong")
                        .statusCode())
                .isEqualTo(401);
        assertThat(client.cookie()).isNull();
    }

    @Test
    void signIn_nextOfAnotherSite_frontPage() throws Exception {
        HttpResponse<String> signedUp = client.post(
                web1.https("/sign-up"), Map.of("name", "Wary", "password", "long enough", "next", "//evil.example/"));

        assertThat(header(signedUp, "Location")).isEqualTo("/");
    }

    @Test
    void signOut_session_ended() throws Exception {
        signUp();
        String cookie = client.cookie();

        HttpResponse<String> signedOut = client.post(web1.https("/sign-out"), "");

        assertThat(signedOut.statusCode()).isEqualTo(303);
        assertThat(client.cookie()).isNull();
        client.setCookie(cookie);
        assertThat(header(client.get(web1.https("/")), "X-Session")).isEqualTo("lost");
    }

    @Test
    void guestBook_html_escapedAtEveryServer() throws Exception {
        client.post(web1.http("/guest-book"), Map.of("text", "<script>alert(1)</script> & \u0007'€\uD83D\uDC1F'"));

        assertThat(client.get(web2.http("/guest-book")).body())
                .contains("&lt;script&gt;alert(1)&lt;/script&gt; &amp; &#39;€\uD83D\uDC1F&#39;")
                .doesNotContain("<script>");
    }

    @ParameterizedTest
    @CsvSource({
        "/basket/add, product=1&count=-1, 400",
        "/basket/add, product=1&count=0, 400",
        "/basket/add, product=1&count=1000000000000, 400",
        "/basket/add, product=1&count=1e2, 400",
        "/basket/add, product=99, 404",
        "/basket/add, product=%zz, 404",
        "/basket/remove, product=7, 303",
        "/guest-book, text=%00%07, 400",
        "/sign-up, name=%3Cb%3E&password=12345678, 400",
        "/sign-up, name=a&password=short, 400",
        "/, a=b, 405",
        "/nowhere, a=b, 404",
        "/files/products/mug.svg, a=b, 405",
    })
    void post_unusableFields_clearStatus(String path, String form, int status) throws Exception {
        HttpResponse<String> refused = client.post(web1.https(path), form);

        assertThat(refused.statusCode()).isEqualTo(status);
        assertThat(refused.body()).doesNotContain("Exception", "\tat ");
        assertThat(header(refused, "X-Web-Server")).isEqualTo("web1");
    }

    @Test
    void post_formsThatAreTooLongOrOfAnotherKind_refused() throws Exception {
        assertThat(client.post(web1.http("/guest-book"), "text=" + "x".repeat(501))
                        .statusCode())
                .isEqualTo(400);
        HttpResponse<String> tooLong = client.post(web1.http("/guest-book"), "text=" + "x".repeat(20_000));
        assertThat(tooLong.statusCode()).isEqualTo(413);
        // Nothing of the request is read any more, so that no other one can follow on its connection.
        assertThat(header(tooLong, "Connection")).isEqualTo("close");
        assertThat(client.post(web1.http("/guest-book"), "text=hi", "Origin", "https://evil.example")
                        .statusCode())
                .isEqualTo(403);
    }

    @ParameterizedTest
    @CsvSource({
        "/products/0, 404",
        "/products/99999999999999999999, 404",
        "/products/%3Cb%3E, 404",
        "/guest-book?before=x, 400",
        "/nowhere, 404",
    })
    void get_unknownPage_clearStatus(String path, int status) throws Exception {
        HttpResponse<String> refused = client.get(web1.https(path));

        assertThat(refused.statusCode()).isEqualTo(status);
        assertThat(refused.body()).contains("To the shop").doesNotContain("<b>", "Exception");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/files/",
                "/files/products/",
                "/files/../tls/server.key",
                "/files/products/../../tls/server.key",
                "/files/%2e%2e/tls/server.key",
                "/files/..%2ftls/server.key",
                "/files/..%5ctls/server.key",
                "/files/a;/../../tls/server.key",
                "/files/%00",
                "/files/.hidden",
                "/files/link.txt",
                "/files/outside/server.key"
            })
    void files_outsideOrHidden_refused(String path) throws Exception {
        Path files = directory.resolve("files");
        if (Files.notExists(files.resolve(".hidden"))) {
            Files.writeString(files.resolve(".hidden"), "secret");
            Files.createSymbolicLink(files.resolve("link.txt"), directory.resolve("tls/server.key"));
            Files.createSymbolicLink(files.resolve("outside"), directory.resolve("tls"));
        }

        HttpResponse<String> refused = client.get(web1.https(path));

        assertThat(refused.statusCode()).isIn(400, 404);
        assertThat(refused.body()).doesNotContain("PRIVATE", "secret");
    }

    @Test
    void files_fileAdded_servedAtOnceByBoth() throws Exception {
        Path file = directory.resolve("files/added.txt");
        Files.writeString(file, "first");
        assertThat(client.get(web1.https("/files/added.txt")).body()).isEqualTo("first");

        Files.writeString(file, "second one");

        HttpResponse<String> served = client.get(web2.http("/files/added.txt"));
        assertThat(served.body()).isEqualTo("second one");
        assertThat(header(served, "Content-Security-Policy")).contains("sandbox");
        assertThat(client.get(web1.https("/files/added.txt")).body()).isEqualTo("second one");
    }

    @Test
    void tls_secondConnection_resumedAtItsServerOnly() throws Exception {
        SSLContext visitor = Client.trust(directory.resolve("tls/authority.pem"));

        assertThat(TlsConnection.start(visitor, web1.httpsPort())).isEqualTo("new");
        assertThat(TlsConnection.start(visitor, web1.httpsPort())).isEqualTo("resumed");
        // The same name and port for the visitor, as behind a balancer.
        assertThat(TlsConnection.start(visitor, web2.httpsPort())).isEqualTo("new");
    }

    @Test
    void health_always_saysNameWithoutSession() throws Exception {
        HttpResponse<String> health = client.get(web2.http("/health"));

        assertThat(health.body()).isEqualTo("web2 ok\n");
        assertThat(health.headers().firstValue("Set-Cookie")).isEmpty();
    }

    @Test
    void server_page_countsRequests() throws Exception {
        signUp();

        assertThat(client.get(web1.https("/server")).body())
                .contains("You are at web1", "in the memory of web1", "known");
    }
}
