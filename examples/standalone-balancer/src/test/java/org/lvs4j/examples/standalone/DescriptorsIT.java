package org.lvs4j.examples.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.lvs4j.netty.Transport;

/** A daemon with few descriptors: the administrator gets in, and service continues by itself. */
final class DescriptorsIT {
    private static final int DESCRIPTORS = 96;
    private static final int CLIENTS = 80;
    private static final List<String> FEW =
            List.of("/bin/sh", "-c", "ulimit -n " + DESCRIPTORS + " && exec \"$@\"", "sh");

    @TempDir
    private Path directory;

    private static void start(Service service) {
        Thread thread = new Thread(() -> {
            try {
                service.run();
            } catch (IOException e) {
                // The test is over and has closed the socket.
            }
        });
        thread.setDaemon(true);
        thread.start();
    }

    @FunctionalInterface
    private interface Service {
        void run() throws IOException;
    }

    private static void echo(DatagramSocket server) throws IOException {
        DatagramPacket packet = new DatagramPacket(new byte[2000], 2000);
        while (true) {
            packet.setLength(2000);
            server.receive(packet);
            server.send(packet);
        }
    }

    /**
     * Serves clients until each ends its stream. Those that have left while they waited for the daemon come as well, one
     * after the other.
     */
    private static void serve(ServerSocket server) throws IOException {
        while (true) {
            Socket client = server.accept();
            start(() -> {
                try (client) {
                    client.getInputStream().transferTo(OutputStream.nullOutputStream());
                }
            });
        }
    }

    private static boolean isServed(DatagramSocket client) throws IOException {
        client.send(new DatagramPacket(new byte[] {1}, 1));
        try {
            client.receive(new DatagramPacket(new byte[1], 1));
            return true;
        } catch (SocketTimeoutException e) {
            return false;
        }
    }

    private Path rules(String protocol, int port, int server) throws IOException {
        String service = "-" + protocol + " 127.0.0.1:" + port;
        return Files.writeString(
                directory.resolve("few.rules"),
                "-A " + service + " -s rr\n-a " + service + " -r 127.0.0.1:" + server + " -m\n");
    }

    @ParameterizedTest
    @EnumSource(
            value = Transport.class,
            names = {"EPOLL", "IO_URING", "NIO"})
    void udp_moreClientsThanDescriptors_servedOnceThereAreSome(Transport transport) throws Exception {
        assumeTrue(transport.available(), () -> "SKIPPED: transport " + transport + " is not available here");
        int port = FreePort.next();
        List<DatagramSocket> clients = new ArrayList<>();
        try (DatagramSocket server = new DatagramSocket(0, InetAddress.getLoopbackAddress());
                Daemon lvsd = Daemon.start(
                        directory,
                        Daemon.BRIEF,
                        FEW,
                        rules("u", port, server.getLocalPort()),
                        "--threads",
                        "1",
                        "--transport",
                        transport.name().toLowerCase(Locale.ROOT))) {
            start(() -> echo(server));
            List<DatagramSocket> late = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                DatagramSocket client = new DatagramSocket(0, InetAddress.getLoopbackAddress());
                clients.add(client);
                client.connect(new InetSocketAddress("127.0.0.1", port));
                client.setSoTimeout(200);
                if (!isServed(client)) {
                    late.add(client);
                }
            }
            assertThat(late).isNotEmpty().hasSizeLessThan(CLIENTS);
            lvsd.awaitLine("too many open files");
            assertThat(lvsd.listing("-L", "-n")).contains("127.0.0.1:" + port);

            assertThat(lvsd.listing("--set", "0", "0", "1")).isEmpty();
            for (DatagramSocket client : late) {
                long end = System.nanoTime() + 20_000_000_000L;
                while (!isServed(client)) {
                    assertThat(System.nanoTime()).as("not served again").isLessThan(end);
                }
            }
            lvsd.await("every flow to end", () -> openConnections(lvsd) == 0);
            assertThat(lvsd.lines()).noneMatch(line -> line.contains("Exception") || line.startsWith("\tat "));
            assertThat(lvsd.lines().stream().filter(line -> line.contains("too many open files")))
                    .hasSizeLessThan(3);
        } finally {
            clients.forEach(DatagramSocket::close);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Transport.class,
            names = {"EPOLL", "IO_URING", "NIO"})
    void tcp_moreClientsThanDescriptors_administratorGetsIn(Transport transport) throws Exception {
        assumeTrue(transport.available(), () -> "SKIPPED: transport " + transport + " is not available here");
        int port = FreePort.next();
        List<Socket> clients = new ArrayList<>();
        try (ServerSocket server = new ServerSocket(0, CLIENTS, InetAddress.getLoopbackAddress());
                Daemon lvsd = Daemon.start(
                        directory,
                        Daemon.BRIEF,
                        FEW,
                        rules("t", port, server.getLocalPort()),
                        "--threads",
                        "1",
                        "--transport",
                        transport.name().toLowerCase(Locale.ROOT))) {
            start(() -> serve(server));
            for (int i = 0; i < CLIENTS; i++) {
                Socket client = new Socket();
                clients.add(client);
                client.connect(new InetSocketAddress("127.0.0.1", port), 5000);
            }
            lvsd.awaitLine("too many open files");
            for (int i = 0; i < 5; i++) {
                assertThat(lvsd.listing("-L", "-n")).contains("127.0.0.1:" + port);
            }
            for (Socket client : clients) {
                client.close();
            }
            lvsd.await("every connection to end", () -> openConnections(lvsd) == 0);
            try (Socket client = new Socket("127.0.0.1", port)) {
                lvsd.await("a new client to be served", () -> openConnections(lvsd) == 1);
                assertThat(client.isConnected()).isTrue();
            }
        }
    }

    /** The active connections and, of UDP, the inactive ones. */
    private static int openConnections(Daemon lvsd) {
        try {
            String[] columns = lvsd.listing("-L", "-n")
                    .lines()
                    .filter(line -> line.contains("->") && line.contains("Masq"))
                    .findFirst()
                    .orElseThrow()
                    .trim()
                    .split(" +");
            boolean udp = lvsd.listing("-L", "-n").contains("UDP");
            return Integer.parseInt(columns[4]) + (udp ? Integer.parseInt(columns[5]) : 0);
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
