package org.lvs4j.examples.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.lvs4j.netty.Transport;

/**
 * A real {@code lvsd} under random faults: servers and clients that reset, slow and stalled readers, killed servers, a
 * lack of descriptors, reloads of good, broken and missing files, a log that is not read, hostile control clients, and
 * parallel administration. No byte may be lost or invented on a connection that neither side nor a fault has cut,
 * everything must be given back, and the administrator must get in.
 *
 * <p>{@code -Dlvs4j.chaos.seconds=600} runs it for longer, {@code -Dlvs4j.seed=N} with the seed of a failure.
 */
final class DaemonChaosIT {
    private static final int SECONDS = Integer.getInteger("lvs4j.chaos.seconds", 12);
    private static final int LONG_SECONDS = 300;
    private static final int TRANSPORTS = 3;
    private static final int SERVERS = 3;
    private static final long HEAP_TOLERANCE_BYTES = 12 << 20;
    private static final long RESIDENT_TOLERANCE_BYTES = 48 << 20;

    private final long seed = Long.getLong("lvs4j.seed", System.nanoTime());
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Map<Long, ChaosServer.Seen> seen = new ConcurrentHashMap<>();
    private final List<ChaosServer> servers = new ArrayList<>();

    @TempDir
    private Path directory;

    @ParameterizedTest
    @EnumSource(
            value = Transport.class,
            names = {"EPOLL", "IO_URING", "NIO"})
    void daemon_randomFaults_nothingLostAndEverythingGivenBack(Transport transport) throws Exception {
        Programs.require("prlimit", "util-linux");
        String[] option = Programs.transportOption(transport);
        for (int i = 0; i < SERVERS; i++) {
            servers.add(new ChaosServer(seed, threads, seen));
        }
        InetAddress loopback = InetAddress.getLoopbackAddress();
        try (ChaosDatagrams echo = new ChaosDatagrams(seed, threads);
                Disturbances disturbances = new Disturbances()) {
            ChaosRules rules = new ChaosRules(servers, echo.serverPort());
            InetSocketAddress service = new InetSocketAddress(loopback, rules.port());
            echo.sendTo(service);
            Path file = Files.writeString(directory.resolve("chaos.rules"), rules.base());
            String heap = "-Xms96m -Xmx96m -XX:+UseSerialGC -XX:+AlwaysPreTouch";
            try (Daemon lvsd = Daemon.start(
                    directory,
                    heap,
                    file,
                    option[0],
                    option[1],
                    "--idle-timeout",
                    ChaosClients.IDLE_TIMEOUT.toSeconds() + "s")) {
                ChaosClients clients = new ChaosClients(seed, service, threads, disturbances);
                ChaosAdministration administration = new ChaosAdministration(lvsd, rules, threads);
                ChaosFaults faults = new ChaosFaults(lvsd, file, rules, servers, administration, disturbances, threads);
                ChaosStorm storm = new ChaosStorm(seed, lvsd, rules, clients, echo, administration, faults);
                storm.blow(SECONDS * 1000L / TRANSPORTS / 3);
                ChaosStorm.Held before = storm.calm(SECONDS >= LONG_SECONDS);
                storm.blow(SECONDS * 1000L / TRANSPORTS);
                ChaosStorm.Held after = storm.calm(SECONDS >= LONG_SECONDS);
                System.out.println(storm.report(transport + ", seed " + seed, disturbances, before, after));

                List<String> violations = new ArrayList<>(clients.violations(seen));
                violations.addAll(storm.violations(disturbances));
                assertThat(violations)
                        .as("seed %d, log of lvsd:%n%s", seed, String.join("\n", storm.warnings()))
                        .isEmpty();
                assertThat(after.descriptors()).as("seed %d", seed).isLessThanOrEqualTo(before.descriptors());
                assertThat(after.heapBytes() - before.heapBytes())
                        .as("heap, seed %d", seed)
                        .isLessThan(HEAP_TOLERANCE_BYTES);
                assertThat(after.residentBytes() - before.residentBytes())
                        .as("resident set, seed %d", seed)
                        .isLessThan(RESIDENT_TOLERANCE_BYTES);
                lvsd.signal("TERM");
                assertThat(lvsd.awaitExit()).isZero();
            }
        } finally {
            for (ChaosServer server : servers) {
                server.close();
            }
            threads.shutdownNow();
        }
    }
}
