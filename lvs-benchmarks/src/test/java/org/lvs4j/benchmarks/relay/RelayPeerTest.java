package org.lvs4j.benchmarks.relay;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Each proxy that is measured passes requests, bodies and datagrams. */
@Tag("slow")
class RelayPeerTest {
    @TempDir
    private static Path directory;

    private static final Map<RelayPeer, ProxyProcess> PROXIES = new EnumMap<>(RelayPeer.class);
    private static final Map<RelayPeer, Integer> PORTS = new EnumMap<>(RelayPeer.class);
    private static ProxyProcess origin;

    @BeforeAll
    static void start() throws Exception {
        assumeTrue(Programs.find("taskset") != null, "SKIPPED: taskset is not installed");
        origin = start(Origin.class, "0");
        int originPort = Integer.parseInt(origin.firstLine());
        for (RelayPeer peer : RelayPeer.values()) {
            if (peer.unavailability() == null) {
                int port = freePort();
                PORTS.put(peer, port);
                Path own = Files.createDirectory(directory.resolve(peer.name()));
                PROXIES.put(peer, ProxyProcess.start(0, peer.command(own, port, originPort), own.resolve("output")));
            }
        }
    }

    @AfterAll
    static void stop() {
        PROXIES.values().forEach(ProxyProcess::close);
        if (origin != null) {
            origin.close();
        }
    }

    private static ProxyProcess start(Class<?> program, String... arguments) throws IOException {
        List<String> command = Programs.concat(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-cp",
                System.getProperty("java.class.path"),
                program.getName());
        command.addAll(List.of(arguments));
        return ProxyProcess.start(0, command, null);
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static int answeredBytes(int port, int body) throws IOException {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress("127.0.0.1", port));
            socket.setSoTimeout(10_000);
            socket.getOutputStream()
                    .write(("GET /" + body + " HTTP/1.1\r\nHost: relay\r\nConnection: close\r\n\r\n")
                            .getBytes(US_ASCII));
            return socket.getInputStream().readAllBytes().length;
        }
    }

    @ParameterizedTest
    @EnumSource
    void peer_requestsBodiesAndDatagrams_passed(RelayPeer peer) throws Exception {
        String unavailability = peer.unavailability();
        assumeTrue(unavailability == null, "SKIPPED: " + unavailability);
        ProxyProcess proxy = PROXIES.get(peer);
        int port = PORTS.get(peer);
        proxy.awaitPort(port);

        assertThat(answeredBytes(port, 2)).isBetween(2 + 30, 2 + 100);
        assertThat(answeredBytes(port, Origin.LARGEST_BODY))
                .isBetween(Origin.LARGEST_BODY + 30, Origin.LARGEST_BODY + 100);
        assertThat(proxy.cpuNanos()).isNotNegative();
        assertThat(proxy.residentBytes(false)).isPositive();
        if (peer.passesDatagrams()) {
            try (ProxyProcess load = start(DatagramLoad.class, String.valueOf(port), "4", "1")) {
                String[] counted = load.outputOfSuccess().strip().split(" ");
                assertThat(Long.parseLong(counted[0])).isGreaterThan(100);
                assertThat(Long.parseLong(counted[1])).isLessThan(Long.parseLong(counted[0]) / 2);
            }
        }
    }
}
