package org.lvs4j.examples.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.lvs4j.netty.Transport;

/** A service manager binds the sockets of a daemon. */
@Timeout(120)
class ActivationIT {
    /** Binds sockets as a service manager does, which are blocking, and becomes the daemon. */
    private static final String LAUNCHER = """
            import os, socket, sys
            kinds = {'tcp': socket.SOCK_STREAM, 'udp': socket.SOCK_DGRAM}
            opened = []
            for text in sys.argv[1].split(','):
                kind, at = text.split(':', 1)
                if kind == 'unix':
                    s = socket.socket(socket.AF_UNIX)
                    s.bind(at)
                else:
                    s = socket.socket(socket.AF_INET, kinds[kind])
                    if kind == 'tcp':
                        # Connections of an earlier test may still linger at the port.
                        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                    s.bind(('127.0.0.1', int(at)))
                if kind != 'udp':
                    s.listen(100)
                opened.append(s)
            moved = [os.dup(s.fileno()) for s in opened]
            moved = [os.dup2(d, 100 + i) for i, d in enumerate(moved)]
            for i, d in enumerate(moved):
                os.dup2(d, 3 + i, inheritable=True)
            os.environ['LISTEN_FDS'] = str(len(moved))
            os.environ['LISTEN_PID'] = str(os.getpid())
            os.environ['LISTEN_FDNAMES'] = ':'.join('name%d' % i for i in range(len(moved)))
            os.execvp(sys.argv[2], sys.argv[2:])
            """;

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

    private Path rules() throws IOException {
        StringBuilder text = new StringBuilder();
        for (String service : List.of("-t 127.0.0.1:" + port, "-u 127.0.0.1:" + port)) {
            text.append("-A " + service + " -s rr\n-a " + service + " -r " + server.address() + " -m\n");
        }
        return Files.writeString(directory.resolve("a.rules"), text);
    }

    private static List<String> launcher(String sockets) {
        return List.of(Programs.require("python3", "python3").toString(), "-c", LAUNCHER, sockets);
    }

    private Programs.Result refused(String sockets, String... options) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(launcher(sockets));
        command.addAll(List.of(
                Daemon.SCRIPTS.resolve("lvsd").toString(),
                "run",
                rules().toString(),
                "--socket",
                directory.resolve("lvsd.sock").toString()));
        command.addAll(List.of(options));
        return Programs.run(command.toArray(new String[0]));
    }

    private void assertServed() throws IOException {
        for (int i = 0; i < 10; i++) {
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
                    DatagramSocket datagrams = new DatagramSocket()) {
                socket.setSoTimeout(20_000);
                socket.getOutputStream().write(9);
                assertThat(socket.getInputStream().read()).isEqualTo(9);
                datagrams.setSoTimeout(20_000);
                datagrams.connect(InetAddress.getLoopbackAddress(), port);
                datagrams.send(new DatagramPacket(new byte[] {9}, 1));
                datagrams.receive(new DatagramPacket(new byte[16], 16));
            }
        }
    }

    @Test
    void activation_blockingSocketsOfServices_adopted() throws Exception {
        int unwanted = FreePort.next();
        String sockets = "tcp:" + port + ",udp:" + port + ",tcp:" + unwanted;
        try (Daemon lvsd = Daemon.start(directory, Daemon.BRIEF, launcher(sockets), rules(), "--threads", "1")) {
            lvsd.awaitLine("socket activation: descriptor 3 (name0)");
            lvsd.awaitLine("TCP 127.0.0.1:" + port + ": adopted 1 listening socket of another process");
            lvsd.awaitLine("UDP 127.0.0.1:" + port + ": adopted 1 listening socket of another process");
            lvsd.awaitLine("TCP 127.0.0.1:" + unwanted + ": the socket of another process was closed");
            assertServed();

            try (Daemon next = lvsd.succeed(rules())) {
                assertThat(lvsd.awaitExit()).isZero();
                assertServed();
                next.signal("TERM");
                assertThat(next.awaitExit()).isZero();
            }
        }
    }

    @Test
    void activation_unixSocket_refusedByName() throws Exception {
        Programs.Result result = refused("unix:" + directory.resolve("u"));
        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.error()).contains("descriptor 3: it is a socket of another kind", "only TCP and UDP");
    }

    @Test
    void activation_anotherTransport_refusedByName() throws Exception {
        Programs.Result result = refused("tcp:" + port, "--transport", "nio");
        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.error()).contains("LISTEN_FDS: --transport nio cannot use the listening sockets");
    }
}
