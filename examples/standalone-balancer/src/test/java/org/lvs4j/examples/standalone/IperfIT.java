package org.lvs4j.examples.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.lvs4j.netty.Transport;

/**
 * iperf3 behind {@code lvsd}. Each test of it has a control connection and data connections or datagrams at one port,
 * which must reach the same one of two servers: a persistent service of a firewall mark has both protocols.
 */
@Timeout(120)
class IperfIT {
    @TempDir
    private static Path directory;

    private static final List<ServerProgram> SERVERS = new ArrayList<>();
    private static int port;

    @BeforeAll
    static void start() throws IOException, InterruptedException {
        Programs.require("iperf3", "iperf3");
        port = FreePort.next();
        for (String address : List.of("127.0.0.2", "127.0.0.3")) {
            SERVERS.add(ServerProgram.start(
                    "iperf3", ServerProgram.home(directory, "iperf3"), port, IperfRun.server(address, port)));
        }
    }

    @AfterAll
    static void stop() {
        SERVERS.forEach(ServerProgram::close);
    }

    private static IperfRun run(String... options) throws IOException, InterruptedException {
        return IperfRun.of(List.of(), "127.0.0.1", port, options);
    }

    @ParameterizedTest
    @EnumSource(
            value = Transport.class,
            names = {"AUTO", "IO_URING", "NIO"})
    void streams_tcpAndUdpBothDirections_everythingArrives(Transport transport) throws Exception {
        String rules = "-A -f 9 -s rr -p 300\n-a -f 9 -r 127.0.0.2 -m\n-a -f 9 -r 127.0.0.3 -m\n";
        List<String> options = new ArrayList<>(List.of(Programs.transportOption(transport)));
        options.addAll(List.of("--listen", "tcp:127.0.0.1:" + port + "@9", "--listen", "udp:127.0.0.1:" + port + "@9"));
        Path file = Files.writeString(directory.resolve("iperf.rules"), rules);
        try (Daemon lvsd = Daemon.start(directory, "-Xmx128m", file, options.toArray(String[]::new))) {
            for (String direction : List.of("", "-R", "--bidir")) {
                IperfRun tcp = run("-n", "40M", "-P", "2", direction);
                assertThat(tcp.received()).as("TCP " + direction).isGreaterThan(20_000_000L);

                long before = IperfRun.droppedByFullBuffers();
                IperfRun udp = run("-u", "-b", "4M", "-l", "1400", "-t", "1", direction);
                // On a loaded machine a process may read its socket too late. Nothing else loses a datagram.
                assertThat(udp.lostPackets())
                        .as("UDP " + direction)
                        .isLessThanOrEqualTo(IperfRun.droppedByFullBuffers() - before);
                assertThat(udp.packets()).as("UDP " + direction).isGreaterThan(250);
            }
            assertThat(lvsd.listing("-L", "-n")).contains("FWM  9 rr persistent 300");
        }
    }
}
