package org.lvs4j.examples.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.lvs4j.Director;

/** What the meters of a daemon show, and which are there. */
@org.junit.jupiter.api.Tag("slow")
@Timeout(60)
class DaemonMetricsTest {
    private static final Path PAGE = Path.of("../../docs/metrics.md");

    @TempDir
    private Path directory;

    private ServerSocket server;
    private int port;
    private Path file;
    private String rules;
    private String checked;
    private Path socket;
    private Balancer balancer;
    private Reloader reloader;
    private StateKeeping state;
    private ControlServer control;
    private DaemonMetrics metrics;

    @BeforeEach
    void start() throws Exception {
        server = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"));
        port = FreePort.next();
        rules = "-A -t 127.0.0.1:PORT -s rr\n-a -t 127.0.0.1:PORT -r 127.0.0.1:SERVER -m\n"
                .replace("PORT", "" + port)
                .replace("SERVER", "" + server.getLocalPort());
        checked = """
                virtual_server 127.0.0.1 PORT {
                    delay_loop 1
                    lvs_sched rr
                    lvs_method NAT
                    protocol TCP
                    real_server 127.0.0.1 SERVER {
                        TCP_CHECK {
                        }
                    }
                }
                """.replace("PORT", "" + port).replace("SERVER", "" + server.getLocalPort());
        file = Files.writeString(directory.resolve("services"), rules);
        socket = directory.resolve("control").resolve("lvsd.sock");

        PlaneOptions plane = new PlaneOptions();
        ConfigurationFile source = new ConfigurationFile(file.toString(), new FormatOptions(), plane);
        balancer = Balancer.start(Director.create(), source.read(InputStream.nullInputStream()), plane);
        reloader = new Reloader(source, balancer, ServiceManager.none());
        Path stateFile = Files.createDirectory(directory.resolve("kept")).resolve("state");
        state = new StateKeeping(StateFile.open(stateFile), balancer.director(), null);
        control = ControlServer.start(
                ControlSocket.claim(socket),
                new Console(balancer, plane, () -> reloader.reload("test")),
                ControlServer.Limits.DEFAULT);
        metrics = DaemonMetrics.of(balancer, reloader, state, control, null);
    }

    @AfterEach
    void stop() throws Exception {
        metrics.close();
        control.close();
        balancer.close();
        server.close();
    }

    private String scrape() {
        return metrics.registry().scrape("text/plain; version=0.0.4; charset=utf-8");
    }

    private double value(String sample) {
        return scrape().lines()
                .filter(line -> line.startsWith(sample + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .findFirst()
                .orElse(-1);
    }

    private Answer reload(String text) throws IOException {
        Files.writeString(file, text);
        return reloader.reload("test");
    }

    private void lvsadm(String... arguments) throws IOException {
        ControlClient.run(
                socket,
                arguments,
                InputStream.nullInputStream(),
                OutputStream.nullOutputStream(),
                OutputStream.nullOutputStream());
    }

    @Test
    void registry_relay_metersOfAllParts() throws Exception {
        try (Socket client = new Socket("127.0.0.1", port)) {
            assertThat(client.isConnected()).isTrue();
            while (value("lvs_relay_open_connections") < 1) {
                Thread.onSpinWait();
            }
        }
        assertThat(scrape())
                .contains("lvs_services 1.0")
                .contains("lvs_relay_loop_lag_seconds ")
                .contains("lvs_daemon_info{version=\"" + Version.current() + "\"} 1")
                .contains("jvm_info{")
                .contains("jvm_memory_used_bytes{")
                .contains("jvm_gc_memory_allocated_bytes_total")
                .contains("jvm_threads_live_threads ")
                .contains("process_cpu_usage ")
                .contains("process_uptime_seconds ")
                .contains("process_files_open_files ")
                .doesNotContain("lvs_health_");
    }

    @Test
    void health_monitorComesAndGoes_itsMetersWithIt() throws Exception {
        for (int round = 0; round < 2; round++) {
            assertThat(reload(checked).exitCode()).isZero();
            assertThat(value("lvs_health_servers")).isEqualTo(1);
            while (value("lvs_health_probes_total{result=\"passed\"}") < 1) {
                Thread.onSpinWait();
            }
            assertThat(scrape()).contains("lvs_health_server_up{");
            assertThat(reload(rules).exitCode()).isZero();
            assertThat(scrape()).doesNotContain("lvs_health_");
        }
        reload(checked);
        metrics.close();
        // Nobody follows the monitor any more.
        assertThat(reload(rules).exitCode()).isZero();
        assertThat(reload(checked).exitCode()).isZero();
        assertThat(metrics.registry().getMeters())
                .noneMatch(meter -> meter.getId().getName().startsWith("lvs.health"));
    }

    @Test
    void reloads_eachResult_countedAndTimed() throws Exception {
        double start = value("lvs_daemon_last_reload_timestamp_seconds");
        assertThat(start).isBetween(System.currentTimeMillis() / 1e3 - 600, System.currentTimeMillis() / 1e3);
        reload("no rule");
        assertThat(value("lvs_daemon_reloads_total{result=\"refused\"}")).isEqualTo(1);
        assertThat(value("lvs_daemon_last_reload_timestamp_seconds")).isEqualTo(start);
        reload(rules);
        assertThat(value("lvs_daemon_reloads_total{result=\"unchanged\"}")).isEqualTo(1);
        reload(rules.replace(" -s rr", " -s wrr"));
        assertThat(value("lvs_daemon_reloads_total{result=\"applied\"}")).isEqualTo(1);
        assertThat(value("lvs_daemon_reloads_total{result=\"unchanged\"}")).isEqualTo(1);
        assertThat(value("lvs_daemon_reloads_total{result=\"refused\"}")).isEqualTo(1);
        assertThat(value("lvs_daemon_last_reload_timestamp_seconds")).isGreaterThanOrEqualTo(start);
    }

    @Test
    void commands_eachResult_counted() throws Exception {
        lvsadm("-L");
        lvsadm("-L", "-n");
        lvsadm("-D", "-t", "192.0.2.1:80");
        String[] tooMany = new String[ControlConnection.MAX_ARGUMENTS + 1];
        Arrays.fill(tooMany, "-L");
        lvsadm(tooMany);
        assertThat(value("lvs_daemon_commands_total{result=\"done\"}")).isEqualTo(2);
        assertThat(value("lvs_daemon_commands_total{result=\"failed\"}")).isEqualTo(1);
        assertThat(value("lvs_daemon_refused_requests_total")).isEqualTo(1);
    }

    @Test
    void stateSaves_savedAndFailed_counted() throws Exception {
        assertThat(state.save()).isTrue();
        assertThat(value("lvs_daemon_state_saves_total{result=\"saved\"}")).isEqualTo(1);
        Files.delete(directory.resolve("kept/state"));
        Files.delete(directory.resolve("kept"));
        assertThat(state.save()).isFalse();
        assertThat(value("lvs_daemon_state_saves_total{result=\"saved\"}")).isEqualTo(1);
        assertThat(value("lvs_daemon_state_saves_total{result=\"failed\"}")).isEqualTo(1);
    }

    @Test
    void draining_drain_isShown() {
        assertThat(value("lvs_daemon_draining")).isZero();
        balancer.drain(Duration.ZERO);
        assertThat(value("lvs_daemon_draining")).isEqualTo(1);
    }

    @Test
    void page_daemonMeters_areThoseOfTheRegistry() throws Exception {
        List<List<String>> rows = Files.readAllLines(PAGE).stream()
                .filter(line -> line.startsWith("| `lvs.daemon."))
                .map(line -> List.of(line.substring(2).split(" *\\| *")))
                .toList();
        Set<String> registered = metrics.registry().getMeters().stream()
                .map(Meter::getId)
                .filter(id -> id.getName().startsWith("lvs.daemon."))
                .map(DaemonMetricsTest::described)
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(rows.stream().map(row -> String.join(" ", row.subList(0, 4))).sorted())
                .containsExactlyElementsOf(registered);
        assertThat(rows.stream().map(row -> row.get(4).replace("`", "")).sorted())
                .containsExactlyElementsOf(scrape().lines()
                        .filter(line -> line.startsWith("lvs_daemon_"))
                        .map(line -> line.replaceAll("[{ ].*", ""))
                        .collect(Collectors.toCollection(TreeSet::new)));
    }

    @Test
    void page_jvmMeters_areInTheRegistry() throws Exception {
        String page = Files.readString(PAGE, StandardCharsets.UTF_8);
        MeterRegistry registry = metrics.registry();
        assertThat(registry.getMeters().stream()
                        .map(meter -> meter.getId().getName())
                        .filter(name -> !name.startsWith("lvs."))
                        .map(name -> name.substring(
                                0,
                                name.indexOf('.', name.indexOf('.') + 1) < 0
                                        ? name.length()
                                        : name.indexOf('.', name.indexOf('.') + 1)))
                        .distinct())
                .isNotEmpty()
                .allSatisfy(prefix -> assertThat(page).contains("`" + prefix));
    }

    private static String described(Meter.Id id) {
        String tags = id.getTags().stream()
                .map(Tag::getKey)
                .map(key -> "`" + key + "`")
                .collect(Collectors.joining(" "));
        return "`" + id.getName() + "` " + id.getType().name().toLowerCase(Locale.ROOT) + " "
                + (id.getBaseUnit() == null ? "" : id.getBaseUnit()) + " " + tags;
    }
}
