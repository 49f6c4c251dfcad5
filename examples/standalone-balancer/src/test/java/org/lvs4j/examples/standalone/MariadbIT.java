package org.lvs4j.examples.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The client of MariaDB and two of its servers, which speak first, behind {@code lvsd}. */
@Timeout(120)
class MariadbIT {
    private static final int ROWS = 20_000;
    private static final int VALUE_BYTES = 12_000_000;

    @TempDir
    private static Path directory;

    private static final List<ServerProgram> SERVERS = new ArrayList<>();
    private static final List<Integer> SERVER_PORTS = new ArrayList<>();
    private static int service;

    @BeforeAll
    static void start() throws IOException, InterruptedException {
        Path server = Programs.require("mariadbd", "mariadb-server");
        Path install = Programs.require("mariadb-install-db", "mariadb-server");
        Programs.require("mariadb", "mariadb-client");
        service = FreePort.next();
        Path template = ServerProgram.home(directory, "template");
        Path user = Files.writeString(
                template.resolve("user.sql"),
                "create user 'test'@'%' identified by 'secret';\ngrant all on *.* to 'test'@'%';\n");
        Programs.run(
                        new ProcessBuilder(ServerProgram.unprivileged(
                                        install.toString(),
                                        "--no-defaults",
                                        "--datadir=" + template.resolve("data"),
                                        "--skip-test-db"))
                                .directory(template.toFile()),
                        "")
                .outputOfSuccess();
        for (int i = 0; i < 2; i++) {
            Path home = ServerProgram.home(directory, "mariadb");
            Programs.run("cp", "-a", template.resolve("data").toString(), home.toString())
                    .outputOfSuccess();
            int port = FreePort.next();
            List<String> command = ServerProgram.unprivileged(
                    server.toString(),
                    "--no-defaults",
                    "--datadir=" + home.resolve("data"),
                    "--socket=" + home.resolve("sock"),
                    "--pid-file=" + home.resolve("pid"),
                    "--bind-address=127.0.0.1",
                    "--port=" + port,
                    "--init-file=" + user,
                    "--max-allowed-packet=64M",
                    "--innodb-flush-log-at-trx-commit=0",
                    "--skip-name-resolve");
            SERVERS.add(ServerProgram.start("mariadbd", home, port, command));
            SERVER_PORTS.add(port);
        }
    }

    @AfterAll
    static void stop() {
        SERVERS.forEach(ServerProgram::close);
    }

    private static Daemon lvsd() throws IOException, InterruptedException {
        String rules = """
                -A -t 127.0.0.1:%1$d -s rr
                -a -t 127.0.0.1:%1$d -r 127.0.0.1:%2$d -m
                -a -t 127.0.0.1:%1$d -r 127.0.0.1:%3$d -m
                """.formatted(service, SERVER_PORTS.get(0), SERVER_PORTS.get(1));
        return Daemon.start(directory, Daemon.BRIEF, Files.writeString(directory.resolve("mariadb.rules"), rules));
    }

    private static ProcessBuilder client(String... arguments) {
        List<String> command = new ArrayList<>(List.of("mariadb", "--no-defaults", "-h", "127.0.0.1"));
        command.addAll(List.of("-P", Integer.toString(service), "-u", "test", "-psecret"));
        command.addAll(List.of("--batch", "--skip-column-names", "--unbuffered", "--max-allowed-packet=64M"));
        command.addAll(Arrays.asList(arguments));
        return new ProcessBuilder(command);
    }

    private static String query(String... arguments) throws IOException, InterruptedException {
        return Programs.run(client(arguments), "").outputOfSuccess().strip();
    }

    @Test
    void sessions_roundRobin_alternate() throws Exception {
        try (Daemon lvsd = lvsd()) {
            List<String> ports = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                ports.add(query("-e", "select @@port"));
            }
            assertThat(ports.subList(0, 2))
                    .containsExactlyInAnyOrder("" + SERVER_PORTS.get(0), "" + SERVER_PORTS.get(1));
            assertThat(ports.subList(2, 6)).containsExactly(ports.get(0), ports.get(1), ports.get(0), ports.get(1));
            assertThat(lvsd.isAlive()).isTrue();
        }
    }

    @Test
    void rows_insertedAndRead_unchanged() throws Exception {
        String rows = IntStream.range(0, ROWS)
                .mapToObj(i -> "(" + i + ", sha2(" + i + ", 256))")
                .collect(Collectors.joining(","));
        String script = "create database d; use d; create table t (i int primary key, sum char(64));\n"
                + "insert into t values " + rows + ";\n"
                + "select * from t order by i;\n"
                + "select count(*), sum(binary sum = binary sha2(i, 256)) from t;\n"
                + "drop database d;\n";
        try (Daemon lvsd = lvsd()) {
            String output = Programs.run(client(), script).outputOfSuccess();

            assertThat(output.lines()).hasSize(ROWS + 1).last().isEqualTo(ROWS + "\t" + ROWS);
            assertThat(lvsd.isAlive()).isTrue();
        }
    }

    @Test
    void value_large_unchangedBothWays() throws Exception {
        String value = "0123456789abcdef".repeat(VALUE_BYTES / 16);
        try (Daemon lvsd = lvsd()) {
            String output = Programs.run(client(), "select '" + value + "';\n").outputOfSuccess();

            assertThat(output.strip().equals(value)).isTrue();
            assertThat(lvsd.isAlive()).isTrue();
        }
    }

    @Test
    void session_serverRemoved_continues() throws Exception {
        try (Daemon lvsd = lvsd()) {
            Process session = client().redirectErrorStream(true).start();
            try (BufferedReader answers = session.inputReader()) {
                String busy = ask(session, answers);

                lvsd.listing("-d", "-t", "127.0.0.1:" + service, "-r", "127.0.0.1:" + busy);

                for (int i = 0; i < 3; i++) {
                    assertThat(query("-e", "select @@port")).isNotEqualTo(busy);
                    assertThat(ask(session, answers)).isEqualTo(busy);
                }
            } finally {
                session.destroyForcibly().waitFor();
            }
        }
    }

    private static String ask(Process session, BufferedReader answers) throws IOException {
        session.getOutputStream().write("select @@port;\n".getBytes(StandardCharsets.US_ASCII));
        session.getOutputStream().flush();
        return String.valueOf(answers.readLine());
    }
}
