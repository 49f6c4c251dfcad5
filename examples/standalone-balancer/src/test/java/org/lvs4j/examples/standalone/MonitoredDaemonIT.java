package org.lvs4j.examples.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A real Prometheus that scrapes {@code lvsd} at its admin endpoint, with the configuration and the rules of {@code monitoring}. */
@Timeout(180)
final class MonitoredDaemonIT {
    @TempDir
    private Path directory;

    @Test
    void lvsd_serverDownAndReloadRefused_alertsSayIt() throws Exception {
        Programs.require("prometheus", "prometheus");
        int service = FreePort.next();
        int dead = FreePort.next();
        String admin = "127.0.0.1:" + FreePort.next();
        try (ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            Path file = Files.writeString(
                    directory.resolve("lvsd.conf"), configuration(service, server.getLocalPort(), dead));
            try (Daemon lvsd = Daemon.start(directory, Daemon.BRIEF, file, "--admin", admin);
                    PrometheusServer prometheus =
                            PrometheusServer.start(directory, MetricsTarget.configuration(directory, admin))) {
                prometheus.await("lvs_health_server_up{real_server=\"127.0.0.1:" + dead + "\"} == 0");
                prometheus.await("lvs_health_server_up{real_server=\"127.0.0.1:" + server.getLocalPort() + "\"} == 1");
                assertThat(prometheus.await("ALERTS{alertname=\"LvsServerDown\"}"))
                        .singleElement()
                        .satisfies(
                                alert -> assertThat(alert.labels()).containsEntry("real_server", "127.0.0.1:" + dead));

                new Socket(InetAddress.getLoopbackAddress(), service).close();
                prometheus.await("lvs_relay_accepted_connections_total == 1");

                Files.writeString(file, "virtual_server 127.0.0.1 {");
                Programs.Result reload = Daemon.lvsadm(lvsd.socket(), "", "reload");
                assertThat(reload.exitCode()).isNotZero();
                prometheus.await("ALERTS{alertname=\"LvsdReloadFailed\",alertstate=\"firing\"}");
                assertThat(prometheus.evaluatedRules())
                        .allSatisfy(rule -> assertThat(rule.get("health").getAsString())
                                .as("%s", rule)
                                .isEqualTo("ok"));
                assertThat(missing(page(admin))).isEmpty();
            }
        }
    }

    /** The meters of a relaying daemon with everything that has meters, and, as root, those of one that forwards packets. */
    @Test
    void lvsd_everyDocumentedMeter_answeredByPrometheus() throws Exception {
        Programs.require("prometheus", "prometheus");
        int service = FreePort.next();
        String relay = "127.0.0.1:" + FreePort.next();
        String plane = "127.0.0.1:" + FreePort.next();
        boolean packets = Files.exists(Path.of("/dev/net/tun"))
                && Programs.run("id", "-u").output().strip().equals("0");
        Path rules = Files.writeString(directory.resolve("packets.rules"), "-A -t 10.99.0.1:80 -s rr\n");
        try (ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            Path file = Files.writeString(
                    directory.resolve("lvsd.conf"), configuration(service, server.getLocalPort(), FreePort.next()));
            String[] options = {
                "--admin",
                relay,
                "--access-log",
                directory.resolve("access.log").toString(),
                "--state",
                directory.resolve("state").toString(),
                "--state-interval",
                "1s"
            };
            try (Daemon lvsd = Daemon.start(directory, Daemon.BRIEF, file, options);
                    Daemon forwarder = packets
                            ? Daemon.start(directory, Daemon.BRIEF, rules, "--tun", "lvs4jm0", "--admin", plane)
                            : null;
                    PrometheusServer prometheus = PrometheusServer.start(
                            directory, MetricsTarget.configuration(directory, relay, packets ? plane : relay))) {
                new Socket(InetAddress.getLoopbackAddress(), service).close();
                Programs.run("jcmd", Long.toString(lvsd.pid()), "GC.run");
                for (String name : documented()) {
                    if (packets || !name.startsWith("lvs_tun_")) {
                        assertThat(prometheus.await(name)).as(name).isNotEmpty();
                    }
                }
                if (!packets) {
                    System.err.println("\n*** SKIPPED in part: the meters of packets need root and /dev/net/tun ***\n");
                }
                assertThat(forwarder == null || forwarder.isAlive()).isTrue();
            }
        }
    }

    /** The series of the tables of the page; of a histogram, those of its parts. */
    private static Set<String> documented() throws IOException {
        Set<String> names = new TreeSet<>(
                KnownMeters.ofDocumentation(Path.of("../../docs/metrics.md")).keySet());
        assertThat(names).hasSizeGreaterThan(100);
        return names.stream()
                .filter(name -> !names.contains(name + "_bucket"))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static String configuration(int service, int server, int dead) {
        return """
                virtual_server 127.0.0.1 %d {
                    delay_loop 1
                    retry 1
                    delay_before_retry 1
                    lvs_sched rr
                    lvs_method NAT
                    protocol TCP
                    real_server 127.0.0.1 %d {
                        TCP_CHECK {
                        }
                    }
                    real_server 127.0.0.1 %d {
                        TCP_CHECK {
                        }
                    }
                }
                """.formatted(service, server, dead);
    }

    private static String page(String admin) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://" + admin + "/metrics"))
                .build();
        HttpResponse<String> page = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
        assertThat(page.statusCode()).isEqualTo(200);
        return page.body();
    }

    /** The metrics of the dashboard that a relaying daemon does not show, but for those of options that it runs without. */
    private static Set<String> missing(String page) throws IOException {
        Set<String> missing = new TreeSet<>();
        for (String expression : Dashboard.read().expressions().values()) {
            Promql.parse(expression).selectors().forEach(metric -> missing.add(metric.name()));
        }
        missing.removeAll(KnownMeters.ofPage(page).keySet());
        missing.removeAll(KnownMeters.ofPrometheus().keySet());
        missing.removeIf(name -> name.matches("lvs_(tun|access_log|daemon_state)_.*"));
        // Only after the first collection of garbage.
        missing.removeIf(name -> name.startsWith("jvm_gc_pause_"));
        return missing;
    }
}
