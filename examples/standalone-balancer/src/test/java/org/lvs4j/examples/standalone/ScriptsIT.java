package org.lvs4j.examples.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The scripts as an operator starts them, without other programs. */
@Timeout(120)
class ScriptsIT {
    @TempDir
    private Path directory;

    private Programs.Result run(Path script, String... arguments) throws IOException, InterruptedException {
        String[] command = new String[arguments.length + 1];
        command[0] = script.toString();
        System.arraycopy(arguments, 0, command, 1, arguments.length);
        return Programs.run(new ProcessBuilder(command).directory(directory.toFile()), "");
    }

    @Test
    void lvsd_throughASymbolicLink_findsItsJar() throws Exception {
        Path home = Files.createDirectory(directory.resolve("with a blank"));
        Files.copy(Daemon.SCRIPTS.resolve("lvsd"), home.resolve("lvsd"), StandardCopyOption.COPY_ATTRIBUTES);
        Files.copy(Daemon.SCRIPTS.resolve("target/lvsd.jar"), home.resolve("lvsd.jar"));
        Path bin = Files.createDirectory(directory.resolve("bin"));
        Path link = Files.createSymbolicLink(bin.resolve("balancer"), Path.of("../with a blank/lvsd"));

        Programs.Result result = run(link, "--version");

        assertThat(result.error()).isEmpty();
        assertThat(result.output()).startsWith("lvsd ").doesNotContain("$");
        assertThat(result.exitCode()).isZero();
    }

    @Test
    void lvsd_installedInADirectoryWithABlank_starts() throws Exception {
        Path home = Files.createDirectory(directory.resolve("with a blank"));
        Files.createDirectories(home.resolve("lib/native"));
        Files.copy(Daemon.SCRIPTS.resolve("target/lvsd.jar"), home.resolve("lib/lvsd.jar"));
        Path script = Files.createDirectory(home.resolve("bin")).resolve("lvsd");
        Files.copy(Daemon.SCRIPTS.resolve("lvsd"), script, StandardCopyOption.COPY_ATTRIBUTES);

        Programs.Result result = run(script, "--version");

        assertThat(result.error()).isEmpty();
        assertThat(result.output()).startsWith("lvsd ");
        assertThat(result.exitCode()).isZero();
    }

    @Test
    void bothScripts_noJar_errorNamesTheBuildCommand() throws Exception {
        for (String name : new String[] {"lvsd", "lvsadm"}) {
            Path alone = directory.resolve(name);
            Files.copy(Daemon.SCRIPTS.resolve(name), alone, StandardCopyOption.COPY_ATTRIBUTES);

            Programs.Result result = run(alone, "--version");

            assertThat(result.exitCode()).isEqualTo(1);
            assertThat(result.error())
                    .startsWith(name + ": lvsd.jar is neither in")
                    .contains("mvn ");
        }
    }

    @Test
    void bothScripts_javaNotExecutable_errorNamesIt() throws Exception {
        for (String name : new String[] {"lvsd", "lvsadm"}) {
            ProcessBuilder builder =
                    new ProcessBuilder(Daemon.SCRIPTS.resolve(name).toString(), "--version");
            builder.environment().put("JAVA", "/no/such/java");

            Programs.Result result = Programs.run(builder, "");

            assertThat(result.exitCode()).isEqualTo(1);
            assertThat(result.error()).contains("/no/such/java");
        }
    }

    @Test
    void lvsadm_noDaemon_errorNamesTheCommandToStartOne() throws Exception {
        Path socket = directory.resolve("none/lvsd.sock");

        Programs.Result result = Daemon.lvsadm(socket, "", "-Ln");

        assertThat(result)
                .isEqualTo(new Programs.Result(
                        1,
                        "",
                        "lvsadm: no lvsd is listening on " + socket
                                + ": there is no such socket; start one with 'lvsd run FILE', or set LVSD_SOCKET to its"
                                + " control socket\n"));
    }

    @Test
    void lvsadm_standardInputClosed_refusedAndNothingElseRead() throws Exception {
        Path rules = Files.writeString(directory.resolve("empty.rules"), "");
        try (Daemon lvsd = Daemon.start(directory, "", rules)) {
            ProcessBuilder builder = new ProcessBuilder(
                    "/bin/sh",
                    "-c",
                    "exec \"$0\" -R <&-",
                    Daemon.SCRIPTS.resolve("lvsadm").toString());
            builder.environment().put("LVSD_SOCKET", lvsd.socket().toString());

            Programs.Result result = Programs.run(builder, "");

            assertThat(result.exitCode()).isEqualTo(1);
            assertThat(result.error()).contains("standard input cannot be read").hasLineCount(1);
        }
    }

    @Test
    void bothScripts_directoryOfTheSameNameInCdpath_findTheirJar() throws Exception {
        Path elsewhere =
                Files.createDirectories(directory.resolve("elsewhere/home")).getParent();
        Path home = Files.createDirectory(directory.resolve("home"));
        Files.copy(Daemon.SCRIPTS.resolve("target/lvsd.jar"), home.resolve("lvsd.jar"));
        for (String name : new String[] {"lvsd", "lvsadm"}) {
            Files.copy(Daemon.SCRIPTS.resolve(name), home.resolve(name), StandardCopyOption.COPY_ATTRIBUTES);
            ProcessBuilder builder =
                    new ProcessBuilder("/bin/sh", "home/" + name, "--version").directory(directory.toFile());
            builder.environment().put("CDPATH", elsewhere.toString());

            Programs.Result result = Programs.run(builder, "");

            assertThat(result.error()).isEmpty();
            assertThat(result.exitCode()).isZero();
        }
    }

    @Test
    void lvsadm_help_everyCommandPrinted() throws Exception {
        Programs.Result result = run(Daemon.SCRIPTS.resolve("lvsadm"), "--help");

        assertThat(result.exitCode()).isZero();
        assertThat(result.output()).contains("-A|-E", "-a|-e", "-C", "-S", "-R", "-Z", "--set", "-L|-l");
    }

    @Test
    void lvsd_secondOnTheSameSocket_refusedAndFirstOneServes() throws Exception {
        Path rules = Files.writeString(directory.resolve("empty.rules"), "");
        try (Daemon first = Daemon.start(directory, "", rules)) {
            Programs.Result second = run(
                    Daemon.SCRIPTS.resolve("lvsd"),
                    "run",
                    rules.toString(),
                    "--socket",
                    first.socket().toString());

            assertThat(second.exitCode()).isEqualTo(1);
            assertThat(second.error()).contains("another lvsd is listening on " + first.socket());
            assertThat(first.listing("-S", "-n")).isEmpty();
        }
    }

    @Test
    void lvsd_killed_nextOneReplacesTheSocket() throws Exception {
        Path rules = Files.writeString(directory.resolve("empty.rules"), "");
        Path socket;
        try (Daemon killed = Daemon.start(directory, "", rules)) {
            socket = killed.socket();
        }
        assertThat(socket).exists();

        ControlSocket.claim(socket).close();

        assertThat(socket).doesNotExist();
    }

    @Test
    void lvsd_markWithAnAddress_datagramsRelayedBothWays() throws Exception {
        InetAddress loopback = InetAddress.getLoopbackAddress();
        try (DatagramSocket server = new DatagramSocket(0, loopback);
                DatagramSocket client = new DatagramSocket(0, loopback)) {
            client.setSoTimeout(20_000);
            server.setSoTimeout(20_000);
            Path rules = Files.writeString(
                    directory.resolve("mark.rules"),
                    "-A -f 5 -s rr\n-a -f 5 -r 127.0.0.1:" + server.getLocalPort() + " -m\n");
            int port = freeUdpPort();
            try (Daemon lvsd = Daemon.start(directory, "", rules, "--listen", "udp:127.0.0.1:" + port + "@5")) {
                client.send(new DatagramPacket(bytes("ping"), 4, loopback, port));
                DatagramPacket received = new DatagramPacket(new byte[100], 100);
                server.receive(received);
                server.send(new DatagramPacket(bytes("pong"), 4, received.getSocketAddress()));
                DatagramPacket answer = new DatagramPacket(new byte[100], 100);
                client.receive(answer);

                assertThat(new String(answer.getData(), 0, answer.getLength(), StandardCharsets.US_ASCII))
                        .isEqualTo("pong");
                assertThat(answer.getPort()).isEqualTo(port);
                assertThat(lvsd.listing("-Ln")).contains("FWM  5 rr");
            }
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static int freeUdpPort() throws IOException {
        try (DatagramSocket socket = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
