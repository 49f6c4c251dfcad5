package org.lvs4j.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.lvs4j.admin.AdminClient.head;

import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.lvs4j.Director;
import org.lvs4j.admin.internal.http.HttpLimits;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

/** Web pages, guesses, hostile bytes and slow clients. */
@Tag("slow")
final class AdminSecurityTest {
    private static final String SERVER = "/api/v1/services/name:orders/servers/10.0.0.1:80";
    private static final ServiceKey ORDERS = ServiceKey.named("orders");

    private final Director director = Director.create();
    private final AdminServer server = start(HttpLimits.DEFAULT.withRequestsPerSecond(100_000));
    private final AdminClient client = new AdminClient(server);

    AdminSecurityTest() {
        director.addService(VirtualService.of(ORDERS), RealServer.of("10.0.0.1:80"));
    }

    private AdminServer start(HttpLimits limits) {
        return AdminServer.builder(director)
                .listen("127.0.0.1:0")
                .host("Balancer.example")
                .token(AdminClient.TOKEN)
                .limits(limits)
                .start();
    }

    @AfterEach
    void close() {
        server.close();
    }

    private int weight() {
        return director.configuration(ORDERS).servers().get(0).weight();
    }

    private static String status(String answer) {
        return answer.isEmpty() ? "" : answer.substring(9, 12);
    }

    private String patch(String... headers) throws Exception {
        List<String> all = new ArrayList<>(List.of(headers));
        all.add("Content-Length: 12");
        return client.raw(head("PATCH " + SERVER + " HTTP/1.1", all.toArray(new String[0])) + "{\"weight\":4}");
    }

    // ---- web pages

    @ParameterizedTest
    @ValueSource(
            strings = {
                "attacker.example",
                "attacker.example:9110",
                "localhost.attacker.example",
                "127.0.0.1.attacker.example",
                "",
                "[::1",
                "127.0.0.1@attacker.example",
                "fe80::1"
            })
    void host_nameOfAnother_refused(String host) throws Exception {
        assertThat(status(client.raw(head("GET /metrics HTTP/1.1", "Host: " + host))))
                .isEqualTo("421");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"localhost", "LOCALHOST:9110", "127.0.0.1", "10.1.2.3:80", "[::1]:9110", "balancer.example"})
    void host_addressOrAllowedName_answered(String host) throws Exception {
        assertThat(status(client.raw(head("GET /metrics HTTP/1.1", "Host: " + host))))
                .isEqualTo("200");
    }

    @Test
    void host_noneOrTwo_refused() throws Exception {
        assertThat(status(client.raw(head("GET /metrics HTTP/1.1")))).isEqualTo("400");
        assertThat(status(client.raw(head("GET /metrics HTTP/1.1", "Host: localhost", "Host: localhost"))))
                .isEqualTo("400");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Origin: http://attacker.example",
                "Origin: null",
                "Origin: https://localhost",
                "Origin: http://localhost:1",
                "Sec-Fetch-Site: cross-site",
                "Sec-Fetch-Site: same-site"
            })
    void origin_anotherSite_refusedEvenWithTheToken(String header) throws Exception {
        String answer = patch(
                "Host: localhost",
                header,
                "Content-Type: application/json",
                "Authorization: Bearer " + AdminClient.TOKEN);
        assertThat(status(answer)).isEqualTo("403");
        assertThat(answer).doesNotContainIgnoringCase("access-control-");
        assertThat(weight()).isOne();
    }

    @Test
    void origin_ownSite_answered() throws Exception {
        assertThat(status(patch(
                        "Host: localhost",
                        "Origin: http://localhost",
                        "Sec-Fetch-Site: same-origin",
                        "Content-Type: application/json",
                        "Authorization: Bearer " + AdminClient.TOKEN)))
                .isEqualTo("200");
        assertThat(weight()).isEqualTo(4);
    }

    @Test
    void preflight_anyOrigin_notAllowed() throws Exception {
        String answer = client.raw(head(
                "OPTIONS " + SERVER + " HTTP/1.1",
                "Host: localhost",
                "Origin: http://attacker.example",
                "Access-Control-Request-Method: PATCH"));
        assertThat(status(answer)).isEqualTo("403");
        assertThat(answer).doesNotContainIgnoringCase("access-control-");
    }

    @ParameterizedTest
    @ValueSource(strings = {"text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""})
    void body_ofAForm_refused(String type) throws Exception {
        assertThat(status(patch(
                        "Host: localhost", "Content-Type: " + type, "Authorization: Bearer " + AdminClient.TOKEN)))
                .isEqualTo("415");
        assertThat(weight()).isOne();
    }

    /** A person follows a link, say on a wiki; the wiki cannot read what comes, and nothing is changed by it. */
    @ParameterizedTest
    @CsvSource({
        "/, navigate, document, 200",
        "/?from=wiki, navigate, document, 200",
        "/dashboard/index.html, navigate, document, 200",
        "/, navigate, iframe, 403",
        "/, navigate, object, 403",
        "/, no-cors, image, 403",
        "/dashboard/index.html, no-cors, script, 403",
        "/dashboard/index.html, cors, empty, 403",
        "/dashboard/index.html, navigate, , 403",
        "/metrics, navigate, document, 403",
        "/healthz, navigate, document, 403",
        "/openapi.json, navigate, document, 403",
        "/api/v1/services, navigate, document, 403",
        "/nothing, navigate, document, 403"
    })
    void link_ofAnotherSite_onlyToThePage(String path, String mode, String destination, String status)
            throws Exception {
        for (String site : List.of("cross-site", "same-site")) {
            assertThat(status(client.raw(link("GET", path, "localhost", site, mode, destination))))
                    .isEqualTo(status);
        }
    }

    private static String link(String method, String path, String host, String site, String mode, String destination) {
        return head(
                method + " " + path + " HTTP/1.1",
                "Host: " + host,
                "Accept: text/html,*/*;q=0.8",
                "Sec-Fetch-Site: " + site,
                "Sec-Fetch-Mode: " + mode,
                "Sec-Fetch-Dest: " + (destination == null ? "" : destination));
    }

    @Test
    void link_nameOfAnotherHostOrForm_refused() throws Exception {
        assertThat(status(client.raw(link("GET", "/", "attacker.example", "cross-site", "navigate", "document"))))
                .isEqualTo("421");
        assertThat(status(client.raw(link("POST", "/", "localhost", "cross-site", "navigate", "document"))))
                .isEqualTo("403");
        String form = link("GET", "/", "localhost", "cross-site", "navigate", "document")
                .replace("Host:", "Origin: http://attacker.example\r\nHost:");
        assertThat(status(client.raw(form))).isEqualTo("403");
    }

    @Test
    void dashboard_everyFile_ownContentOnlyAndNeverFramed() throws Exception {
        for (String path : List.of("/", "/dashboard/index.html")) {
            HttpResponse<String> page = client.get(path, "Accept", "text/html");
            assertThat(page.headers().firstValue("Content-Security-Policy"))
                    .hasValue("default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';"
                            + " img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'");
            assertThat(page.headers().firstValue("Referrer-Policy")).hasValue("no-referrer");
            assertThat(page.headers().firstValue("X-Content-Type-Options")).hasValue("nosniff");
            assertThat(page.headers().firstValue("Cross-Origin-Resource-Policy"))
                    .hasValue("same-origin");
        }
        assertThat(client.get("/metrics").headers().firstValue("Content-Security-Policy"))
                .hasValue("default-src 'none'; frame-ancestors 'none'");
    }

    // ---- the token

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "Bearer",
                "Bearer ",
                "Bearer x",
                "Basic YTpi",
                "Bearer a-token-of-this-test-012345678",
                "Bearer a-token-of-this-test-01234567890",
                "Bearer A-TOKEN-OF-THIS-TEST-0123456789"
            })
    void change_wrongToken_refused(String authorization) throws Exception {
        String answer = patch("Host: localhost", "Content-Type: application/json", "Authorization: " + authorization);
        assertThat(status(answer)).isEqualTo("401");
        assertThat(answer).containsIgnoringCase("www-authenticate: Bearer");
        assertThat(weight()).isOne();
    }

    @Test
    void change_endpointWithoutToken_refusedWithWhatToDo() throws Exception {
        try (AdminServer plain = AdminServer.start(director, "127.0.0.1:0")) {
            HttpResponse<String> refused = new AdminClient(plain).change("PATCH", SERVER, "{\"weight\":4}");
            assertThat(refused.statusCode()).isEqualTo(403);
            assertThat(refused.body()).contains("give it one (--admin-token-file");
        }
        assertThat(weight()).isOne();
    }

    @Test
    void read_addressForOthers_needsTheTokenButForLiveness() throws Exception {
        try (AdminServer open = AdminServer.builder(director)
                .listen("0.0.0.0:0")
                .plainText()
                .token(AdminClient.TOKEN)
                .start()) {
            AdminClient other = new AdminClient(open);
            assertThat(other.get("/healthz").statusCode()).isEqualTo(200);
            assertThat(other.get("/readyz").statusCode()).isEqualTo(200);
            assertThat(other.get("/", "Accept", "text/html").statusCode()).isEqualTo(200);
            assertThat(other.get("/dashboard/index.html").statusCode()).isEqualTo(200);
            assertThat(other.get("/metrics").statusCode()).isEqualTo(401);
            assertThat(other.get("/api/v1/services").statusCode()).isEqualTo(401);
            assertThat(other.change("GET", "/metrics", null).statusCode()).isEqualTo(200);
        }
    }

    // ---- paths

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/../etc/passwd",
                "/%2e%2e/etc/passwd",
                "/api/v1/../../metrics",
                "/api/v1/services/..%2f..%2fmetrics",
                "/openapi.json/../metrics",
                "//metrics",
                "/metrics/",
                "/metrics%00",
                "/%zz",
                "/api/v1/services/%c0%ae%c0%ae",
                "/dashboard/",
                "/dashboard/..",
                "/dashboard/../openapi.json",
                "/dashboard/..%2fopenapi.json",
                "/dashboard/..%5copenapi.json",
                "/dashboard/%2fetc%2fpasswd",
                "/dashboard/index.html%00",
                "/dashboard/INDEX.HTML",
                "/dashboard/index.html/",
                "/dashboard/dashboard.txt",
                "/dashboard//index.html",
                "/dashboard/AdminServer.class"
            })
    void path_traversalAndRubbish_neverAnotherResource(String path) throws Exception {
        String answer = client.raw(head("GET " + path + " HTTP/1.1", "Host: localhost"));
        assertThat(status(answer)).isIn("400", "404");
    }

    @Test
    void path_absoluteForm_refused() throws Exception {
        assertThat(status(client.raw(head("GET http://attacker.example/metrics HTTP/1.1", "Host: localhost"))))
                .isEqualTo("400");
    }

    // ---- too much

    @Test
    void request_tooLong_refusedWithTheLimit() throws Exception {
        assertThat(status(client.raw(head("GET /" + "x".repeat(5000) + " HTTP/1.1", "Host: localhost"))))
                .isEqualTo("414");
        assertThat(status(client.raw(head("GET / HTTP/1.1", "Host: localhost", "X: " + "x".repeat(20_000)))))
                .isEqualTo("431");
    }

    @Test
    void body_tooLarge_refusedBeforeItIsRead() throws Exception {
        String headers = head(
                "PUT /api/v1/services/name:big HTTP/1.1",
                "Host: localhost",
                "Content-Type: application/json",
                "Authorization: Bearer " + AdminClient.TOKEN,
                "Content-Length: 1000000000");
        assertThat(status(client.raw(headers))).isEqualTo("413");
        // A body of unknown length is refused where it exceeds the limit, and the client can read why.
        String chunk = "2000\r\n" + "x".repeat(0x2000) + "\r\n";
        String chunked = headers.replace("Content-Length: 1000000000", "Transfer-Encoding: chunked");
        try (Socket socket = client.connect()) {
            socket.getOutputStream().write(chunked.getBytes(StandardCharsets.US_ASCII));
            for (int i = 0; i < 40; i++) {
                socket.getOutputStream().write(chunk.getBytes(StandardCharsets.US_ASCII));
            }
            assertThat(status(AdminClient.rest(socket))).isEqualTo("413");
        }
        assertThat(director.configuration(ServiceKey.named("big"))).isNull();
    }

    @ParameterizedTest
    @CsvSource({"GET,1.1", "\u0001\u0002\u0003,1.1", "GET,9.9"})
    void bytes_notHttp_refused(String method, String version) throws Exception {
        String answer =
                client.raw(method + " " + (method.equals("GET") ? "" : "/ ") + "HTTP/" + version + "\r\n\r\n\r\n");
        assertThat(status(answer)).isIn("400", "");
    }

    @Test
    void body_deeplyNested_refused() throws Exception {
        HttpResponse<String> refused =
                client.change("PUT", "/api/v1/services/name:deep", "{\"servers\":" + "[".repeat(100_000));
        assertThat(refused.statusCode()).isEqualTo(400);
    }

    @Test
    void pipelinedRequests_aHundred_answeredInOrder() throws Exception {
        String answers = pipelined(100);
        assertThat(answers.split("HTTP/1.1 200 OK", -1)).hasSize(102);
        assertThat(answers).endsWith("ready\n");
    }

    @Test
    void pipelinedRequests_thousands_connectionEnded() throws Exception {
        assertThat(pipelined(3000)).doesNotContain("ready\n");
        assertThat(client.get("/healthz").statusCode()).isEqualTo(200);
    }

    private String pipelined(int count) throws Exception {
        String requests = "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n".repeat(count)
                + head("GET /readyz HTTP/1.1", "Host: localhost");
        try (Socket socket = client.connect()) {
            Thread writer = new Thread(() -> {
                try {
                    socket.getOutputStream().write(requests.getBytes(StandardCharsets.US_ASCII));
                } catch (IOException e) {
                    // The endpoint has ended the connection, and the answers show when.
                }
            });
            writer.start();
            String answers = AdminClient.rest(socket);
            writer.join();
            return answers;
        }
    }

    // ---- slow clients, and too many

    @Test
    void slowRequest_closedAfterItsTime() throws Exception {
        Duration brief = Duration.ofMillis(1500);
        try (AdminServer strict = start(HttpLimits.DEFAULT.withTimes(brief, brief, brief));
                Socket slow = new AdminClient(strict).connect();
                Socket idle = new AdminClient(strict).connect()) {
            slow.getOutputStream().write("GET /metrics HTTP/1.1\r\nHost: loc".getBytes(StandardCharsets.US_ASCII));
            assertThat(status(AdminClient.rest(slow))).isEqualTo("408");
            assertThat(AdminClient.rest(idle)).isEmpty();
            // One byte after the other does not help.
            try (Socket dripping = new AdminClient(strict).connect()) {
                Thread drip = new Thread(() -> {
                    try {
                        while (true) {
                            dripping.getOutputStream().write('G');
                            Thread.sleep(50);
                        }
                    } catch (IOException | InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                });
                drip.start();
                assertThat(AdminClient.rest(dripping)).matches("(?s)(HTTP/1.1 (408|400).*)?(\\[reset])?");
                drip.interrupt();
                drip.join();
            }
        }
    }

    @Test
    void connections_beyondTheCeiling_theIdlestMakesRoom() throws Exception {
        List<Socket> idle = new ArrayList<>();
        try {
            for (int i = 0; i < HttpLimits.DEFAULT.connections(); i++) {
                idle.add(client.connect());
            }
            for (int i = 0; i < 10; i++) {
                assertThat(status(client.raw(head("GET /healthz HTTP/1.1", "Host: localhost"))))
                        .isEqualTo("200");
            }
        } finally {
            for (Socket each : idle) {
                each.close();
            }
        }
    }

    @Test
    void connections_allWithSlowRequests_anotherClientIsAnswered() throws Exception {
        Duration patience = Duration.ofMinutes(5);
        List<Socket> slow = new ArrayList<>();
        try (AdminServer patient = start(HttpLimits.DEFAULT.withTimes(patience, patience, patience))) {
            AdminClient other = new AdminClient(patient);
            for (int i = 0; i < HttpLimits.DEFAULT.connections(); i++) {
                Socket socket = other.connect();
                slow.add(socket);
                socket.getOutputStream().write("GET /metrics HTTP/1.1\r\nX: ".getBytes(StandardCharsets.US_ASCII));
            }
            long deadline = System.nanoTime() + Duration.ofMinutes(1).toNanos();
            String answer = "";
            while (!answer.startsWith("HTTP/1.1 200") && System.nanoTime() < deadline) {
                try {
                    answer = other.raw(head("GET /healthz HTTP/1.1", "Host: localhost"));
                } catch (SocketException e) {
                    answer = "[refused]";
                }
            }
            assertThat(answer).startsWith("HTTP/1.1 200");
        } finally {
            for (Socket each : slow) {
                each.close();
            }
        }
    }

    @Test
    void streams_beyondTheCeiling_refusedAndFreedAgain() throws Exception {
        String request = "GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n";
        List<Socket> streams = new ArrayList<>();
        for (int i = 0; i < HttpLimits.DEFAULT.eventStreams(); i++) {
            Socket stream = client.connect();
            streams.add(stream);
            stream.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            assertThat(stream.getInputStream().read()).isEqualTo('H');
        }
        assertThat(client.get("/api/v1/events").statusCode()).isEqualTo(503);
        for (Socket each : streams) {
            each.close();
        }
        long deadline = System.nanoTime() + AdminClient.LIMIT.toNanos();
        String answer = "";
        while (!answer.startsWith("HTTP/1.1 200") && System.nanoTime() < deadline) {
            try (Socket again = client.connect()) {
                again.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
                answer = new String(again.getInputStream().readNBytes(12), StandardCharsets.US_ASCII);
            }
        }
        assertThat(answer).isEqualTo("HTTP/1.1 200");
    }
}
