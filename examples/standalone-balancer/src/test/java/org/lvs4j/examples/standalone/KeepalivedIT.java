package org.lvs4j.examples.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The real {@code lvsd} with a file of keepalived: checks, programs, FIFOs, reloads, and the end. */
@Timeout(240)
class KeepalivedIT {
    @TempDir
    private Path directory;

    private ServerSocket first;
    private ServerSocket second;
    private int port;
    private Path told;
    private Path lines;
    private Path notify;
    private Path reader;

    @BeforeEach
    void listen() throws IOException {
        first = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"));
        second = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"));
        port = FreePort.next();
        told = directory.resolve("told");
        lines = directory.resolve("lines");
        // Written once: a file that a process executes cannot be written.
        notify = program("notify", "echo \"$@\" >> " + told);
        reader = program("reader", "exec cat \"$1\" >> " + lines);
    }

    @AfterEach
    void close() throws IOException {
        first.close();
        second.close();
    }

    private Path program(String name, String text) throws IOException {
        Path program = Files.writeString(directory.resolve(name), "#!/bin/sh\n" + text + "\n");
        return Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
    }

    private String text() {
        return """
                global_defs {
                    lvs_notify_fifo DIRECTORY/fifo
                    lvs_notify_fifo_script READER
                    startup_script "NOTIFY startup"
                    shutdown_script "NOTIFY shutdown"
                }
                include servers.inc
                virtual_server 127.0.0.1 PORT {
                    delay_loop 1
                    retry 1
                    delay_before_retry 0.2
                    lvs_sched wrr
                    lvs_method NAT
                    protocol TCP
                    omega
                    quorum_up "NOTIFY quorum up"
                    quorum_down "NOTIFY quorum down"
                    real_server 127.0.0.1 FIRST {
                        weight 2
                        notify_up "NOTIFY first up"
                        notify_down "NOTIFY first down"
                        TCP_CHECK {
                        }
                    }
                    real_server 127.0.0.1 SECOND {
                        notify_down "NOTIFY second down"
                        TCP_CHECK {
                        }
                    }
                }
                """.replace("DIRECTORY", directory.toString())
                .replace("READER", reader.toString())
                .replace("NOTIFY", notify.toString())
                .replace("PORT", Integer.toString(port))
                .replace("FIRST", Integer.toString(first.getLocalPort()))
                .replace("SECOND", Integer.toString(second.getLocalPort()));
    }

    private Path file(String text) throws IOException {
        return Files.writeString(directory.resolve("lb.conf"), text);
    }

    private static List<String> read(Path file) {
        try {
            return Files.exists(file) ? Files.readAllLines(file) : List.of();
        } catch (IOException e) {
            return List.of(e.toString());
        }
    }

    private String rule(ServerSocket server, int weight) {
        return "-a -t 127.0.0.1:" + port + " -r 127.0.0.1:" + server.getLocalPort() + " -m -w " + weight;
    }

    private static void awaitTable(Daemon lvsd, String rule, boolean present) throws InterruptedException {
        lvsd.await(rule + (present ? " there" : " gone"), () -> {
            try {
                return lvsd.listing("-S", "-n").lines().anyMatch(rule::equals) == present;
            } catch (IOException e) {
                throw new AssertionError(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return true;
            }
        });
    }

    /**
     * What the next client of a server sends that is not a probe. Its connection is closed: one that stays open would keep the
     * daemon waiting at its end.
     */
    private static int firstByte(ServerSocket server) throws IOException {
        server.setSoTimeout(20_000);
        while (true) {
            try (Socket client = server.accept()) {
                int first = client.getInputStream().read();
                if (first >= 0) {
                    return first;
                }
            } catch (SocketException e) {
                // A probe that has reset its connection.
            }
        }
    }

    @Test
    void run_serverFailsAndRecovers_tableProgramsFifoAndLogTellIt() throws Exception {
        Files.writeString(directory.resolve("servers.inc"), "");
        try (Daemon lvsd = Daemon.start(directory, Daemon.BRIEF, file(text()))) {
            assertThat(lvsd.listing("-S", "-n").lines()).contains(rule(first, 2), rule(second, 1));
            lvsd.await("the start told", () -> read(told).contains("quorum up"));
            InetSocketAddress address = (InetSocketAddress) first.getLocalSocketAddress();

            first.close();
            awaitTable(lvsd, "-a -t 127.0.0.1:" + port + " -r 127.0.0.1:" + address.getPort() + " -m -w 2", false);
            lvsd.awaitLine("is down: TCP_CHECK: connection refused");
            assertThat(lvsd.listing("health", "--down"))
                    .contains("127.0.0.1:" + address.getPort(), "connection refused");
            try (Socket client = new Socket("127.0.0.1", port)) {
                client.getOutputStream().write(7);
                assertThat(firstByte(second)).isEqualTo(7);
            }

            first = new ServerSocket();
            first.setReuseAddress(true);
            first.bind(address);
            awaitTable(lvsd, rule(first, 2), true);
            lvsd.await(
                    "the recovery told",
                    () -> read(told).contains("first up") && read(lines).size() >= 3);

            lvsd.signal("TERM");
            assertThat(lvsd.awaitExit()).isZero();
        }
        assertThat(read(told))
                .startsWith("startup", "quorum up", "first down", "first up")
                .contains("second down", "quorum down")
                .endsWith("shutdown");
        String service = " [127.0.0.1]:tcp:" + port;
        String server = "RS [127.0.0.1]:tcp:" + first.getLocalPort() + service;
        assertThat(read(lines)).startsWith("VS" + service + " UP", server + " DOWN", server + " UP");
    }

    @Test
    void reload_bySignalAndCommand_smallestChangeOrNone() throws Exception {
        Path servers = Files.writeString(directory.resolve("servers.inc"), "");
        try (Daemon lvsd = Daemon.start(directory, Daemon.BRIEF, file(text()))) {
            file(text().replace("weight 2", "weight 5"));
            lvsd.signal("HUP");
            lvsd.awaitLine("~ TCP 127.0.0.1:" + port + " -> 127.0.0.1:" + first.getLocalPort() + ": weight 5, was 2");
            awaitTable(lvsd, rule(first, 5), true);

            file(text().replace("weight 2", "wieght 7"));
            Programs.Result wrong = lvsd.lvsadm("reload");
            assertThat(wrong.exitCode()).isEqualTo(Answer.CONFIGURATION);
            assertThat(wrong.error()).contains("lb.conf:19:9: unknown key in real_server: 'wieght'");
            file(text().replace("weight 2", "lvs_method DR"));
            assertThat(lvsd.lvsadm("reload").error()).contains("lvs_method DR forwards packets");
            file(text().replace("weight 2", "notify_up true no-such-user").replaceFirst("notify_up \".*", ""));
            assertThat(lvsd.lvsadm("reload").exitCode()).isEqualTo(Console.REFUSED);
            assertThat(lvsd.listing("-S", "-n").lines()).contains(rule(first, 5), rule(second, 1));

            int other = FreePort.next();
            Files.writeString(
                    servers,
                    "virtual_server 127.0.0.1 " + other + " {\nlvs_sched rr\nlvs_method NAT\nprotocol TCP\n"
                            + "real_server 127.0.0.1 9 {\n}\n}\n");
            file(text());
            lvsd.listing("-a", "-t", "127.0.0.1:" + port, "-r", "127.0.0.9:80", "-m");
            assertThat(lvsd.listing("reload"))
                    .contains(
                            "read again in ",
                            "+ TCP 127.0.0.1:" + other + ": rr\n",
                            "-e -t 127.0.0.1:" + port + " -r 127.0.0.1:" + first.getLocalPort() + " -m -w 2",
                            "-d -t 127.0.0.1:" + port + " -r 127.0.0.9:80");
            assertThat(lvsd.listing("reload")).contains("nothing has changed");

            Files.writeString(
                    directory.resolve("lb.conf"), "-A -t 127.0.0.1:" + port + " -s rr\n" + rule(second, 4) + "\n");
            assertThat(lvsd.listing("reload")).contains("servers are not checked any more");
            assertThat(lvsd.lvsadm("health").error()).contains("no server is checked");
            file(text());
            assertThat(lvsd.listing("reload")).contains("servers are checked from now on");
            assertThat(lvsd.listing("health")).contains("127.0.0.1:" + first.getLocalPort());
        }
    }
}
