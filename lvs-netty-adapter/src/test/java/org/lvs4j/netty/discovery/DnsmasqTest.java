package org.lvs4j.netty.discovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lvs4j.Director;
import org.lvs4j.discovery.Discovery;
import org.lvs4j.discovery.ServerSource;
import org.lvs4j.net.Endpoint;
import org.lvs4j.netty.FreePort;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

/** Against a real name server whose records change. */
@Tag("slow")
final class DnsmasqTest {
    private static final ServiceKey ORDERS = ServiceKey.named("orders");

    @TempDir
    Path directory;

    private Endpoint endpoint;
    private Process dnsmasq;

    @BeforeEach
    void port() throws IOException {
        endpoint = Endpoint.parse("127.0.0.1:" + FreePort.next());
    }

    @AfterEach
    void end() throws InterruptedException {
        stop();
    }

    private static Path program() {
        Path program = Stream.of("/usr/sbin/dnsmasq", "/usr/bin/dnsmasq", "/usr/local/sbin/dnsmasq")
                .map(Path::of)
                .filter(Files::isExecutable)
                .findFirst()
                .orElse(null);
        assumeThat(program).as("SKIPPED: no dnsmasq").isNotNull();
        return program;
    }

    /** Serves these records from now on. */
    private void serve(String... records) throws IOException, InterruptedException {
        stop();
        List<String> command = new ArrayList<>(List.of(
                program().toString(),
                "--keep-in-foreground",
                "--conf-file=/dev/null",
                "--no-resolv",
                "--no-hosts",
                "--bind-interfaces",
                "--listen-address=127.0.0.1",
                "--port=" + endpoint.port(),
                "--user=" + System.getProperty("user.name"),
                "--pid-file=",
                "--local-ttl=1",
                "--local=/example/"));
        for (String each : records) {
            command.add("--" + each);
        }
        dnsmasq = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("log").toFile())
                .start();
    }

    private void stop() throws InterruptedException {
        if (dnsmasq != null) {
            dnsmasq.destroy();
            if (!dnsmasq.waitFor(10, TimeUnit.SECONDS)) {
                dnsmasq.destroyForcibly().waitFor();
            }
        }
    }

    private DnsSource.Builder configured(DnsSource source) {
        return source.toBuilder()
                .nameServers(endpoint)
                .timeout(Duration.ofMillis(500))
                .interval(Duration.ofMillis(200), Duration.ofSeconds(2));
    }

    private static List<String> servers(Director director) {
        return director.configuration(ORDERS).servers().stream()
                .map(server -> server.endpoint() + " " + server.weight())
                .sorted()
                .toList();
    }

    private void await(Director director, String... servers) throws IOException {
        await(director, List.of(servers).toString(), () -> servers(director).equals(List.of(servers)));
    }

    private void await(Director director, String what, BooleanSupplier condition) throws IOException {
        try {
            Recorder.await(what, condition);
        } catch (AssertionError e) {
            throw new AssertionError(servers(director) + "\n" + Files.readString(directory.resolve("log")), e);
        }
    }

    @Test
    void addresses_recordsChange_followedThroughAStopOfTheNameServer() throws Exception {
        serve("host-record=orders.example,10.0.0.1,fd00::1", "host-record=orders.example,10.0.0.2");
        Director director = Director.create();
        director.addService(VirtualService.of(ORDERS, "rr"));
        ServerSource source =
                configured(DnsSource.addresses("orders.example", 80)).build();
        try (Discovery discovery = Discovery.builder(director, ORDERS, source).start()) {
            await(director, "10.0.0.1:80 1", "10.0.0.2:80 1", "[fd00::1]:80 1");
            stop();
            long failures = discovery.snapshot().failures();
            Recorder.await("a failure", () -> discovery.snapshot().failures() > failures);
            assertThat(servers(director)).hasSize(3);
            serve("host-record=orders.example,10.0.0.2", "host-record=orders.example,10.0.0.3");
            await(director, "10.0.0.2:80 1", "10.0.0.3:80 1");
            // The name is gone.
            serve("host-record=other.example,10.0.0.2");
            Recorder.await(
                    "no such name",
                    () -> String.valueOf(discovery.snapshot().lastFailure()).contains("NXDOMAIN"));
            assertThat(servers(director)).containsExactly("10.0.0.2:80 1", "10.0.0.3:80 1");
        }
        Recorder.awaitNoThread("lvs-dns");
    }

    @Test
    void srv_recordsChange_weightsAndPortsFollow() throws Exception {
        serve(
                "srv-host=_http._tcp.orders.example,a.example,8081,1,3",
                "srv-host=_http._tcp.orders.example,alias.example,8082,1,1",
                "srv-host=_http._tcp.orders.example,c.example,8083,2,9",
                "cname=alias.example,b.example",
                "host-record=a.example,10.0.0.1",
                "host-record=b.example,10.0.0.2",
                "host-record=c.example,10.0.0.3");
        Director director = Director.create();
        director.addService(VirtualService.of(ORDERS, "wrr"));
        ServerSource source =
                configured(DnsSource.srv("_http._tcp.orders.example")).build();
        try (Discovery discovery = Discovery.builder(director, ORDERS, source).start()) {
            await(director, "10.0.0.1:8081 3", "10.0.0.2:8082 1");
            serve(
                    "srv-host=_http._tcp.orders.example,a.example,8081,1,5",
                    "srv-host=_http._tcp.orders.example,c.example,8083,1,0",
                    "host-record=a.example,10.0.0.1",
                    "host-record=c.example,10.0.0.3");
            await(director, "10.0.0.1:8081 5", "10.0.0.3:8083 0");
            assertThat(discovery.snapshot().servers()).hasSize(2);
        }
    }

    @Test
    void srv_answerLongerThanADatagram_overTcp() throws Exception {
        List<String> records = new ArrayList<>();
        for (int i = 0; i < 150; i++) {
            records.add(
                    "srv-host=_http._tcp.orders.example,server-" + i + ".a.rather.long.name.of.a.zone.example,80,1,1");
            records.add("host-record=server-" + i + ".a.rather.long.name.of.a.zone.example,10.0.1." + i);
        }
        serve(records.toArray(String[]::new));
        Director director = Director.create();
        director.addService(VirtualService.of(ORDERS, "rr"));
        ServerSource source =
                configured(DnsSource.srv("_http._tcp.orders.example")).build();
        try (Discovery discovery = Discovery.builder(director, ORDERS, source).start()) {
            await(director, "all servers", () -> servers(director).size() == 150);
            assertThat(discovery.snapshot().changes()).isEqualTo(1);
        }
    }
}
