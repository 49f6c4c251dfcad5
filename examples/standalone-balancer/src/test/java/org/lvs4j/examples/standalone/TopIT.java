package org.lvs4j.examples.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code lvsadm top} in a real terminal. */
@Timeout(180)
class TopIT {
    private static final Pattern INACTIVE = Pattern.compile("active, (\\d+) inactive");

    @TempDir
    private Path directory;

    /** Connects to a port again and again. */
    private static final class Clients implements AutoCloseable {
        private final int port;
        private final Thread thread = new Thread(this::run, "clients");
        private volatile boolean ended;

        Clients(int port) {
            this.port = port;
            thread.setDaemon(true);
            thread.start();
        }

        boolean isRunning() {
            return thread.isAlive();
        }

        private void run() {
            while (!ended) {
                try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                    socket.getOutputStream().write(1);
                    socket.getInputStream().read();
                    TimeUnit.MILLISECONDS.sleep(20);
                } catch (IOException e) {
                    // The daemon is being restarted.
                } catch (InterruptedException e) {
                    return;
                }
            }
        }

        @Override
        public void close() {
            ended = true;
            thread.interrupt();
        }
    }

    private Tmux terminal(Path socket) throws IOException, InterruptedException {
        return Tmux.start(directory, 100, 30, Map.of("LVSD_SOCKET", socket.toString()));
    }

    private static void start(Tmux terminal, String options) throws IOException, InterruptedException {
        terminal.type("clear; echo before; " + Daemon.SCRIPTS.resolve("lvsadm") + " top " + options + "; echo rc=$?");
        terminal.type("Enter");
    }

    private static long inactive(String screen) {
        Matcher matcher = INACTIVE.matcher(screen);
        return matcher.find() ? Long.parseLong(matcher.group(1)) : -1;
    }

    /** The shell has its screen, its cursor and its settings again. */
    private static void assertRestored(Tmux terminal, int exitCode) throws IOException, InterruptedException {
        terminal.await("^rc=" + exitCode + "$");
        assertThat(terminal.screen()).startsWith("before\n").doesNotContain("conn/s");
        assertThat(terminal.variable("cursor_flag")).isEqualTo("1");
        assertThat(terminal.variable("alternate_on")).isEqualTo("0");
        terminal.type("clear; stty -a", "Enter");
        assertThat(terminal.await("icanon")).contains("isig icanon iexten echo ");
    }

    @Test
    void top_servesAdministratorAndSurvivesARestart() throws Exception {
        Programs.require("tmux", "tmux");
        int port = FreePort.next();
        try (EchoServer first = new EchoServer();
                EchoServer second = new EchoServer()) {
            Path rules = Files.writeString(directory.resolve("top.rules"), """
                    -A -t SERVICE -s wrr
                    -a -t SERVICE -r FIRST -m -w 3
                    -a -t SERVICE -r SECOND -m -w 1 -x 1000 -y 10
                    """.replace("SERVICE", "127.0.0.1:" + port)
                    .replace("FIRST", first.address())
                    .replace("SECOND", second.address()));
            try (Daemon lvsd = Daemon.start(directory, Daemon.BRIEF, rules);
                    Clients clients = new Clients(port)) {
                Path socket = lvsd.socket();
                assertThat(clients.isRunning()).isTrue();
                try (Tmux terminal = terminal(socket)) {
                    start(terminal, "--interval 200ms");
                    terminal.await("TCP 127.0.0.1:" + port + " wrr");
                    terminal.await("^[1-9][0-9]* conn/s");
                    long before = inactive(terminal.await("1 service  2 servers: 2 up"));
                    terminal.await("more connections", screen -> inactive(screen) > before);
                    terminal.await("most [1-9][0-9.]* .*[▁▂▃▄▅▆▇█]");

                    findAndChange(terminal, lvsd, first.address(), second.address());
                    resize(terminal);

                    lvsd.signal("KILL");
                    lvsd.awaitExit();
                    terminal.await("lvsd cannot be reached, trying again: no lvsd is listening");
                    try (Daemon next = Daemon.start(directory, socket, Daemon.BRIEF, List.of(), rules)) {
                        terminal.await("another lvsd answers: process " + next.pid());
                        terminal.await("2 servers: 2 up");
                        terminal.type("q");
                        assertRestored(terminal, 0);

                        start(terminal, "");
                        terminal.await("2 servers: 2 up");
                        signal(terminal);
                        assertRestored(terminal, 143);
                    }
                }
            }
        }
    }

    private static void findAndChange(Tmux terminal, Daemon lvsd, String first, String second) throws Exception {
        terminal.type("ssssss");
        terminal.await("< > sort: conn/s");
        terminal.type("/" + second);
        terminal.await("only one server", screen -> screen.contains(second) && !screen.contains(first));
        terminal.type("Enter", "Down");
        terminal.await("^>  " + second + " +up ");

        terminal.type("d");
        terminal.await("^y/n: drain " + second);
        terminal.type("n");
        terminal.await("nothing was changed");
        assertThat(lvsd.listing("-L", "--json")).doesNotContain("\"draining\":true");
        terminal.type("d", "y");
        terminal.await("^>  " + second + " +drain(ing|ed) +0 ");
        assertThat(lvsd.listing("-L", "--json")).contains("\"draining\":true");
        terminal.type("u", "y");
        terminal.await("^>  " + second + " +up +1 ");

        terminal.type("w", "7", "Enter", "y");
        terminal.await("^>  " + second + " +up +7 ");
        assertThat(lvsd.listing("-L", "--json"))
                .contains("\"endpoint\":\"" + second + "\",\"weight\":7,\"forwarding\":\"masquerade\","
                        + "\"upperThreshold\":1000,\"lowerThreshold\":10");
        terminal.type("Escape");
        terminal.await(first);
    }

    private static void resize(Tmux terminal) throws Exception {
        terminal.resize(40, 10);
        String small = terminal.await("a small picture", screen -> screen.contains("\n2 up"));
        assertThat(small.lines()).hasSize(10).allMatch(line -> line.length() <= 40);
        assertThat(small.lines().filter(line -> line.startsWith(">"))).hasSize(1);
        terminal.resize(100, 30);
        terminal.await("bytes/s: ");
        terminal.type("?");
        terminal.await("fold or unfold the service");
        terminal.type("?");
        terminal.await("TCP 127.0.0.1:");
    }

    /** Ends the program from outside. */
    private static void signal(Tmux terminal) throws Exception {
        ProcessHandle shell =
                ProcessHandle.of(Long.parseLong(terminal.variable("pane_pid"))).orElseThrow();
        assertThat(shell.children().filter(ProcessHandle::destroy)).hasSize(1);
    }

    @Test
    void top_noTerminal_onePictureAsText() throws Exception {
        Path rules = Files.writeString(
                directory.resolve("once.rules"),
                "-A -t 127.0.0.1:" + FreePort.next() + " -s wlc\n-A -u 127.0.0.1:" + FreePort.next() + " -s rr\n");
        try (Daemon lvsd = Daemon.start(directory, Daemon.BRIEF, rules)) {
            assertThat(lvsd.listing("top"))
                    .contains("2 services  0 servers  connections: 0 active, 0 inactive\n", "127.0.0.1:")
                    .doesNotContain("\033");
            assertThat(lvsd.lvsadm("top", "--nosuch").exitCode()).isEqualTo(2);
        }
        Programs.Result result = Daemon.lvsadm(directory.resolve("none"), "", "top", "--once");
        assertThat(result.exitCode()).isOne();
        assertThat(result.error()).startsWith("lvsadm: no lvsd is listening on ");
    }

    @Test
    void top_typeOfTheTerminalUnknown_drawnWithoutWarnings() throws Exception {
        Path rules = Files.writeString(directory.resolve("empty.rules"), "");
        Path error = directory.resolve("error");
        try (Daemon lvsd = Daemon.start(directory, "", rules);
                Tmux terminal = terminal(lvsd.socket())) {
            terminal.type("export TERM=no-such-type", "Enter");
            start(terminal, "2>" + error);
            terminal.await("0 services");
            terminal.type("q");
            terminal.await("rc=0$");

            assertThat(error).isEmptyFile();
        }
    }

    @Test
    void top_inAGroupWithoutTheTerminal_oneLineTellsIt() throws Exception {
        Path script = Files.writeString(
                directory.resolve("background"),
                "set -m\n(sleep 1; " + Daemon.SCRIPTS.resolve("lvsadm") + " top; echo rc=$?) 2>&1 &\n");
        try (Tmux terminal = terminal(directory.resolve("none.sock"))) {
            terminal.type("clear; sh " + script, "Enter");

            String screen = terminal.await("^rc=1$");

            assertThat(screen)
                    .contains("lvsadm: the terminal cannot be used; try --once")
                    .doesNotContain("Exception");
        }
    }
}
