package org.lvs4j.examples.embedded;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs each program as a user does: in its own JVM, on the module path. */
@Tag("slow")
final class EmbeddedTest {
    private static final Predicate<String> TEST_LIBRARIES = Pattern.compile(
                    "test-classes|surefire|junit|assertj|opentest4j|apiguardian|byte-buddy")
            .asPredicate();

    @TempDir
    Path directory;

    @Test
    void portRelay_twoServers_eachAnswersTwice() throws Exception {
        List<String> lines = run("PortRelay", freePort());
        assertThat(lines.subList(0, lines.size() - 1))
                .containsExactlyInAnyOrder(
                        "hello from apple", "hello from apple", "hello from banana", "hello from banana");
        assertThat(lines).last().isEqualTo("relayed 4 connections");
    }

    @Test
    void balancedClient_weights321_connectionsInThatRatio() throws Exception {
        assertThat(run("BalancedClient"))
                .containsExactly(
                        "connection 1 goes to 10.0.0.11:5432",
                        "connection 2 goes to 10.0.0.12:5432",
                        "connection 3 goes to 10.0.0.13:5432",
                        "connection 4 goes to 10.0.0.11:5432",
                        "connection 5 goes to 10.0.0.11:5432",
                        "connection 6 goes to 10.0.0.12:5432",
                        "10.0.0.11:5432 weight 3: 3 connections",
                        "10.0.0.12:5432 weight 2: 2 connections",
                        "10.0.0.13:5432 weight 1: 1 connections");
    }

    @Test
    void livePool_threeLists_onlyDifferencesReported() throws Exception {
        assertThat(run("LivePool"))
                .containsExactly(
                        "two servers:",
                        "  added 10.0.0.11:80",
                        "  added 10.0.0.12:80",
                        "a third server; 10.0.0.12 is quiesced:",
                        "  10.0.0.12:80 now has weight 0",
                        "  added 10.0.0.13:80",
                        "10.0.0.12 is removed:",
                        "  removed 10.0.0.12:80",
                        "the open connection stays on 10.0.0.12:80");
    }

    @Test
    void adminEndpoint_meterReadAndWeightChanged() throws Exception {
        assertThat(run("AdminEndpoint")).containsExactly("lvs_servers 1.0", "status 200, weight 3");
    }

    @Test
    void packetForwarder_twoConnections_eachSegmentReachesItsServer() throws Exception {
        assertThat(run("PacketForwarder"))
                .containsExactly(
                        "TCP 172.16.0.1:40000 -> 10.0.0.1:80 is forwarded to 192.168.1.2:8080",
                        "TCP 172.16.0.2:40000 -> 10.0.0.1:80 is forwarded to 192.168.1.1:8080",
                        "TCP 172.16.0.1:40000 -> 10.0.0.1:80 is forwarded to 192.168.1.2:8080",
                        "TCP 172.16.0.3:40000 -> 10.0.0.1:80: PASS",
                        "TCP 192.168.1.2:8080 -> 172.16.0.1:40000 leaves with source 10.0.0.1:80");
    }

    @Test
    void checkedPool_serverFailsAndRecovers_leavesAndReturns() throws Exception {
        assertThat(run("CheckedPool"))
                .containsExactly("connection refused: nothing listens there: 0 servers", "connected: 1 servers");
    }

    @Test
    void readReplicas_oneStops_theOthersAnswer() throws Exception {
        List<String> answers = run("ReadReplicas");
        assertThat(answers.subList(0, 6)).containsOnly("REPLICA1", "REPLICA2", "REPLICA3");
        assertThat(answers.subList(6, 12)).hasSize(6).containsOnly("REPLICA2", "REPLICA3");
    }

    @Test
    void httpRequests_oneStops_theOthersAnswerForTheService() throws Exception {
        List<String> answers = run("HttpRequests");
        assertThat(answers.subList(0, 3))
                .containsExactlyInAnyOrder(
                        "apple answers for orders.example",
                        "banana answers for orders.example",
                        "cherry answers for orders.example");
        assertThat(answers.subList(3, 6))
                .hasSize(3)
                .containsOnly("banana answers for orders.example", "cherry answers for orders.example");
    }

    @Test
    void meteredPool_sixConnections_pageShownInTheDocs() throws Exception {
        List<String> lines = run("MeteredPool");
        assertThat(lines)
                .contains(
                        "# TYPE lvs_server_connections_total counter",
                        "lvs_server_connections_total{real_server=\"10.0.0.11:5432\","
                                + "virtual_service=\"orders\"} 4.0");
        assertThat(Files.readString(Path.of("../../docs/metrics.md")))
                .contains("```\n" + String.join("\n", lines) + "\n```");
    }

    @Test
    void discoveredPool_fileRewritten_serversFollow() throws Exception {
        assertThat(run("DiscoveredPool"))
                .containsExactly(
                        "10.0.0.11:80 weight 1, 10.0.0.12:80 weight 1",
                        "10.0.0.11:80 weight 3, 10.0.0.13:80 weight 1",
                        "0 failures");
    }

    @Test
    void dnsPool_oneAddress_connectionGoesThere() throws Exception {
        try (OneAddressNameServer server = new OneAddressNameServer(10, 0, 0, 11)) {
            assertThat(run("DnsPool", "127.0.0.1:" + server.port()))
                    .containsExactly("a connection goes to 10.0.0.11:8080", "1 servers");
        }
    }

    @Test
    void nettyClient_twoServers_eachGreetsTwice() throws Exception {
        assertThat(run("NettyClient"))
                .containsExactly("hello from apple", "hello from banana", "hello from apple", "hello from banana");
    }

    @Test
    void grpcClient_oneServerDrained_theOthersShareTheCalls() throws Exception {
        assertThat(run("GrpcClient"))
                .containsExactlyInAnyOrder("weight 0: 0 calls", "weight 1: 15 calls", "weight 1: 15 calls");
    }

    private List<String> run(String program, String... arguments) throws IOException, InterruptedException {
        Path output = directory.resolve(program);
        Path errors = directory.resolve(program + ".err");
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--module-path",
                modulePath(),
                "--module",
                "org.lvs4j.examples.embedded/org.lvs4j.examples.embedded." + program));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command)
                .redirectOutput(output.toFile())
                .redirectError(errors.toFile())
                .start();
        try {
            assertThat(process.waitFor(60, TimeUnit.SECONDS))
                    .as("%s ends by itself", program)
                    .isTrue();
        } finally {
            process.destroyForcibly();
        }
        String error = Files.readString(errors, StandardCharsets.UTF_8);
        assertThat(process.exitValue()).as(error).isZero();
        // The monitor logs servers that go down, and a pool of JDBC connections a database that is gone.
        assertThat(error.replaceAll("WARN (?=org.lvs4j.netty.health.HealthMonitor - |com.zaxxer.hikari.)", ""))
                .doesNotContain("Exception", "WARN");
        return Files.readAllLines(output, StandardCharsets.UTF_8);
    }

    private static String freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return String.valueOf(socket.getLocalPort());
        }
    }

    private static String modulePath() {
        String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        return Arrays.stream(classPath.split(Pattern.quote(File.pathSeparator)))
                .filter(TEST_LIBRARIES.negate())
                .collect(joining(File.pathSeparator));
    }
}
