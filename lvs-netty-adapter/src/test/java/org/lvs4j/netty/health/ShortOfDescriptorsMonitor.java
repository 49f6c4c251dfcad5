package org.lvs4j.netty.health;

import java.io.BufferedReader;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.lvs4j.Director;
import org.lvs4j.health.Check;
import org.lvs4j.health.CheckSchedule;
import org.lvs4j.health.HealthConfiguration;
import org.lvs4j.health.MiscCheck;
import org.lvs4j.health.MonitoredServer;
import org.lvs4j.health.MonitoredService;
import org.lvs4j.health.ProbeTarget;
import org.lvs4j.health.Script;
import org.lvs4j.health.TcpCheck;
import org.lvs4j.net.Endpoint;
import org.lvs4j.netty.Transport;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

/**
 * A program with a monitor whose process runs out of descriptors on command: {@code fill} opens files until the limit,
 * {@code free} closes them, any line prints counters. Arguments: the transport and the address of a server.
 */
final class ShortOfDescriptorsMonitor {
    private static final long PAUSE_NANOS = 2_000_000;

    private ShortOfDescriptorsMonitor() {}

    public static void main(String[] arguments) throws Exception {
        loadClasses(HealthMonitor.class, "org.lvs4j.netty.health", "org.lvs4j.netty.internal");
        loadClasses(HealthConfiguration.class, "org.lvs4j");
        CheckSchedule schedule = CheckSchedule.builder()
                .interval(Duration.ofMillis(20))
                .retries(0)
                .warmup(Duration.ZERO)
                .build();
        RealServer server = RealServer.of(arguments[1]);
        Check tcp = new TcpCheck(ProbeTarget.of(Endpoint.parse(arguments[1])), schedule);
        Check program = new MiscCheck(Script.of("true"), schedule, Duration.ofSeconds(20), false);
        Director director = Director.create();
        Deque<FileInputStream> files = new ArrayDeque<>();
        try (HealthMonitor monitor = HealthMonitor.builder(director)
                        .configuration(HealthConfiguration.of(
                                MonitoredService.builder(VirtualService.builder(ServiceKey.mark(1))
                                                .build())
                                        .server(MonitoredServer.of(server, tcp, program))
                                        .build()))
                        .transport(Transport.valueOf(arguments[0]))
                        .start();
                BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                if (line.equals("fill")) {
                    fill(files);
                } else if (line.equals("free")) {
                    for (FileInputStream file : files) {
                        file.close();
                    }
                    files.clear();
                }
                HealthMonitorSnapshot now = monitor.snapshot();
                System.out.println(now.passed() + " " + now.failed() + " " + now.notMade() + " "
                        + director.services().get(0).servers().size());
            }
        }
    }

    /**
     * Opens files until the limit, and slowly: the start of a program has some descriptors to spare, but the JDK closes one
     * of those of other threads if they take all of these in the middle of a start.
     */
    private static void fill(Deque<FileInputStream> files) {
        try {
            while (true) {
                files.push(new FileInputStream("/dev/null"));
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        } catch (IOException e) {
            // The limit has been reached.
        }
    }

    /** Loads what may be needed later: to read a file of a class takes a descriptor. */
    private static void loadClasses(Class<?> one, String... packages) throws Exception {
        Path root =
                Path.of(one.getProtectionDomain().getCodeSource().getLocation().toURI());
        if (!Files.isDirectory(root)) {
            return;
        }
        try (Stream<Path> all = Files.walk(root)) {
            for (Path file :
                    all.filter(path -> path.toString().endsWith(".class")).toList()) {
                String name = root.relativize(file).toString().replace('/', '.');
                name = name.substring(0, name.length() - ".class".length());
                if (List.of(packages).stream().anyMatch(name::startsWith)) {
                    Class.forName(name);
                }
            }
        }
    }
}
