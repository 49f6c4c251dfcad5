package org.lvs4j.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.ServerSocket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.lvs4j.Director;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

/** Where an endpoint listens, what it answers without the API, and that nothing is left of it. */
final class AdminServerTest {
    private static final ServiceKey ORDERS = ServiceKey.named("orders");

    private final Director director = Director.create();

    private static String unix(Path path, String request) throws Exception {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(path));
            channel.write(ByteBuffer.wrap(request.getBytes(StandardCharsets.US_ASCII)));
            return new String(Channels.newInputStream(channel).readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void start_threeLines_metricsOfTheDirector() throws Exception {
        director.addService(VirtualService.of(ORDERS), RealServer.of("10.0.0.1:5432"));
        try (AdminServer admin = AdminServer.start(director, "127.0.0.1:0")) {
            AdminClient client = new AdminClient(admin);
            assertThat(client.get("/healthz").body()).isEqualTo("ok\n");
            assertThat(client.get("/readyz").statusCode()).isEqualTo(200);
            assertThat(client.get("/metrics").body())
                    .contains("lvs_servers 1.0")
                    .doesNotContain("# EOF");
            var openMetrics = client.get("/metrics", "Accept", "application/openmetrics-text; version=1.0.0,*/*;q=0.1");
            assertThat(openMetrics.body()).endsWith("# EOF\n");
            assertThat(openMetrics.headers().firstValue("Content-Type"))
                    .hasValueSatisfying(type -> assertThat(type).startsWith("application/openmetrics-text"));
            assertThat(client.get("/").body()).contains("/api/v1/services");
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8                   | text/html
            text/html                                                                         | text/html
            TEXT/HTML;level=1;q=0.2, text/plain;q=0.1                                         | text/html
            */*                                                                               | text/plain
            text/*                                                                            | text/plain
            application/json                                                                  | text/plain
            text/html;q=0.5, */*;q=0.8                                                        | text/plain
            text/html;q=0                                                                     | text/plain
            text/html;q=x                                                                     | text/plain
            text/html, text/plain                                                             | text/plain
            """)
    void index_typeThatTheClientPrefers_answered(String accept, String type) throws Exception {
        try (AdminServer admin = AdminServer.start(director, "127.0.0.1:0")) {
            var answer = new AdminClient(admin).get("/", "Accept", accept);
            assertThat(answer.headers().firstValue("Content-Type")).hasValue(type + "; charset=utf-8");
            assertThat(answer.headers().firstValue("Vary")).hasValue("Accept");
        }
    }

    /** The list of files is complete, and names nothing that is not there. */
    @Test
    void dashboard_filesOfTheFolder_areThoseOfTheListWithTheirTypes() throws Exception {
        Map<String, String> types =
                Map.of("html", "text/html", "css", "text/css", "js", "text/javascript", "svg", "image/svg+xml");
        Path folder = Path.of(AdminServer.class.getResource("dashboard").toURI());
        List<String> names;
        try (var files = Files.list(folder)) {
            names = files.map(each -> each.getFileName().toString()).sorted().toList();
        }
        assertThat(Files.readAllLines(folder.resolveSibling("dashboard.txt"))).isEqualTo(names);
        try (AdminServer admin = AdminServer.start(director, "127.0.0.1:0")) {
            for (String each : names) {
                assertThat(each).matches("[a-z0-9-]+[.](html|css|js|svg)");
                var answer = new AdminClient(admin).get("/dashboard/" + each);
                assertThat(answer.statusCode()).as(each).isEqualTo(200);
                assertThat(answer.body()).isEqualTo(Files.readString(folder.resolve(each)));
                assertThat(answer.headers().firstValue("Content-Type"))
                        .hasValue(types.get(each.substring(each.indexOf('.') + 1)) + "; charset=utf-8");
            }
        }
    }

    @Test
    void dashboard_clientThatHasIt_notModified() throws Exception {
        try (AdminServer admin = AdminServer.start(director, "127.0.0.1:0")) {
            AdminClient client = new AdminClient(admin);
            var page = client.get("/", "Accept", "text/html");
            String tag = page.headers().firstValue("ETag").orElseThrow();
            assertThat(tag).matches("\"[A-Za-z0-9_-]+\"");
            assertThat(page.headers().firstValue("Cache-Control")).hasValue("no-cache");
            for (String known : List.of(tag, "W/" + tag, "\"x\", " + tag, "*")) {
                var same = client.get("/dashboard/index.html", "If-None-Match", known);
                assertThat(same.statusCode()).as(known).isEqualTo(304);
                assertThat(same.body()).isEmpty();
                assertThat(same.headers().firstValue("ETag")).hasValue(tag);
                assertThat(same.headers().firstValue("Cache-Control")).hasValue("no-cache");
                assertThat(same.headers().firstValue("Content-Length")).isEmpty();
            }
            assertThat(client.get("/dashboard/index.html", "If-None-Match", "\"x\"")
                            .statusCode())
                    .isEqualTo(200);
            assertThat(client.get("/", "If-None-Match", tag).statusCode()).isEqualTo(200);
        }
    }

    @Test
    void overview_changes_whatTheyNeedAtTheEndpoint(@TempDir Path directory) throws Exception {
        try (AdminServer reading = AdminServer.start(director, "127.0.0.1:0");
                AdminServer changing = AdminServer.builder(director)
                        .listen("127.0.0.1:0")
                        .token(AdminClient.TOKEN)
                        .start()) {
            assertThat(new AdminClient(reading)
                            .json("/api/v1/overview")
                            .get("changes")
                            .getAsString())
                    .isEqualTo("refused");
            assertThat(new AdminClient(changing)
                            .json("/api/v1/overview")
                            .get("changes")
                            .getAsString())
                    .isEqualTo("token");
        }
        Path path = directory.resolve("admin.sock");
        AdminServer own = AdminServer.start(director, "unix:" + path);
        try {
            assertThat(unix(path, "GET /api/v1/overview HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"))
                    .contains("\"changes\":\"allowed\"");
        } finally {
            own.close();
        }
    }

    @Test
    void readiness_reason_serviceUnavailable() throws Exception {
        AtomicReference<String> reason = new AtomicReference<>();
        try (AdminServer admin = AdminServer.builder(director)
                .listen("127.0.0.1:0")
                .readiness(reason::get)
                .start()) {
            AdminClient client = new AdminClient(admin);
            assertThat(client.get("/readyz").statusCode()).isEqualTo(200);
            reason.set("draining");
            assertThat(client.get("/readyz").statusCode()).isEqualTo(503);
            assertThat(client.get("/readyz").body()).isEqualTo("not ready: draining\n");
            assertThat(client.get("/healthz").statusCode()).isEqualTo(200);
        }
    }

    @Test
    void unixSocket_ownerOnly_changesWithoutAToken(@TempDir Path directory) throws Exception {
        Path path = directory.resolve("admin.sock");
        director.addService(VirtualService.of(ORDERS), RealServer.of("10.0.0.1:5432"));
        try (AdminServer admin = AdminServer.start(director, "unix:" + path)) {
            assertThat(admin.address()).isEqualTo("unix:" + path);
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                    .isEqualTo("rw-------");
            String answer = unix(
                    path,
                    "PATCH /api/v1/services/name:orders/servers/10.0.0.1:5432 HTTP/1.1\r\nHost: whatever\r\n"
                            + "Content-Type: application/json\r\nContent-Length: 12\r\nConnection: close\r\n\r\n"
                            + "{\"weight\":4}");
            assertThat(answer).startsWith("HTTP/1.1 200 OK");
            assertThat(director.configuration(ORDERS).servers().get(0).weight()).isEqualTo(4);
            assertThatThrownBy(() -> AdminServer.start(director, "unix:" + path))
                    .isInstanceOf(AdminException.class)
                    .hasMessageContaining("another process listens");
        }
        try (var left = Files.list(directory)) {
            assertThat(left).isEmpty();
        }
    }

    @Test
    void unixSocket_staleOrOtherFile_replacedOrRefused(@TempDir Path directory) throws Exception {
        Path stale = directory.resolve("stale.sock");
        try (var bound = java.nio.channels.ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            bound.bind(UnixDomainSocketAddress.of(stale));
        }
        AdminServer.start(director, "unix:" + stale).close();
        Path file = Files.writeString(directory.resolve("file"), "precious");
        assertThatThrownBy(() -> AdminServer.start(director, "unix:" + file))
                .isInstanceOf(AdminException.class)
                .hasMessageContaining("is not a socket");
        assertThat(file).hasContent("precious");
        assertThatThrownBy(() -> AdminServer.start(director, "unix:" + directory.resolve("none/admin.sock")))
                .isInstanceOf(AdminException.class);
    }

    @Test
    void start_addressInUse_refusedWithTheAddress() throws Exception {
        try (ServerSocket used = new ServerSocket(0, 1, java.net.InetAddress.getLoopbackAddress())) {
            String address = "127.0.0.1:" + used.getLocalPort();
            assertThatThrownBy(() -> AdminServer.start(director, address))
                    .isInstanceOf(AdminException.class)
                    .hasMessageContaining(address);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            0.0.0.0:0        | needs a token, and TLS
            192.0.2.1:9110   | needs a token, and TLS
            [::]:9110        | needs a token
            127.0.0.1        | expected ADDRESS:PORT
            example.org:80   | expected ADDRESS:PORT
            unix:            | names no path
            """)
    void start_addressThatNeedsMore_refusedWithWhatToDo(String address, String message) {
        assertThatThrownBy(() -> AdminServer.start(director, address))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }

    @Test
    void check_whatCanBeWrong_refusedWithoutListening(@TempDir Path directory) throws Exception {
        AdminServer.Builder builder = AdminServer.builder(director);
        builder.listen("127.0.0.1:0").check();
        assertThatThrownBy(() -> builder.listen("0.0.0.0:0").check())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("needs a token");
        Path none = directory.resolve("none");
        assertThatThrownBy(() ->
                        builder.listen("unix:" + none.resolve("admin.sock")).check())
                .isInstanceOf(AdminException.class)
                .hasMessageContaining("the directory " + none + " does not exist");
        Path key = Files.writeString(directory.resolve("key.pem"), "no key");
        assertThatThrownBy(() -> builder.listen("127.0.0.1:0").tls(key, key).check())
                .isInstanceOf(AdminException.class)
                .hasMessageContaining(key.toString());
        try (var files = Files.list(directory)) {
            assertThat(files).containsExactly(key);
        }
    }

    @Test
    void builder_everyWrongValue_toldAtOnce() {
        assertThatThrownBy(() -> AdminServer.builder(director)
                        .listen("0.0.0.0:0")
                        .token("short")
                        .requestsPerSecond(0)
                        .start())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("at least 16")
                .hasMessageContaining("needs TLS")
                .hasMessageContaining("requestsPerSecond 0");
    }

    @Test
    void close_nothingLeft() throws Exception {
        AdminServer admin = AdminServer.start(director, "127.0.0.1:0");
        int port = admin.port();
        new AdminClient(admin).get("/api/v1/services");
        admin.close();
        admin.close();

        new ServerSocket(port, 1, java.net.InetAddress.getLoopbackAddress()).close();
        for (Thread each : Thread.getAllStackTraces().keySet()) {
            if (each.getName().startsWith("lvs-admin")) {
                each.join(30_000);
                assertThat(each.isAlive()).as(each.getName()).isFalse();
            }
        }
    }
}
