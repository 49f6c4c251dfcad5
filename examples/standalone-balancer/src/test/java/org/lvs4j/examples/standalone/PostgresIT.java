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
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The clients of PostgreSQL and two of its servers behind {@code lvsd}: one service persistent, another one not. */
@Timeout(120)
class PostgresIT {
    private static final int ROWS = 200_000;

    @TempDir
    private static Path directory;

    private static final List<ServerProgram> SERVERS = new ArrayList<>();
    private static final List<Integer> SERVER_PORTS = new ArrayList<>();
    private static int persistent;
    private static int inTurn;

    @BeforeAll
    static void start() throws IOException, InterruptedException {
        Path server = Programs.require("postgres", "postgresql");
        Path initialise = Programs.require("initdb", "postgresql");
        Programs.require("psql", "postgresql-client");
        persistent = FreePort.next();
        inTurn = FreePort.next();
        for (int i = 0; i < 2; i++) {
            Path home = ServerProgram.home(directory, "postgres");
            String data = home.resolve("data").toString();
            Programs.run(
                            new ProcessBuilder(ServerProgram.unprivileged(
                                            initialise.toString(),
                                            "--pgdata=" + data,
                                            "--username=test",
                                            "--auth=trust",
                                            "--locale=C",
                                            "--no-sync"))
                                    .directory(home.toFile()),
                            "")
                    .outputOfSuccess();
            int port = FreePort.next();
            List<String> command = ServerProgram.unprivileged(
                    server.toString(),
                    "-D",
                    data,
                    "-F",
                    "-h",
                    "127.0.0.1",
                    "-p",
                    Integer.toString(port),
                    "-c",
                    "unix_socket_directories=");
            SERVERS.add(ServerProgram.start("postgres", home, port, command));
            SERVER_PORTS.add(port);
        }
    }

    @AfterAll
    static void stop() {
        SERVERS.forEach(ServerProgram::close);
    }

    private static Daemon lvsd() throws IOException, InterruptedException {
        StringBuilder rules = new StringBuilder();
        for (int service : List.of(persistent, inTurn)) {
            String options = service == persistent ? " -s rr -p 300\n" : " -s rr\n";
            rules.append("-A -t 127.0.0.1:").append(service).append(options);
            for (int server : SERVER_PORTS) {
                rules.append("-a -t 127.0.0.1:" + service + " -r 127.0.0.1:" + server + " -m\n");
            }
        }
        return Daemon.start(directory, Daemon.BRIEF, Files.writeString(directory.resolve("postgres.rules"), rules));
    }

    private static ProcessBuilder psql(int service, String... arguments) {
        List<String> command = new ArrayList<>(List.of("psql", "-X", "-A", "-t", "-q", "-v", "ON_ERROR_STOP=1"));
        command.addAll(List.of("-h", "127.0.0.1", "-p", Integer.toString(service), "-U", "test", "postgres"));
        command.addAll(Arrays.asList(arguments));
        return new ProcessBuilder(command);
    }

    private static String query(int service, String query) throws IOException, InterruptedException {
        return Programs.run(psql(service, "-c", query), "").outputOfSuccess().strip();
    }

    @Test
    void transactions_manyClients_allCommitted() throws Exception {
        String program = Programs.require("pgbench", "postgresql").toString();
        String service = Integer.toString(persistent);
        try (Daemon lvsd = lvsd()) {
            Programs.run(program, "-i", "-q", "-h", "127.0.0.1", "-p", service, "-U", "test", "postgres")
                    .outputOfSuccess();
            Programs.Result result = Programs.run(
                    program,
                    "-n",
                    "-M",
                    "prepared",
                    "-c",
                    "8",
                    "-t",
                    "50",
                    "-h",
                    "127.0.0.1",
                    "-p",
                    service,
                    "-U",
                    "test",
                    "postgres");

            assertThat(result.outputOfSuccess())
                    .contains("number of transactions actually processed: 400/400")
                    .contains("number of failed transactions: 0 ");
            assertThat(lvsd.isAlive()).isTrue();
        }
    }

    @Test
    void copy_manyRowsBothWays_unchanged() throws Exception {
        try (Daemon lvsd = lvsd()) {
            String rows =
                    query(inTurn, "copy (select i, md5(i::text) from generate_series(1, " + ROWS + ") i) to stdout");
            assertThat(rows.lines()).hasSize(ROWS);

            query(persistent, "create table copied (i int, sum text)");
            Programs.run(psql(persistent, "-c", "copy copied from stdin"), rows + "\n")
                    .outputOfSuccess();

            assertThat(query(persistent, "select count(*), bool_and(sum = md5(i::text)) from copied"))
                    .isEqualTo(ROWS + "|t");
            assertThat(lvsd.isAlive()).isTrue();
        }
    }

    /** A client cancels a query on another connection, which must reach the server of the first one. */
    @Test
    void cancel_persistentService_reachesTheServerOfTheQuery() throws Exception {
        try (Daemon lvsd = lvsd()) {
            Path error = directory.resolve("cancelled");
            Process sleeping = psql(persistent, "-c", "select pg_sleep(100)")
                    .redirectError(error.toFile())
                    .start();
            String running = "select pid from pg_stat_activity where query = 'select pg_sleep(100)'";
            while (query(persistent, running).isEmpty()) {
                assertThat(sleeping.isAlive()).as(Files.readString(error)).isTrue();
            }

            Programs.run("kill", "-INT", Long.toString(sleeping.pid())).outputOfSuccess();

            assertThat(sleeping.waitFor()).isNotZero();
            assertThat(error).content().contains("canceling statement due to user request");
            assertThat(lvsd.isAlive()).isTrue();
        }
    }

    @Test
    void session_serverQuiesced_continuesAndNewOnesGoElsewhere() throws Exception {
        try (Daemon lvsd = lvsd()) {
            Process session = psql(inTurn).redirectErrorStream(true).start();
            try (BufferedReader answers = session.inputReader()) {
                String busy = ask(session, answers);
                String other = Integer.toString(SERVER_PORTS.get(busy.equals("" + SERVER_PORTS.get(0)) ? 1 : 0));

                lvsd.listing("-e", "-t", "127.0.0.1:" + inTurn, "-r", "127.0.0.1:" + busy, "-m", "-w", "0");

                for (int i = 0; i < 3; i++) {
                    assertThat(query(inTurn, "show port")).isEqualTo(other);
                    assertThat(ask(session, answers)).isEqualTo(busy);
                }
            } finally {
                session.destroyForcibly().waitFor();
            }
        }
    }

    private static String ask(Process session, BufferedReader answers) throws IOException {
        session.getOutputStream().write("show port;\n".getBytes(StandardCharsets.US_ASCII));
        session.getOutputStream().flush();
        return String.valueOf(answers.readLine());
    }
}
