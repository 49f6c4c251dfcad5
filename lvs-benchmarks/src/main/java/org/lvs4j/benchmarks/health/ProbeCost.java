package org.lvs4j.benchmarks.health;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.sun.management.OperatingSystemMXBean;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.lvs4j.Director;
import org.lvs4j.health.Check;
import org.lvs4j.health.CheckSchedule;
import org.lvs4j.health.HttpCheck;
import org.lvs4j.health.HttpPage;
import org.lvs4j.health.ProbeTarget;
import org.lvs4j.health.TcpCheck;
import org.lvs4j.net.Endpoint;
import org.lvs4j.netty.Transport;
import org.lvs4j.netty.health.HealthMonitor;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

/**
 * The processor time of this process for probing 1,000 servers once a second, in TLS every ten seconds, by each kind of
 * check and by a bare loop of Netty, one after the other, several times. The servers are in another process.
 */
public final class ProbeCost {
    private static final int SERVERS = 1000;
    private static final Duration INTERVAL = Duration.ofSeconds(1);
    /** 1,000 full handshakes a second take more than this and the servers' process have on a small machine. */
    private static final Duration TLS_INTERVAL = Duration.ofSeconds(10);

    private static final int ROUNDS = 3;
    private static final int WARMUP_SECONDS = 25;
    private static final OperatingSystemMXBean PROCESS =
            (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

    private final long seconds;

    private ProbeCost(long seconds) {
        this.seconds = seconds;
    }

    /** Measures; the argument is the number of seconds of each measurement, 20 by default. */
    public static void run(List<String> arguments) throws IOException {
        if (!Transport.EPOLL.available()) {
            System.out.println("epoll is not available here: nothing is measured");
            return;
        }
        Path directory = Files.createTempDirectory("probe-cost");
        Process servers = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElse("java"),
                        "-cp",
                        System.getProperty("java.class.path"),
                        ProbedServers.class.getName(),
                        directory.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader ports = new BufferedReader(new InputStreamReader(servers.getInputStream(), US_ASCII))) {
            String[] words = ports.readLine().split(" ");
            new ProbeCost(arguments.isEmpty() ? 20 : Long.parseLong(arguments.get(0)))
                    .measureAll(Integer.parseInt(words[0]), Integer.parseInt(words[1]));
        } finally {
            servers.destroy();
            Files.deleteIfExists(directory.resolve("server.p12"));
            Files.delete(directory);
        }
    }

    private void measureAll(int port, int tlsPort) {
        CheckSchedule schedule = CheckSchedule.builder().interval(INTERVAL).build();
        CheckSchedule rare = CheckSchedule.builder().interval(TLS_INTERVAL).build();
        double[] bare = new double[ROUNDS];
        double[] tcp = new double[ROUNDS];
        double[] http = new double[ROUNDS];
        double[] tls = new double[ROUNDS];
        for (int round = 0; round < ROUNDS; round++) {
            bare[round] = bare(port);
            tcp[round] = checked("TCP_CHECK", port, server -> new TcpCheck(target(server), schedule));
            http[round] = checked("HTTP_GET", port, server -> HttpCheck.of(target(server), schedule, "/"));
            tls[round] = checked(
                    "SSL_GET",
                    tlsPort,
                    server -> new HttpCheck(
                            target(server),
                            rare,
                            true,
                            false,
                            HttpCheck.Version.HTTP_1_0,
                            false,
                            List.of(HttpPage.of("/"))));
        }
        System.out.printf(
                Locale.ROOT,
                "median: bare loop %.1f %%, TCP_CHECK %.1f %% (%.2f times), HTTP_GET %.1f %%, SSL_GET %.1f %% of a core%n",
                median(bare),
                median(tcp),
                median(tcp) / median(bare),
                median(http),
                median(tls));
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    private static ProbeTarget target(RealServer server) {
        return ProbeTarget.of(server.endpoint());
    }

    private static List<RealServer> servers(int port) {
        List<RealServer> servers = new ArrayList<>();
        for (int i = 0; i < SERVERS; i++) {
            servers.add(RealServer.of("127.0." + (1 + i / 250) + "." + (1 + i % 250) + ":" + port));
        }
        return servers;
    }

    private double bare(int port) {
        List<InetSocketAddress> addresses = servers(port).stream()
                .map(RealServer::endpoint)
                .map(Endpoint::toSocketAddress)
                .toList();
        try (BareLoop loop = new BareLoop(addresses, INTERVAL.toNanos())) {
            return measure("bare loop", loop::connected, () -> 0);
        }
    }

    private double checked(String name, int port, Function<RealServer, Check> template) {
        Director director = Director.create();
        ServiceKey key = ServiceKey.tcp("127.0.0.1:80");
        director.addService(VirtualService.builder(key).build(), servers(port).toArray(RealServer[]::new));
        try (HealthMonitor monitor = HealthMonitor.builder(director)
                .check(key, template)
                .transport(Transport.EPOLL)
                .start()) {
            return measure(
                    name,
                    () -> monitor.snapshot().passed(),
                    () -> monitor.snapshot().failed());
        }
    }

    private double measure(String name, LongSupplier probes, LongSupplier failures) {
        sleep(WARMUP_SECONDS);
        long startProbes = probes.getAsLong();
        long startFailures = failures.getAsLong();
        long startNanos = System.nanoTime();
        long startCpu = PROCESS.getProcessCpuTime();
        sleep(seconds);
        long cpu = PROCESS.getProcessCpuTime() - startCpu;
        double elapsed = System.nanoTime() - startNanos;
        long made = probes.getAsLong() - startProbes;
        long failed = failures.getAsLong() - startFailures;
        if (failed > 0) {
            throw new IllegalStateException(name + ": " + failed + " probes have failed");
        }
        double percent = 100.0 * cpu / elapsed;
        System.out.printf(
                Locale.ROOT,
                "%-10s %7.1f probes/s  %5.1f %% of a core  %6.1f us each%n",
                name,
                made * 1e9 / elapsed,
                percent,
                cpu / 1e3 / made);
        return percent;
    }

    private static void sleep(long seconds) {
        try {
            Thread.sleep(seconds * 1000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
