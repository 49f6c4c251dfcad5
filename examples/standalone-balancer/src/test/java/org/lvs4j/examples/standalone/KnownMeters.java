package org.lvs4j.examples.standalone;

import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.lvs4j.Director;
import org.lvs4j.health.CheckSchedule;
import org.lvs4j.health.ProbeTarget;
import org.lvs4j.health.TcpCheck;
import org.lvs4j.metrics.LvsMetrics;
import org.lvs4j.netty.Relay;
import org.lvs4j.netty.RelayMetrics;
import org.lvs4j.netty.health.HealthMetrics;
import org.lvs4j.netty.health.HealthMonitor;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

/** The metrics that Prometheus can read: those that real binders show, and those in the tables of {@code docs/metrics.md}. */
final class KnownMeters {
    private static final Pattern SAMPLE = Pattern.compile("([A-Za-z_:][A-Za-z0-9_:]*)(?:\\{(.*)\\})? \\S+");
    private static final Pattern LABEL = Pattern.compile("([A-Za-z_][A-Za-z0-9_]*)=\"((?:[^\"\\\\]|\\\\.)*)\"");
    private static final Pattern DOCUMENTED =
            Pattern.compile("\\| `(lvs\\.[a-z.]+)` \\| (\\w+)[^|]*\\| [^|]*\\| ([^|]*)\\| `([a-z_]+)` \\|.*");
    private static final long LIMIT_NANOS = TimeUnit.SECONDS.toNanos(60);

    private KnownMeters() {}

    /**
     * A metric: its labels, with the values that they have in the registry. A metric that is known from the
     * documentation alone has labels without values.
     */
    record Family(Map<String, Set<String>> labels) {}

    /** The page of a registry to which the binders of a director, a relay, a health monitor and the JVM are bound. */
    @SuppressWarnings("try") // the monitor is not used but by its meters
    static String scrape() throws Exception {
        CheckSchedule often =
                CheckSchedule.builder().interval(Duration.ofMillis(50)).build();
        PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        Director director = Director.create();
        ServiceKey web = ServiceKey.tcp("127.0.0.1:" + FreePort.next());
        try (ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                JvmGcMetrics collections = new JvmGcMetrics()) {
            director.addService(VirtualService.of(web), RealServer.of("127.0.0.1:" + server.getLocalPort()));
            try (LvsMetrics ofDirector = LvsMetrics.of(director);
                    Relay relay = Relay.start(director);
                    RelayMetrics ofRelay = RelayMetrics.of(relay);
                    HealthMonitor monitor = HealthMonitor.builder(director)
                            .check(web, each -> new TcpCheck(ProbeTarget.of(each.endpoint()), often))
                            .start();
                    HealthMetrics ofMonitor = HealthMetrics.of(monitor)) {
                ofDirector.bindTo(registry);
                ofRelay.bindTo(registry);
                ofMonitor.bindTo(registry);
                collections.bindTo(registry);
                new JvmMemoryMetrics().bindTo(registry);
                new JvmThreadMetrics().bindTo(registry);
                new ProcessorMetrics().bindTo(registry);
                new FileDescriptorMetrics().bindTo(registry);
                new UptimeMetrics().bindTo(registry);
                return use(registry, relay, web);
            }
        } finally {
            registry.close();
        }
    }

    /** Makes happen what some meters wait for: a connection, a probe, a collection of garbage. */
    private static String use(PrometheusMeterRegistry registry, Relay relay, ServiceKey web) throws Exception {
        InetSocketAddress address = relay.address(web);
        try (Socket client = new Socket(address.getAddress(), address.getPort())) {
            client.getOutputStream().write(1);
            System.gc();
            long deadline = System.nanoTime() + LIMIT_NANOS;
            while (true) {
                String page = registry.scrape();
                boolean complete = page.contains("jvm_gc_pause_seconds_sum{")
                        && page.matches("(?s).*lvs_health_probes_total\\{result=\"passed\"\\} [1-9].*")
                        && page.matches("(?s).*lvs_server_connections_total\\{[^}]*\\} [1-9].*");
                if (complete) {
                    return page;
                }
                if (System.nanoTime() > deadline) {
                    throw new IOException("no connection, probe or collection of garbage is shown:\n" + page);
                }
                TimeUnit.MILLISECONDS.sleep(20);
            }
        }
    }

    /** The metrics of a page in the text format of Prometheus. */
    static Map<String, Family> ofPage(String page) {
        Map<String, Family> families = new LinkedHashMap<>();
        for (String line : page.split("\n")) {
            if (line.startsWith("#") || line.isBlank()) {
                continue;
            }
            Matcher sample = SAMPLE.matcher(line);
            if (!sample.matches()) {
                throw new IllegalArgumentException("not a sample: " + line);
            }
            Map<String, Set<String>> labels = families.computeIfAbsent(
                            sample.group(1), name -> new Family(new HashMap<>()))
                    .labels();
            Matcher label = LABEL.matcher(sample.group(2) == null ? "" : sample.group(2));
            while (label.find()) {
                labels.computeIfAbsent(label.group(1), name -> new HashSet<>()).add(label.group(2));
            }
        }
        return families;
    }

    /** The metrics in the tables of the page, with their labels as far as the tables tell. */
    static Map<String, Family> ofDocumentation(Path page) throws IOException {
        Map<String, Family> families = new LinkedHashMap<>();
        for (String line : Files.readAllLines(page)) {
            Matcher row = DOCUMENTED.matcher(line);
            if (!row.matches()) {
                continue;
            }
            Set<String> labels = new LinkedHashSet<>();
            Matcher tag = Pattern.compile("`([a-z.]+)`").matcher(row.group(3));
            while (tag.find()) {
                labels.add(tag.group(1).replace('.', '_'));
            }
            String meter = row.group(1);
            if (meter.matches("lvs\\.(health\\.)?(service|server)\\..*")) {
                labels.add("virtual_service");
            }
            if (meter.matches("lvs\\.(health\\.)?server\\..*")) {
                labels.add("real_server");
            }
            add(families, row.group(4), labels);
            if (row.group(2).matches("histogram|timer")) {
                add(families, row.group(4) + "_count", labels);
                add(families, row.group(4) + "_sum", labels);
                labels.add("le");
                add(families, row.group(4) + "_bucket", labels);
            }
        }
        return families;
    }

    /** What Prometheus itself adds for each target and alert. */
    static Map<String, Family> ofPrometheus() {
        Map<String, Family> families = new LinkedHashMap<>();
        add(families, "up", Set.of());
        add(families, "scrape_duration_seconds", Set.of());
        add(families, "ALERTS", Set.of("alertname", "alertstate", "severity"));
        return families;
    }

    static void add(Map<String, Family> families, String name, Set<String> labels) {
        Map<String, Set<String>> withoutValues = new HashMap<>();
        labels.forEach(label -> withoutValues.put(label, Set.of()));
        families.put(name, new Family(withoutValues));
    }
}
