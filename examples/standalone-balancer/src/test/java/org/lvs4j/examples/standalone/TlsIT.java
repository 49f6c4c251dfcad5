package org.lvs4j.examples.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.lvs4j.netty.Transport;

/** Two nginx servers with TLS and HTTP/2 behind {@code lvsd}, which passes on what it cannot read. */
@Timeout(120)
class TlsIT {
    private static final int BODY_BYTES = 5_000_000;
    private static final String NGINX = """
            daemon off;
            worker_processes 1;
            pid %1$s/nginx.pid;
            %2$s
            events { worker_connections 1000; }
            http {
                access_log off;
                client_body_temp_path %1$s/body;
                proxy_temp_path %1$s/proxy;
                fastcgi_temp_path %1$s/fastcgi;
                uwsgi_temp_path %1$s/uwsgi;
                scgi_temp_path %1$s/scgi;
                server {
                    listen 127.0.0.1:%3$d ssl http2;
                    ssl_protocols TLSv1.2 TLSv1.3;
                    ssl_certificate %4$s/certificate;
                    ssl_certificate_key %4$s/key;
                    ssl_session_ticket_key %4$s/tickets;
                    location / { default_type text/plain; return 200 "$server_port $ssl_session_reused\\n"; }
                    location /files/ { alias %4$s/; }
                }
            }
            """;

    @TempDir
    private static Path directory;

    private static final List<ServerProgram> SERVERS = new ArrayList<>();
    private static final List<String> NAMES = new ArrayList<>();
    private static int port;

    @BeforeAll
    static void start() throws IOException, InterruptedException {
        Path program = Programs.require("nginx", "nginx-light");
        Programs.require("curl", "curl");
        String openssl = Programs.require("openssl", "openssl").toString();
        byte[] random = new byte[BODY_BYTES];
        new SplittableRandom(1).nextBytes(random);
        Files.write(directory.resolve("body"), random);
        Programs.run(
                        openssl,
                        "req",
                        "-x509",
                        "-newkey",
                        "ec",
                        "-pkeyopt",
                        "ec_paramgen_curve:prime256v1",
                        "-nodes",
                        "-days",
                        "2",
                        "-subj",
                        "/CN=localhost",
                        "-addext",
                        "subjectAltName=IP:127.0.0.1",
                        "-keyout",
                        directory.resolve("key").toString(),
                        "-out",
                        directory.resolve("certificate").toString())
                .outputOfSuccess();
        Programs.run(openssl, "rand", "-out", directory.resolve("tickets").toString(), "80")
                .outputOfSuccess();
        port = FreePort.next();
        for (int i = 0; i < 2; i++) {
            Path home = ServerProgram.home(directory, "nginx");
            int serverPort = FreePort.next();
            String user = ServerProgram.isRoot() ? "user root;" : "";
            Path configuration =
                    Files.writeString(home.resolve("conf"), NGINX.formatted(home, user, serverPort, directory));
            List<String> command =
                    List.of(program.toString(), "-p", home.toString(), "-e", "stderr", "-c", configuration.toString());
            SERVERS.add(ServerProgram.start("nginx", home, serverPort, command));
            NAMES.add(Integer.toString(serverPort));
        }
    }

    @AfterAll
    static void stop() {
        SERVERS.forEach(ServerProgram::close);
    }

    private static Daemon lvsd(String... options) throws IOException, InterruptedException {
        String rules = """
                -A -t 127.0.0.1:%1$d -s rr
                -a -t 127.0.0.1:%1$d -r 127.0.0.1:%2$s -m
                -a -t 127.0.0.1:%1$d -r 127.0.0.1:%3$s -m
                """.formatted(port, NAMES.get(0), NAMES.get(1));
        return Daemon.start(directory, Daemon.BRIEF, Files.writeString(directory.resolve("tls.rules"), rules), options);
    }

    /** Fetches a path of the service by curl, which verifies the certificate. */
    private static String curl(String path, String... options) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("curl", "--silent", "--show-error", "--fail"));
        command.addAll(List.of("--cacert", directory.resolve("certificate").toString(), "--max-time", "50"));
        command.addAll(List.of(options));
        command.add("https://127.0.0.1:" + port + path);
        return Programs.run(new ProcessBuilder(command), "").outputOfSuccess();
    }

    @ParameterizedTest
    @EnumSource(
            value = Transport.class,
            names = {"AUTO", "IO_URING", "NIO"})
    void requests_http2_multiplexedOnOneConnection(Transport transport) throws Exception {
        try (Daemon lvsd = lvsd(Programs.transportOption(transport))) {
            Path copies = Files.createTempDirectory(directory, "copies");
            String report = curl(
                    "/files/body?[1-10]",
                    "--http2",
                    "--parallel",
                    "--write-out",
                    "%{http_version} %{num_connects}\n",
                    "--output",
                    copies + "/#1");

            List<String> versions =
                    report.lines().map(line -> line.split(" ")[0]).toList();
            assertThat(versions).hasSize(10).containsOnly("2");
            for (int i = 1; i <= 10; i++) {
                assertThat(Files.mismatch(copies.resolve("" + i), directory.resolve("body")))
                        .isEqualTo(-1);
            }
            assertThat(connections(lvsd)).isLessThanOrEqualTo(2);
        }
    }

    private static int connections(Daemon lvsd) throws IOException, InterruptedException {
        String service = lvsd.listing("-L", "-n", "--stats", "--exact")
                .lines()
                .filter(line -> line.startsWith("TCP"))
                .findFirst()
                .orElseThrow();
        return Integer.parseInt(service.split(" +")[2]);
    }

    @Test
    void requests_newConnectionForEach_alternate() throws Exception {
        try (Daemon lvsd = lvsd()) {
            Map<String, Long> served = new TreeMap<>();
            for (int i = 0; i < 6; i++) {
                served.merge(curl("/", "--http1.1").split(" ")[0], 1L, Long::sum);
            }
            assertThat(served).isEqualTo(new TreeMap<>(Map.of(NAMES.get(0), 3L, NAMES.get(1), 3L)));
            assertThat(lvsd.isAlive()).isTrue();
        }
    }

    /** The servers share the key of their tickets, so that a session that began at one continues at the other. */
    @ParameterizedTest
    @EnumSource(
            value = Transport.class,
            names = {"AUTO", "IO_URING", "NIO"})
    void session_resumed_onBothServers(Transport transport) throws Exception {
        Path session = directory.resolve("session");
        Files.deleteIfExists(session);
        try (Daemon lvsd = lvsd(Programs.transportOption(transport))) {
            String first = handshake("-sess_out", session.toString());
            assertThat(first).contains("New, TLSv1.3").contains("HTTP/1.1 200");

            List<String> answers = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                String resumed = handshake("-sess_in", session.toString());
                assertThat(resumed).contains("Reused, TLSv1.3");
                answers.add(resumed.lines()
                        .filter(line -> line.matches("\\d+ [r.]"))
                        .findFirst()
                        .orElseThrow());
            }
            assertThat(answers.stream().collect(Collectors.groupingBy(Function.identity(), Collectors.counting())))
                    .isEqualTo(Map.of(NAMES.get(0) + " r", 2L, NAMES.get(1) + " r", 2L));
            assertThat(lvsd.isAlive()).isTrue();
        }
    }

    private static String handshake(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("openssl", "s_client", "-ign_eof"));
        command.addAll(List.of("-connect", "127.0.0.1:" + port, "-tls1_3"));
        command.addAll(List.of(arguments));
        String request = "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
        return Programs.run(new ProcessBuilder(command), request).output();
    }
}
