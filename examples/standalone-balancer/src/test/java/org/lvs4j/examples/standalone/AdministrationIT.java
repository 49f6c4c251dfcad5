package org.lvs4j.examples.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Administration of a running daemon under stress: many tools, files that block, streams that nobody reads. */
@Timeout(240)
class AdministrationIT {
    private static final int SERVERS = 2000;

    @TempDir
    private Path directory;

    private Path rules(String service, int weight) throws IOException {
        StringBuilder text = new StringBuilder("-A -t " + service + " -s wrr\n");
        for (int i = 0; i < SERVERS; i++) {
            text.append("-a -t " + service + " -r 10.1." + i / 250 + "." + i % 250 + ":8080 -m -w " + weight + "\n");
        }
        return Files.writeString(directory.resolve("a.rules"), text);
    }

    @Test
    void lvsadm_manyAtATime_allChangesMade() throws Exception {
        String service = "127.0.0.1:" + FreePort.next();
        int tools = 40;
        ExecutorService threads = Executors.newFixedThreadPool(tools);
        try (Daemon lvsd =
                Daemon.start(directory, Daemon.BRIEF, Files.writeString(directory.resolve("empty.rules"), ""))) {
            lvsd.listing("-A", "-t", service);
            List<Callable<String>> tasks = new ArrayList<>();
            for (int i = 1; i <= tools; i++) {
                String server = "127.0.2." + i + ":9001";
                tasks.add(() -> lvsd.listing("-a", "-t", service, "-r", server, "-m"));
            }
            for (Future<String> done : threads.invokeAll(tasks)) {
                assertThat(done.get()).isEmpty();
            }
            assertThat(lvsd.listing("-Ln").lines().filter(line -> line.contains("-> 127.0.2.")))
                    .hasSize(tools);
        } finally {
            threads.shutdown();
        }
    }

    @Test
    void saveAndRestore_everyRuleBackAndOthersGone() throws Exception {
        String service = "127.0.0.1:" + FreePort.next();
        String later = "127.0.0.1:" + FreePort.next();
        try (Daemon lvsd = Daemon.start(directory, Daemon.BRIEF, rules(service, 1))) {
            Programs.Result saved = script(lvsd, "", "lvsadm-save", "-n");
            lvsd.listing("-A", "-t", later);

            Programs.Result restored = script(lvsd, "# comment\n" + saved.output(), "lvsadm-restore");

            assertThat(restored).isEqualTo(new Programs.Result(0, "", ""));
            assertThat(lvsd.listing("-S", "-n")).isEqualTo(saved.output()).hasLineCount(SERVERS + 1);
            assertThat(script(lvsd, "-A -t nowhere\n", "lvsadm-restore").exitCode())
                    .isEqualTo(2);
            assertThat(script(lvsd, "", "lvsadm-save", "-x").exitCode()).isEqualTo(1);
        }
    }

    private static Programs.Result script(Daemon lvsd, String input, String name, String... arguments)
            throws IOException, InterruptedException {
        List<String> command =
                new ArrayList<>(List.of(Daemon.SCRIPTS.resolve(name).toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("LVSD_SOCKET", lvsd.socket().toString());
        return Programs.run(builder, input);
    }

    @Test
    void reload_fileBlocks_daemonStaysAliveTellsAndStops() throws Exception {
        Path rules = rules("127.0.0.1:" + FreePort.next(), 1);
        try (Daemon lvsd = Daemon.start(directory, Daemon.BRIEF, rules)) {
            Path fifo = directory.resolve("fifo");
            assertThat(Programs.run("mkfifo", fifo.toString()).exitCode()).isZero();
            Files.move(fifo, rules, StandardCopyOption.REPLACE_EXISTING);

            lvsd.signal("HUP");
            lvsd.signal("HUP");
            lvsd.awaitLine("SIGHUP: the reload before it has been reading " + rules);

            assertThat(lvsd.listing("-S")).hasLineCount(SERVERS + 1);
            lvsd.signal("TERM");
            assertThat(lvsd.awaitExit()).isZero();
        }
    }

    @Test
    void reload_fileThatNoHeapHolds_oldRulesStayAndReasonLogged() throws Exception {
        Path rules = rules("127.0.0.1:" + FreePort.next(), 1);
        try (Daemon lvsd = Daemon.start(directory, "-Xmx64m", rules)) {
            Files.writeString(rules, "# a comment\n".repeat(3_000_000));
            lvsd.signal("HUP");
            lvsd.awaitLine("MB of heap");
            Files.delete(rules);
            Files.createSymbolicLink(rules, Path.of("/dev/zero"));
            lvsd.signal("HUP");
            lvsd.awaitLine("a NUL byte; expected a text");

            assertThat(lvsd.listing("-S")).hasLineCount(SERVERS + 1);
            assertThat(lvsd.lines()).noneMatch(line -> line.contains("Exception") || line.contains("at java"));
        }
    }

    @Test
    void reload_pipeWithoutAnEnd_refusedBeforeTheHeapIsFull() throws Exception {
        Path rules = rules("127.0.0.1:" + FreePort.next(), 1);
        try (Daemon lvsd = Daemon.start(directory, "-Xmx64m", rules)) {
            Files.delete(rules);
            assertThat(Programs.run("mkfifo", rules.toString()).exitCode()).isZero();
            Process writer =
                    new ProcessBuilder("/bin/sh", "-c", "exec yes '# comment' > \"$0\"", rules.toString()).start();
            try {
                lvsd.signal("HUP");
                lvsd.awaitLine("MB of heap");
            } finally {
                writer.destroyForcibly();
            }

            assertThat(lvsd.lines()).noneMatch(line -> line.contains("not enough memory"));
            assertThat(lvsd.listing("-S")).hasLineCount(SERVERS + 1);
        }
    }

    @Test
    void start_reloadIsRequestedMeanwhile_madeAfterTheStart() throws Exception {
        Path first = rules("127.0.0.1:" + FreePort.next(), 1);
        Path pipe = directory.resolve("pipe");
        assertThat(Programs.run("mkfifo", pipe.toString()).exitCode()).isZero();
        // The shell becomes lvsd. The pipe can be opened for writing when lvsd reads its rules.
        List<String> signalling = List.of(
                "/bin/sh",
                "-c",
                "pid=$$; (exec 3> '" + pipe + "'; kill -HUP $pid; cat '" + first + "' >&3) & exec \"$@\"",
                "sh");
        try (Daemon lvsd = Daemon.start(directory, Daemon.BRIEF, signalling, pipe)) {
            assertThat(Programs.run("/bin/sh", "-c", "echo '# no rules' > \"$0\"", pipe.toString())
                            .exitCode())
                    .isZero();
            lvsd.awaitLine("SIGHUP: " + pipe + " read again");

            assertThat(lvsd.listing("-S")).isEmpty();
        }
    }

    @Test
    void run_nobodyReadsItsOutput_servesAndStops() throws Exception {
        Path rules = rules("127.0.0.1:" + FreePort.next(), 1);
        Path socket = directory.resolve("s");
        // Neither stream is read: the list of services and the log are longer than a pipe.
        Process lvsd = new ProcessBuilder(
                        "/bin/sh",
                        "-c",
                        Daemon.SHELL,
                        "sh",
                        Daemon.SCRIPTS.resolve("lvsd").toString(),
                        "run",
                        rules.toString(),
                        "--socket",
                        socket.toString())
                .start();
        try {
            while (!Files.exists(socket)) {
                assertThat(lvsd.isAlive()).isTrue();
                TimeUnit.MILLISECONDS.sleep(20);
            }
            for (int weight = 2; weight <= 5; weight++) {
                rules(service(rules), weight);
                assertThat(Programs.run("kill", "-HUP", Long.toString(lvsd.pid()))
                                .exitCode())
                        .isZero();
                String expected = "-w " + weight;
                while (!Daemon.lvsadm(socket, "", "-S").output().contains(expected)) {
                    assertThat(lvsd.isAlive()).isTrue();
                }
            }
            assertThat(Programs.run("kill", "-TERM", Long.toString(lvsd.pid())).exitCode())
                    .isZero();
            assertThat(lvsd.waitFor(20, TimeUnit.SECONDS)).isTrue();
            assertThat(lvsd.exitValue()).isZero();
            assertThat(socket).doesNotExist();
        } finally {
            lvsd.destroyForcibly().waitFor();
        }
    }

    private static String service(Path rules) throws IOException {
        return Files.readAllLines(rules).get(0).split(" ")[2];
    }
}
