package org.lvs4j.examples.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The admin endpoint of a daemon. */
class AdminIT {
    private static final String TOKEN = "a-token-of-this-test-0123456789";

    private final HttpClient http = HttpClient.newHttpClient();

    @TempDir
    Path directory;

    /** A web server. */
    private static final class Site implements AutoCloseable {
        private final HttpServer server;

        Site() throws IOException {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), FreePort.next()), 0);
            server.createContext("/", exchange -> {
                byte[] body = "apple".getBytes(StandardCharsets.US_ASCII);
                exchange.sendResponseHeaders(200, body.length);
                exchange.getResponseBody().write(body);
                exchange.close();
            });
            server.start();
        }

        String address() {
            return "127.0.0.1:" + server.getAddress().getPort();
        }

        @Override
        public void close() {
            server.stop(0);
        }
    }

    private Path token() throws Exception {
        return Files.writeString(directory.resolve("token"), TOKEN + "\n");
    }

    private HttpResponse<String> send(int port, String method, String path, String body) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .timeout(Duration.ofSeconds(30))
                .header("Authorization", "Bearer " + TOKEN)
                .header("Content-Type", "application/json")
                .method(
                        method,
                        body.isEmpty()
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofString(body));
        return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private String get(int port, String path) throws Exception {
        HttpResponse<String> response = send(port, "GET", path, "");
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return response.body();
    }

    private String page(String address) throws Exception {
        return http.send(
                        HttpRequest.newBuilder(URI.create("http://" + address + "/"))
                                .timeout(Duration.ofSeconds(30))
                                .build(),
                        HttpResponse.BodyHandlers.ofString())
                .body();
    }

    @Test
    void relay_serviceAddedOverHttp_served() throws Exception {
        int admin = FreePort.next();
        String web = "127.0.0.1:" + FreePort.next();
        String more = "127.0.0.1:" + FreePort.next();
        try (Site site = new Site()) {
            Path rules = Files.writeString(
                    directory.resolve("web.rules"),
                    "-A -t " + web + " -s wlc\n-a -t " + web + " -r " + site.address() + " -m\n");
            try (Daemon daemon = Daemon.start(
                    directory,
                    Daemon.BRIEF,
                    rules,
                    "--admin",
                    "127.0.0.1:" + admin,
                    "--admin-token-file",
                    token().toString())) {
                daemon.awaitLine("admin endpoint http://127.0.0.1:" + admin);
                HttpResponse<String> added = send(
                        admin,
                        "PUT",
                        "/api/v1/services/tcp:" + more,
                        "{\"scheduler\":\"rr\",\"servers\":[{\"endpoint\":\"" + site.address() + "\"}]}");
                assertThat(added.statusCode()).as(added.body()).isEqualTo(201);
                assertThat(page(more)).contains("apple");
                daemon.awaitLine("PUT /api/v1/services/tcp:" + more + ": + TCP " + more);
                assertThat(get(admin, "/metrics"))
                        .contains("lvs_services 2.0", "lvs_relay_accepted_connections_total 1.0", "jvm_memory_used");

                // What the relay cannot serve, and an address that is in use.
                HttpResponse<String> direct = send(
                        admin,
                        "PUT",
                        "/api/v1/services/tcp:" + more + "/servers/10.0.0.9:80",
                        "{\"forwarding\":\"direct\"}");
                assertThat(direct.statusCode()).isEqualTo(422);
                assertThat(direct.body()).contains("use -m");
                HttpResponse<String> taken =
                        send(admin, "PUT", "/api/v1/services/tcp:127.0.0.1:" + admin, "{\"servers\":[]}");
                assertThat(taken.statusCode()).isEqualTo(422);
                assertThat(taken.body()).contains("cannot listen");
                assertThat(get(admin, "/metrics")).contains("lvs_services 2.0");

                HttpResponse<String> reloaded = send(admin, "POST", "/api/v1/reload", "");
                assertThat(reloaded.body()).isEqualTo("{\"changes\":[\"-D -t " + more + "\"]}\n");
                Files.writeString(rules, "-A -t nonsense\n");
                HttpResponse<String> refused = send(admin, "POST", "/api/v1/reload", "");
                assertThat(refused.statusCode()).isEqualTo(422);
                assertThat(refused.body()).contains("web.rules:1");
            }
        }
    }

    @Test
    void takeover_sameAddress_newDaemonAnswers() throws Exception {
        int admin = FreePort.next();
        String web = "127.0.0.1:" + FreePort.next();
        Path rules = Files.writeString(directory.resolve("web.rules"), "-A -t " + web + "\n");
        String[] options = {"--admin", "127.0.0.1:" + admin, "--admin-token-file", token().toString()};
        try (Daemon old = Daemon.start(directory, Daemon.BRIEF, rules, options)) {
            assertThat(get(admin, "/readyz")).isEqualTo("ready\n");
            Files.writeString(rules, "-A -t " + web + " -s rr\n");
            try (Daemon next = old.succeed(rules, options)) {
                next.awaitLine("admin endpoint http://127.0.0.1:" + admin);
                assertThat(get(admin, "/api/v1/services")).contains("\"scheduler\":\"rr\"");
            }
        }
        assertThatThrownBy(() -> get(admin, "/readyz")).isInstanceOf(ConnectException.class);
    }

    @Test
    void takeover_wrongOptionOfTheEndpoint_oldDaemonStays() throws Exception {
        int admin = FreePort.next();
        Path rules = Files.writeString(directory.resolve("web.rules"), "-A -t 127.0.0.1:" + FreePort.next() + "\n");
        Path brief = Files.writeString(directory.resolve("brief"), "short\n");
        try (Daemon old = Daemon.start(directory, Daemon.BRIEF, rules, "--admin", "127.0.0.1:" + admin)) {
            Path none = directory.resolve("none/admin.sock");
            for (String[] options : new String[][] {
                {"--admin", "0.0.0.0:" + admin},
                {"--admin", "127.0.0.1:" + admin, "--admin-token-file", brief.toString()},
                {"--admin", "127.0.0.1:" + admin, "--admin-token-file", none.toString()},
                {"--admin", "unix:" + none}
            }) {
                List<String> command = new ArrayList<>(List.of(
                        Daemon.SCRIPTS.resolve("lvsd").toString(),
                        "run",
                        rules.toString(),
                        "--socket",
                        old.socket().toString(),
                        "--takeover"));
                command.addAll(List.of(options));
                Programs.Result result = Programs.run(command.toArray(new String[0]));
                assertThat(result.exitCode()).as(String.join(" ", options)).isBetween(1, 2);
                assertThat(result.error()).contains("--admin");
            }
            assertThat(get(admin, "/readyz")).isEqualTo("ready\n");
            assertThat(old.isAlive()).isTrue();
        }
    }

    @Test
    void takeover_addressOfAnotherProgram_servesWithoutTheEndpoint() throws Exception {
        String web = "127.0.0.1:" + FreePort.next();
        Path rules = Files.writeString(directory.resolve("web.rules"), "-A -t " + web + "\n");
        try (Site other = new Site();
                Daemon old = Daemon.start(directory, Daemon.BRIEF, rules);
                Daemon next = old.succeed(rules, "--admin", other.address())) {
            next.awaitLine("cannot listen at " + other.address());
            assertThat(next.listing("-L", "-n")).contains(web);
        }
    }

    @Test
    void unixSocket_directoryOfEverybody_refused() throws Exception {
        Path open = Files.createDirectory(directory.resolve("open"));
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxrwxrwx"));
        Path rules = Files.writeString(directory.resolve("web.rules"), "-A -t 127.0.0.1:" + FreePort.next() + "\n");
        Programs.Result result = Programs.run(command(rules, "--admin", "unix:" + open.resolve("admin.sock")));
        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.error()).contains(open + " is not private", "the socket of the admin endpoint");
    }

    @Test
    void keepalivedFile_healthAndItsHistory_read() throws Exception {
        Path socket = directory.resolve("admin.sock");
        int admin = FreePort.next();
        try (Site site = new Site()) {
            String server = site.address();
            Path file = Files.writeString(
                    directory.resolve("site.conf"), """
                    virtual_server 127.0.0.1 %d {
                        delay_loop 1
                        lb_algo rr
                        lb_kind NAT
                        protocol TCP
                        real_server %s {
                            TCP_CHECK {
                                connect_timeout 2
                                retry 0
                            }
                        }
                    }
                    """.formatted(FreePort.next(), server.replace(':', ' ')));
            try (Daemon daemon = Daemon.start(directory, Daemon.BRIEF, file, "--admin", "127.0.0.1:" + admin)) {
                daemon.await(
                        "the server to be up",
                        () -> health(admin).contains("\"server\":\"" + server + "\",\"up\":true"));
                assertThat(get(admin, "/metrics")).contains("lvs_health_servers 1.0");
                site.server.stop(0);
                daemon.await("the server to be down", () -> health(admin).contains("\"up\":false"));
                assertThat(get(admin, "/api/v1/health/history?server=" + server))
                        .contains("\"change\":\"server\"", "\"up\":false", "\"reason\":");
            }
            try (Daemon daemon = Daemon.start(directory, Daemon.BRIEF, file, "--admin", "unix:" + socket)) {
                daemon.awaitLine("admin endpoint unix:" + socket);
                assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket)))
                        .isEqualTo("rw-------");
                daemon.signal("TERM");
                assertThat(daemon.awaitExit()).isZero();
            }
            assertThat(socket).doesNotExist();
        }
    }

    private String health(int port) {
        try {
            return get(port, "/api/v1/health");
        } catch (Exception e) {
            return e.toString();
        }
    }

    @Test
    void options_thatDoNotFit_usageError() throws Exception {
        Path rules = Files.writeString(directory.resolve("web.rules"), "-A -t 127.0.0.1:" + FreePort.next() + "\n");
        for (String[] options : new String[][] {
            {"--admin", "nowhere"},
            {"--admin", "0.0.0.0:0"},
            {"--admin-token-file", "x"},
            {"--admin", "127.0.0.1:0", "--admin-cert", "x"},
        }) {
            Programs.Result result = Programs.run(command(rules, options));
            assertThat(result.exitCode()).as(String.join(" ", options)).isEqualTo(2);
            assertThat(result.error()).contains("admin");
        }
    }

    private String[] command(Path rules, String... options) {
        List<String> all = new ArrayList<>(List.of(
                Daemon.SCRIPTS.resolve("lvsd").toString(),
                "run",
                rules.toString(),
                "--socket",
                directory.resolve("refused.sock").toString()));
        all.addAll(List.of(options));
        return all.toArray(new String[0]);
    }
}
