package org.lvs4j.examples.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.lvs4j.netty.Transport;

/** The access log of a real {@code lvsd}. */
@Timeout(120)
class AccessLogIT {
    @TempDir
    private Path directory;

    private int port;
    private Path rules;
    private Path log;

    @BeforeEach
    void write() throws IOException {
        port = FreePort.next();
        // Without a server: every client is reset, and has a line.
        rules = Files.writeString(directory.resolve("a.rules"), "-A -t 127.0.0.1:" + port + " -s rr\n");
        log = directory.resolve("access.log");
    }

    private void connect() throws IOException {
        try (Socket client = new Socket(InetAddress.getLoopbackAddress(), port)) {
            client.setSoTimeout(20_000);
            client.getInputStream().read();
        } catch (IOException e) {
            assertThat(e).hasMessageContaining("reset");
        }
    }

    private static List<String> lines(Path file) {
        try {
            return Files.exists(file) ? Files.readAllLines(file) : List.of();
        } catch (IOException e) {
            return List.of();
        }
    }

    private void connectAndAwait(Daemon lvsd, Path file, int lines) throws Exception {
        connect();
        lvsd.await(lines + " lines in " + file, () -> lines(file).size() == lines);
    }

    private static void terminate(Daemon lvsd) throws Exception {
        lvsd.signal("TERM");
        assertThat(lvsd.awaitExit()).isZero();
    }

    @Test
    void text_renamedAndReopenedBySigusr1_linesInBothFiles() throws Exception {
        Path old = directory.resolve("access.log.old");
        try (Daemon lvsd = Daemon.start(directory, Daemon.BRIEF, rules, "--access-log", log.toString())) {
            connectAndAwait(lvsd, log, 1);
            Files.move(log, old);
            lvsd.signal("USR1");
            lvsd.await("the new file", () -> Files.exists(log));
            connectAndAwait(lvsd, log, 1);
            lvsd.awaitLine("the access log is opened anew");
            connect();
            terminate(lvsd);
            assertThat(lines(old)).hasSize(1);
            assertThat(lines(log))
                    .hasSize(2)
                    .allMatch(line -> line.matches("\\S+Z TCP 127\\.0\\.0\\.1:\\d+ 127\\.0\\.0\\.1:" + port
                            + " TCP/127\\.0\\.0\\.1:" + port + " - 0 0 \\d\\.\\d{6} - - 0 no-server"));
        }
    }

    @Test
    void json_takeover_bothWriteTheSameFile() throws Exception {
        String[] options = {"--transport", "epoll", "--access-log", log.toString(), "--access-log-format", "json"};
        Assumptions.assumeTrue(Transport.EPOLL.available(), "SKIPPED: no epoll");
        try (Daemon old = Daemon.start(directory, Daemon.BRIEF, rules, options)) {
            connectAndAwait(old, log, 1);
            try (Daemon lvsd = old.succeed(rules, options)) {
                assertThat(old.awaitExit()).isZero();
                connectAndAwait(lvsd, log, 2);
                terminate(lvsd);
            }
        }
        assertThat(lines(log))
                .hasSize(2)
                .allMatch(line -> line.startsWith("{\"time\":\"") && line.endsWith(",\"end\":\"no-server\"}"));
    }

    @Test
    void standardOutput_linesBesideTheAnnouncement() throws Exception {
        try (Daemon lvsd = Daemon.start(directory, Daemon.BRIEF, rules, "--access-log", "-")) {
            connect();
            lvsd.awaitLine(" no-server");
            terminate(lvsd);
        }
    }

    @Test
    void sigusr1_withoutALog_ignored() throws Exception {
        try (Daemon lvsd = Daemon.start(directory, Daemon.BRIEF, rules)) {
            lvsd.signal("USR1");
            lvsd.awaitLine("there is no access log");
            terminate(lvsd);
        }
    }
}
