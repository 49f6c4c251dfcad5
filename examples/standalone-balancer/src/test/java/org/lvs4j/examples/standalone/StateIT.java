package org.lvs4j.examples.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.lvs4j.netty.Transport;

/** Persistent clients, drains and counters outlive a real {@code lvsd}. */
@Timeout(240)
class StateIT {
    private static final int CLIENTS = 20;
    private static final int FIRST_CLIENT = 10;

    @TempDir
    private Path directory;

    private final List<NamedServer> servers = new ArrayList<>();
    private Path rules;
    private Path state;
    private int port;

    @BeforeEach
    void start() throws IOException {
        port = FreePort.next();
        StringBuilder text = new StringBuilder("-A -t 127.0.0.1:" + port + " -s rr -p 300\n");
        for (String name : List.of("a", "b", "c")) {
            NamedServer server = new NamedServer(name);
            servers.add(server);
            text.append("-a -t 127.0.0.1:" + port + " -r " + server.address() + " -m\n");
        }
        rules = Files.writeString(directory.resolve("a.rules"), text);
        state = directory.resolve("state");
    }

    @AfterEach
    void stop() throws IOException {
        for (NamedServer server : servers) {
            server.close();
        }
    }

    /** Sends its name to each client, and closes. */
    private static final class NamedServer implements AutoCloseable {
        private final ServerSocket socket = new ServerSocket(FreePort.next(), 100, InetAddress.getLoopbackAddress());

        NamedServer(String name) throws IOException {
            Thread thread = new Thread(() -> {
                try {
                    while (true) {
                        try (Socket client = socket.accept()) {
                            client.getOutputStream().write(name.getBytes(StandardCharsets.US_ASCII));
                        }
                    }
                } catch (IOException e) {
                    // The test is over.
                }
            });
            thread.setDaemon(true);
            thread.start();
        }

        String address() {
            return "127.0.0.1:" + socket.getLocalPort();
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    /** The server of the client with an address of its own. */
    private String ask(int client) throws IOException {
        try (Socket socket = new Socket()) {
            socket.setSoTimeout(20_000);
            socket.bind(new InetSocketAddress("127.0.0." + client, 0));
            socket.connect(new InetSocketAddress("127.0.0.1", port), 20_000);
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        }
    }

    private Map<Integer, String> askAll(int first, int count) throws IOException {
        Map<Integer, String> names = new TreeMap<>();
        for (int client = first; client < first + count; client++) {
            names.put(client, ask(client));
        }
        assertThat(names.values()).contains("a", "b", "c");
        return names;
    }

    private Daemon daemon(String... more) throws IOException, InterruptedException {
        List<String> options = new ArrayList<>(List.of("--state", state.toString()));
        options.addAll(List.of(more));
        return Daemon.start(directory, Daemon.BRIEF, rules, options.toArray(new String[0]));
    }

    private long connections(Daemon lvsd) throws IOException, InterruptedException {
        String line = lvsd.listing("-L", "-n", "--stats", "--exact")
                .lines()
                .filter(each -> each.startsWith("TCP"))
                .findFirst()
                .orElseThrow();
        return Long.parseLong(line.trim().split(" +")[2]);
    }

    @Test
    void restart_sigterm_clientsDrainsAndCountersContinue() throws Exception {
        Map<Integer, String> before;
        String drained = servers.get(2).address();
        try (Daemon lvsd = daemon()) {
            lvsd.awaitLine("state: there is no " + state + " yet");
            before = askAll(FIRST_CLIENT, CLIENTS);
            lvsd.listing("drain", drained, "--deadline", "1h");
            assertThat(state).doesNotExist();
            lvsd.signal("TERM");
            assertThat(lvsd.awaitExit()).isZero();
            assertThat(state).exists();
        }

        try (Daemon lvsd = daemon()) {
            lvsd.awaitLine("restored " + CLIENTS + " persistent clients, 1 drain, counters of 1 service and 3 servers");
            assertThat(connections(lvsd)).isEqualTo(CLIENTS);
            assertThat(askAll(FIRST_CLIENT, CLIENTS)).isEqualTo(before);
            assertThat(connections(lvsd)).isEqualTo(2 * CLIENTS);
            String drains = lvsd.listing("drain", "--list");
            assertThat(drains).contains(drained).contains("draining").containsPattern("3[45]\\d\\ds");
            for (int client = 100; client < 110; client++) {
                assertThat(ask(client)).isNotEqualTo("c");
            }
            assertThat(state).as("used once").doesNotExist();
            lvsd.listing("drain", "--abort", drained);
            assertThat(lvsd.listing("-S", "-n")).contains(drained + " -m -w 1");
            assertThat(askAll(150, 9)).containsValue("c");
        }
    }

    @Test
    void crash_periodicSaving_clientsKeepTheirServers() throws Exception {
        Map<Integer, String> before;
        try (Daemon lvsd = daemon("--state-interval", "1s")) {
            before = askAll(FIRST_CLIENT, CLIENTS);
            long saved = System.currentTimeMillis();
            lvsd.await("two saves after that", () -> savedAfter(saved + 1000));
            lvsd.signal("KILL");
            lvsd.awaitExit();
        }
        try (Daemon lvsd = daemon("--state-interval", "1s")) {
            lvsd.awaitLine("restored " + CLIENTS + " persistent clients");
            assertThat(askAll(FIRST_CLIENT, CLIENTS)).isEqualTo(before);
            assertThat(state).exists();
        }
    }

    private boolean savedAfter(long millis) {
        try {
            return Files.exists(state) && Files.getLastModifiedTime(state).toMillis() > millis;
        } catch (IOException e) {
            return false;
        }
    }

    @Test
    void start_damagedFile_setAsideWithOneLineAndServes() throws Exception {
        Files.writeString(state, "lvs4j-state 1\nnonsense");
        try (Daemon lvsd = daemon()) {
            assertThat(lvsd.lines())
                    .filteredOn(line -> line.contains("state: "))
                    .singleElement()
                    .asString()
                    .contains(state + " cannot be used and has been set aside as state.damaged.1: damaged state");
            askAll(FIRST_CLIENT, CLIENTS);
            assertThat(state).doesNotExist();
            assertThat(directory.resolve("state.damaged.1")).hasContent("lvs4j-state 1\nnonsense");
            lvsd.signal("TERM");
            assertThat(lvsd.awaitExit()).isZero();
            assertThat(state).exists();
        }
    }

    @Test
    void stop_diskTakesNoMore_exitCode1WithTheReasonAndTheFileBeforeStays() throws Exception {
        Programs.require("prlimit", "prlimit");
        try (Daemon lvsd = daemon("--state-interval", "1s")) {
            askAll(FIRST_CLIENT, CLIENTS);
            lvsd.await("a save", () -> savedAfter(0));
            Programs.run("prlimit", "--pid", Long.toString(lvsd.pid()), "--fsize=20")
                    .outputOfSuccess();
            lvsd.awaitLine("state: cannot be saved in " + state);
            byte[] before = Files.readAllBytes(state);
            lvsd.signal("TERM");

            assertThat(lvsd.awaitExit()).isEqualTo(1);
            assertThat(lvsd.lines()).anyMatch(line -> line.contains("File too large"));
            assertThat(state).hasBinaryContent(before);
            try (var files = Files.list(directory)) {
                assertThat(files.filter(each -> each.getFileName().toString().contains("tmp")))
                        .isEmpty();
            }
        }
    }

    @Test
    void start_unusableOptions_exitCodeAndReason() throws Exception {
        assertThat(refused("--state", directory.resolve("missing/state").toString()))
                .satisfies(result -> {
                    assertThat(result.exitCode()).isEqualTo(1);
                    assertThat(result.error()).contains("--state: there is no directory");
                });
        assertThat(refused("--state-interval", "5s").exitCode()).isEqualTo(2);
        assertThat(refused("--state", state.toString(), "--state-interval", "5ms"))
                .satisfies(result -> {
                    assertThat(result.exitCode()).isEqualTo(2);
                    assertThat(result.error()).contains("5ms is shorter than 1s");
                });
    }

    private Programs.Result refused(String... options) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Daemon.SCRIPTS.resolve("lvsd").toString(),
                "run",
                rules.toString(),
                "--socket",
                directory.resolve("s").toString()));
        command.addAll(List.of(options));
        return Programs.run(command.toArray(new String[0]));
    }

    // ---- takeover

    @Test
    void takeover_clientsDrainsAndCounters_goOverAndTheOldOneLeavesTheFile() throws Exception {
        Assumptions.assumeTrue(Transport.EPOLL.available(), "SKIPPED: epoll is not available here");
        String drained = servers.get(2).address();
        try (Daemon first = daemon("--state-interval", "1h")) {
            Map<Integer, String> before = askAll(FIRST_CLIENT, CLIENTS);
            first.listing("drain", drained, "--deadline", "1h");
            try (Daemon second = first.succeed(rules, "--state", state.toString())) {
                assertThat(first.awaitExit()).isZero();
                assertThat(state).as("not saved by the old one").doesNotExist();
                assertThat(askAll(FIRST_CLIENT, CLIENTS)).isEqualTo(before);
                assertThat(connections(second)).isEqualTo(2 * CLIENTS);
                assertThat(second.listing("drain", "--list")).contains(drained).contains("draining");
                second.signal("TERM");
                assertThat(second.awaitExit()).isZero();
                assertThat(state).exists();
            }
        }
    }

    @Test
    void takeover_clientsComeMeanwhile_eachKeepsItsServer() throws Exception {
        Assumptions.assumeTrue(Transport.EPOLL.available(), "SKIPPED: epoll is not available here");
        Map<Integer, String> seen = new TreeMap<>();
        List<Throwable> failures = new ArrayList<>();
        try (Daemon first = daemon()) {
            Thread clients = new Thread(() -> {
                try {
                    for (int i = 0; !Thread.interrupted(); i++) {
                        int client = 10 + i % 240;
                        String now = ask(client);
                        String earlier = seen.putIfAbsent(client, now);
                        assertThat(earlier == null ? now : earlier)
                                .as("client %d", client)
                                .isEqualTo(now);
                        // New clients come all the time.
                        Thread.sleep(5);
                    }
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                } catch (IOException | AssertionError e) {
                    failures.add(e);
                }
            });
            clients.start();
            try (Daemon second = first.succeed(rules)) {
                assertThat(first.awaitExit()).isZero();
                second.awaitLine("of the last moments");
                clients.interrupt();
                clients.join();
                assertThat(failures).isEmpty();
                for (Map.Entry<Integer, String> each : seen.entrySet()) {
                    assertThat(ask(each.getKey()))
                            .as("client %d", each.getKey())
                            .isEqualTo(each.getValue());
                }
            }
        }
    }

    @Test
    void takeover_newOneFailsAfterItHasTheState_oldOneGoesOn() throws Exception {
        Assumptions.assumeTrue(Transport.EPOLL.available(), "SKIPPED: epoll is not available here");
        try (Daemon first = daemon();
                ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Map<Integer, String> before = askAll(FIRST_CLIENT, CLIENTS);
            Path conflict = Files.writeString(
                    directory.resolve("c.rules"),
                    Files.readString(rules) + "-A -t 127.0.0.1:" + taken.getLocalPort() + "\n");
            Programs.Result failed = Programs.run(
                    Daemon.SCRIPTS.resolve("lvsd").toString(),
                    "run",
                    conflict.toString(),
                    "--socket",
                    first.socket().toString(),
                    "--takeover");
            assertThat(failed.exitCode()).isEqualTo(1);
            assertThat(failed.error()).contains("restored " + CLIENTS + " persistent clients");
            first.awaitLine("going on as before");
            assertThat(askAll(FIRST_CLIENT, CLIENTS)).isEqualTo(before);
            first.signal("TERM");
            assertThat(first.awaitExit()).isZero();
            assertThat(state).as("saved as ever").exists();
        }
    }
}
