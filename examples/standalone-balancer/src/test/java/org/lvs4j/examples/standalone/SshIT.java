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
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** OpenSSH behind {@code lvsd}, with keys of the test. */
@Timeout(120)
class SshIT {
    private static final int FILE_BYTES = 20_000_000;
    private static final String SERVER = """
            Port %2$d
            ListenAddress 127.0.0.1
            HostKey %1$s/host
            AuthorizedKeysFile %1$s/client.pub
            PidFile none
            StrictModes no
            UsePAM no
            PasswordAuthentication no
            PermitRootLogin prohibit-password
            Subsystem sftp internal-sftp
            """;

    @TempDir
    private Path directory;

    private ServerProgram server;
    private int serverPort;
    private int port;
    private Path home;

    @BeforeEach
    void start() throws IOException, InterruptedException {
        Path program = Programs.require("sshd", "openssh-server");
        Programs.require("scp", "openssh-client");
        home = ServerProgram.home(directory, "ssh");
        for (String key : List.of("host", "client")) {
            Programs.run(
                            "ssh-keygen",
                            "-q",
                            "-t",
                            "ed25519",
                            "-N",
                            "",
                            "-f",
                            home.resolve(key).toString())
                    .outputOfSuccess();
        }
        if (ServerProgram.isRoot()) {
            // Debian's unit makes it before the server starts.
            Files.createDirectories(Path.of("/run/sshd"));
        }
        port = FreePort.next();
        serverPort = FreePort.next();
        Path configuration = Files.writeString(home.resolve("sshd_config"), SERVER.formatted(home, serverPort));
        server = ServerProgram.start(
                "sshd", home, serverPort, List.of(program.toString(), "-D", "-e", "-f", configuration.toString()));
    }

    @AfterEach
    void stop() {
        if (server != null) {
            server.close();
        }
    }

    private Daemon lvsd(String... options) throws IOException, InterruptedException {
        String rules = "-A -t 127.0.0.1:%1$d -s rr\n-a -t 127.0.0.1:%1$d -r 127.0.0.1:%2$d -m\n";
        Path file = Files.writeString(directory.resolve("ssh.rules"), rules.formatted(port, serverPort));
        return Daemon.start(directory, Daemon.BRIEF, file, options);
    }

    private ProcessBuilder client(String program, String portOption, String... arguments) {
        List<String> command = new ArrayList<>(List.of(program, "-F", "none", portOption, Integer.toString(port)));
        command.addAll(List.of("-i", home.resolve("client").toString(), "-o", "BatchMode=yes"));
        command.addAll(List.of("-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=" + home.resolve("known")));
        command.addAll(List.of("-o", "LogLevel=ERROR"));
        command.addAll(Arrays.asList(arguments));
        return new ProcessBuilder(command);
    }

    private static String target() {
        return System.getProperty("user.name") + "@127.0.0.1";
    }

    @Test
    void copy_largeFileBothWays_unchanged() throws Exception {
        byte[] content = new byte[FILE_BYTES];
        new SplittableRandom(1).nextBytes(content);
        Path file = Files.write(directory.resolve("file"), content);
        Path there = home.resolve("there");
        Path back = directory.resolve("back");
        try (Daemon lvsd = lvsd()) {
            Programs.run(client("scp", "-P", file.toString(), target() + ":" + there), "")
                    .outputOfSuccess();
            assertThat(Files.mismatch(file, there)).isEqualTo(-1);

            Programs.run(client("scp", "-P", target() + ":" + there, back.toString()), "")
                    .outputOfSuccess();
            assertThat(Files.mismatch(file, back)).isEqualTo(-1);
            assertThat(lvsd.isAlive()).isTrue();
        }
    }

    @Test
    void session_idleWithKeepAlives_outlivesTheIdleTimeout() throws Exception {
        try (Daemon lvsd = lvsd("--idle-timeout", "2s")) {
            Process session = client("ssh", "-p", "-o", "ServerAliveInterval=1", target(), "cat")
                    .redirectErrorStream(true)
                    .start();
            try (BufferedReader answers = session.inputReader()) {
                assertThat(echo(session, answers, "first")).isEqualTo("first");

                // The session itself is silent for longer than the idle timeout, however loaded the machine is.
                assertThat(session.waitFor(5, TimeUnit.SECONDS)).isFalse();

                assertThat(echo(session, answers, "second")).isEqualTo("second");
                assertThat(lvsd.isAlive()).isTrue();
            } finally {
                session.destroyForcibly().waitFor();
            }
        }
    }

    @Test
    void session_idleWithoutKeepAlives_endsAtTheIdleTimeout() throws Exception {
        try (Daemon lvsd = lvsd("--idle-timeout", "2s")) {
            Process session = client("ssh", "-p", target(), "cat")
                    .redirectErrorStream(true)
                    .start();
            try (BufferedReader answers = session.inputReader()) {
                assertThat(echo(session, answers, "first")).isEqualTo("first");

                assertThat(session.waitFor(30, TimeUnit.SECONDS)).isTrue();

                // The exit code of ssh for a connection that has broken.
                assertThat(session.exitValue()).isEqualTo(255);
                assertThat(lvsd.isAlive()).isTrue();
            } finally {
                session.destroyForcibly().waitFor();
            }
        }
    }

    private static String echo(Process session, BufferedReader answers, String line) throws IOException {
        session.getOutputStream().write((line + "\n").getBytes(StandardCharsets.US_ASCII));
        session.getOutputStream().flush();
        return String.valueOf(answers.readLine());
    }
}
