package org.lvs4j.examples.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.lvs4j.netty.Transport;

/** A daemon takes over from another one, with real programs. */
@Timeout(240)
class TakeoverIT {
    private static final Duration LIMIT = Duration.ofSeconds(20);

    @TempDir
    private Path directory;

    private EchoServer server;
    private int port;

    @BeforeEach
    void start() throws IOException {
        Assumptions.assumeTrue(Transport.EPOLL.available(), "SKIPPED: epoll is not available here");
        server = new EchoServer();
        port = FreePort.next();
    }

    @AfterEach
    void stop() throws IOException {
        server.close();
    }

    private Path rules(String name, String... services) throws IOException {
        StringBuilder text = new StringBuilder();
        for (String service : services) {
            text.append("-A " + service + " -s rr\n-a " + service + " -r " + server.address() + " -m\n");
        }
        return Files.writeString(directory.resolve(name), text);
    }

    private Path rules() throws IOException {
        return rules("a.rules", "-t 127.0.0.1:" + port, "-u 0.0.0.0:" + port);
    }

    private void exchange(Socket socket) throws IOException {
        socket.getOutputStream().write(9);
        assertThat(socket.getInputStream().read()).isEqualTo(9);
    }

    private Socket connect() throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout((int) LIMIT.toMillis());
        return socket;
    }

    private void assertServed() throws IOException {
        for (int i = 0; i < 10; i++) {
            try (Socket socket = connect()) {
                exchange(socket);
            }
        }
    }

    /** Runs a daemon that should not start. */
    private Programs.Result refused(Path socket, Path rules, String... options)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Daemon.SCRIPTS.resolve("lvsd").toString(),
                "run",
                rules.toString(),
                "--socket",
                socket.toString(),
                "--takeover"));
        command.addAll(List.of(options));
        return Programs.run(command.toArray(new String[0]));
    }

    @Test
    void takeover_steadyLoad_nobodyRefusedAndOldConnectionsServed() throws Exception {
        try (SteadyLoad load = new SteadyLoad();
                Daemon first = Daemon.start(
                        directory,
                        Daemon.BRIEF,
                        rules(),
                        "--acceptors",
                        "2",
                        "--drain-timeout",
                        "120s",
                        "--drain-idle",
                        "0s")) {
            for (int i = 0; i < 3; i++) {
                load.connect(port);
            }
            load.ask("127.0.0.1", port);
            load.ask("127.0.0.2", port);
            load.list(first.socket());
            load.awaitServed(20);
            try (Socket longLived = connect();
                    Daemon second = first.succeed(
                            rules("b.rules", "-t 127.0.0.1:" + port, "-u 0.0.0.0:" + port), "--acceptors", "1")) {
                load.awaitServed(20);
                exchange(longLived);
                first.awaitLine("serves now");
                assertThat(first.isAlive()).isTrue();
                first.signal("TERM");
                first.awaitLine("SIGTERM: ending already, another lvsd has taken over");

                try (Daemon third = second.succeed(rules(), "--acceptors", "3")) {
                    load.awaitServed(20);
                    exchange(longLived);
                    assertThat(second.awaitExit()).isZero();
                    longLived.shutdownOutput();
                    assertThat(longLived.getInputStream().read()).isEqualTo(-1);
                    assertThat(first.awaitExit()).isZero();
                    load.awaitServed(20);
                    load.end();

                    assertThat(third.listing("-L", "-n")).contains("127.0.0.1:" + port, "0.0.0.0:" + port);
                    third.signal("TERM");
                    assertThat(third.awaitExit()).isZero();
                    assertThat(third.socket().getParent()).isEmptyDirectory();
                }
            }
        }
    }

    @Test
    void takeover_otherRules_newServicesServedAndOldOnesClosed() throws Exception {
        int other = FreePort.next();
        try (Daemon first = Daemon.start(directory, Daemon.BRIEF, rules());
                Daemon second = first.succeed(rules("b.rules", "-t 127.0.0.1:" + other))) {
            assertThat(first.awaitExit()).isZero();
            second.awaitLine("TCP 127.0.0.1:" + port + ": the socket of another process was closed");
            assertThatThrownBy(this::connect).hasMessageContaining("refused");
            port = other;
            assertServed();
            assertThat(second.lvsadm("-A", "-t", "127.0.0.1:" + FreePort.next()).exitCode())
                    .isZero();
        }
    }

    @Test
    void takeover_newOneCannotStart_oldOneGoesOn() throws Exception {
        try (Daemon lvsd = Daemon.start(directory, Daemon.BRIEF, rules());
                ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Path broken = Files.writeString(directory.resolve("broken.rules"), "-A -t nowhere\n");
            Programs.Result invalid = refused(lvsd.socket(), broken);
            assertThat(invalid.exitCode()).isEqualTo(3);
            assertThat(invalid.error()).contains("broken.rules");
            assertServed();

            Path conflict = rules("c.rules", "-t 127.0.0.1:" + port, "-t 127.0.0.1:" + taken.getLocalPort());
            Programs.Result unbound = refused(lvsd.socket(), conflict);
            assertThat(unbound.exitCode()).isEqualTo(1);
            assertThat(unbound.error()).contains("cannot listen at TCP 127.0.0.1:" + taken.getLocalPort());
            lvsd.awaitLine("has failed, going on as before: the connection was closed");
            assertServed();
            assertThat(lvsd.listing("-L", "-n")).contains("127.0.0.1:" + port);

            try (Daemon next = lvsd.succeed(rules())) {
                assertThat(lvsd.awaitExit()).isZero();
                assertServed();
                assertThat(next.isAlive()).isTrue();
            }
        }
    }

    @Test
    void takeover_otherProtocolOrPeerThatEnds_refusedByNameAndOldOneGoesOn() throws Exception {
        try (Daemon lvsd = Daemon.start(directory, Daemon.BRIEF, rules())) {
            try (FrameChannel peer = open(lvsd.socket())) {
                write(peer, FrameType.HELLO, Handover.NAME + "999");
                Frame answer = peer.read();
                assertThat(answer.text()).contains("different releases: expected " + Handover.VERSION);
            }
            try (FrameChannel peer = open(lvsd.socket())) {
                ask(peer);
                assertThat(peer.read().type()).isEqualTo(FrameType.TRANSFER);
                try (FrameChannel another = open(lvsd.socket())) {
                    ask(another);
                    assertThat(another.read().text()).contains("another takeover is under way");
                }
            }
            lvsd.awaitLine("going on as before");
            assertServed();
            assertThat(lvsd.lvsadm("-A", "-t", "127.0.0.1:" + FreePort.next()).exitCode())
                    .isZero();
        }
    }

    private Path monitored(String name, int dead, String weight) throws IOException {
        Path notify = Files.writeString(
                directory.resolve("notify"),
                "#!/bin/sh\necho \"$1\" >> told\n"
                        .replace("told", directory.resolve("told").toString()));
        Files.setPosixFilePermissions(notify, PosixFilePermissions.fromString("rwx------"));
        return Files.writeString(directory.resolve(name), """
                global_defs {
                    startup_script "NOTIFY startup"
                    shutdown_script "NOTIFY shutdown"
                }
                virtual_server 127.0.0.1 PORT {
                    delay_loop 1
                    warmup 0
                    retry 1
                    delay_before_retry 0.2
                    omega
                    lvs_sched rr
                    lvs_method NAT
                    protocol TCP
                    quorum_down "NOTIFY down"
                    real_server 127.0.0.1 ALIVE {
                        weight WEIGHT
                        TCP_CHECK {
                        }
                    }
                    real_server 127.0.0.1 DEAD {
                        weight WEIGHT
                        TCP_CHECK {
                        }
                    }
                }
                """.replace("NOTIFY", notify.toString())
                .replace("PORT", Integer.toString(port))
                .replace("ALIVE", server.address().substring("127.0.0.1:".length()))
                .replace("DEAD", Integer.toString(dead))
                .replace("WEIGHT", weight));
    }

    @Test
    void takeover_checkedServerIsDown_nobodyRefusedAndTheNewOneFindsOut() throws Exception {
        int dead = FreePort.next();
        String down = "127.0.0.1:" + dead + " is down: TCP_CHECK";
        try (SteadyLoad load = new SteadyLoad();
                Daemon first = Daemon.start(directory, Daemon.BRIEF, monitored("a.conf", dead, "1"))) {
            first.awaitLine(down);
            load.connect(port);
            load.awaitConnections(20);
            try (Daemon second = first.succeed(monitored("b.conf", dead, "3"))) {
                load.awaitConnections(20);
                second.awaitLine(down);
                assertThat(first.awaitExit()).isZero();
                load.awaitConnections(20);
                load.end();

                assertThat(second.listing("-S", "-n").lines())
                        .containsExactly(
                                "-A -t 127.0.0.1:" + port + " -s rr",
                                "-a -t 127.0.0.1:" + port + " -r " + server.address() + " -m -w 3");
                assertThat(second.listing("health", "--down")).contains("127.0.0.1:" + dead);
                monitored("b.conf", dead, "2");
                assertThat(second.listing("reload")).contains("-e -t 127.0.0.1:" + port, "-w 2");
                assertThat(Files.readAllLines(directory.resolve("told"))).containsExactly("startup");

                second.signal("TERM");
                assertThat(second.awaitExit()).isZero();
                assertThat(Files.readAllLines(directory.resolve("told")))
                        .containsExactly("startup", "down", "shutdown");
            }
        }
    }

    private static FrameChannel open(Path socket) throws IOException {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        channel.connect(UnixDomainSocketAddress.of(socket));
        return FrameChannel.over(channel, LIMIT);
    }

    private static void ask(FrameChannel peer) throws IOException {
        write(peer, FrameType.HELLO, Handover.VERSION);
        write(peer, FrameType.RUN, "");
    }

    private static void write(FrameChannel peer, FrameType type, String text) throws IOException {
        peer.write(type, text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void takeover_noDaemon_refusedByNameWithoutLitter() throws Exception {
        Path socket = Files.createDirectory(directory.resolve("control")).resolve("lvsd.sock");
        Programs.Result result = refused(socket, rules());
        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.error())
                .contains("--takeover: no lvsd is listening on " + socket)
                .contains("start without --takeover");
        assertThat(socket.getParent()).isEmptyDirectory();
    }

    @ParameterizedTest
    @ValueSource(strings = {"nio", "io_uring"})
    void takeover_anotherTransport_refusedByName(String transport) throws Exception {
        Programs.Result result = refused(directory.resolve("s"), rules(), "--transport", transport);
        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.error())
                .contains("--takeover: --transport " + transport + " cannot use the listening sockets");
    }

    @Test
    void takeover_tun_refusedByName() throws Exception {
        Programs.Result result = refused(directory.resolve("s"), rules(), "--tun", "lvs0");
        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.error()).contains("--takeover: with --tun").contains("a TUN device serves one process only");
    }

    @Test
    void takeover_oldOneOnNio_refusedByNameAndOldOneGoesOn() throws Exception {
        try (Daemon lvsd = Daemon.start(directory, Daemon.BRIEF, rules(), "--transport", "nio")) {
            Programs.Result result = refused(lvsd.socket(), rules());
            assertThat(result.exitCode()).isEqualTo(1);
            assertThat(result.error()).contains("refuses: it runs with --transport nio, and only epoll can pass");
            assertServed();
        }
    }
}
