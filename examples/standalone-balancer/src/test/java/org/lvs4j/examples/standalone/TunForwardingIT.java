package org.lvs4j.examples.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code lvsd run --tun} between a real client and real web servers, in network namespaces. */
@Timeout(180)
class TunForwardingIT {
    private static final String NAT = """
            -A -t VIP:80 -s rr
            -a -t VIP:80 -r 10.2.0.11:80 -m
            -a -t VIP:80 -r 10.2.0.12:80 -m
            """.replace("VIP", PacketNetwork.VIP);
    private static final String URL = "http://" + PacketNetwork.VIP + "/";
    private static final String OWN_URL = "http://" + PacketNetwork.OWN_VIP + "/";

    @TempDir
    private static Path directory;

    private static PacketNetwork network;

    @BeforeAll
    static void build() throws IOException, InterruptedException {
        network = PacketNetwork.create(directory);
    }

    @AfterAll
    static void tearDown() throws IOException, InterruptedException {
        if (network != null) {
            network.close();
        }
    }

    @BeforeEach
    void startAfresh() throws IOException, InterruptedException {
        network.clientsSeen();
        network.resetDirector();
    }

    private static Daemon lvsd(String rules, String... options) throws IOException, InterruptedException {
        List<String> all = new ArrayList<>(List.of("--tun", "lvs0", "--setup"));
        all.addAll(List.of(options));
        return network.lvsd(rules, all.toArray(String[]::new));
    }

    private static TreeMap<String, Long> counted(List<String> names) {
        return names.stream().collect(Collectors.groupingBy(Function.identity(), TreeMap::new, Collectors.counting()));
    }

    @Test
    void masquerading_requests_alternateAndServersSeeTheClient() throws Exception {
        try (Daemon lvsd = lvsd(NAT)) {
            assertThat(counted(network.request(URL, 10))).containsEntry("a", 5L).containsEntry("b", 5L);
            assertThat(network.clientsSeen()).hasSize(10).containsOnly(PacketNetwork.CLIENT);
            assertThat(network.fetchesBody(URL)).isTrue();

            lvsd.signal("TERM");
            assertThat(lvsd.awaitExit()).isZero();
        }
    }

    @Test
    void masquerading_ipv6_sameAsIpv4() throws Exception {
        String vip = "[" + PacketNetwork.VIP_V6 + "]";
        String rules = "-A -t VIP:80 -s rr\n-a -t VIP:80 -r [fd02::11]:80 -m\n-a -t VIP:80 -r [fd02::12]:80 -m\n";
        try (Daemon lvsd = lvsd(rules.replace("VIP", vip))) {
            String url = "http://" + vip + "/";
            assertThat(counted(network.request(url, 10))).containsEntry("a", 5L).containsEntry("b", 5L);
            assertThat(network.clientsSeen()).hasSize(10).containsOnly(PacketNetwork.CLIENT_V6);
            assertThat(network.fetchesBody(url)).isTrue();
            assertThat(lvsd.isAlive()).isTrue();
        }
    }

    @Test
    void masquerading_severalQueues_sameAsOne() throws Exception {
        try (Daemon lvsd = lvsd(NAT, "--threads", "3")) {
            assertThat(counted(network.request(URL, 10))).containsEntry("a", 5L).containsEntry("b", 5L);
            assertThat(network.fetchesBody(URL)).isTrue();
            assertThat(lvsd.isAlive()).isTrue();
        }
    }

    @Test
    void mark_severalEndpoints_sameServerForAllPorts() throws Exception {
        String rules = "-A -f 5 -s rr -p 300\n-a -f 5 -r 10.2.0.11 -m\n-a -f 5 -r 10.2.0.12 -m\n";
        String listen = "tcp:" + PacketNetwork.VIP;
        try (Daemon lvsd = lvsd(rules, "--listen", listen + ":80@5", "--listen", listen + ":82@5")) {
            List<String> names = network.request(URL, 4);
            names.addAll(network.request("http://" + PacketNetwork.VIP + ":82/", 4));
            assertThat(counted(names)).hasSize(1);
            assertThat(lvsd.listing("-L", "-n")).contains("FWM  5 rr persistent 300");
        }
    }

    @Test
    void masquerading_persistence_sameServer() throws Exception {
        try (Daemon lvsd = lvsd(NAT.replace("-s rr", "-s rr -p 300"))) {
            assertThat(counted(network.request(URL, 10))).hasSize(1);
            assertThat(lvsd.listing("-L", "-n", "-c")).contains(PacketNetwork.CLIENT + ":0");
        }
    }

    @Test
    void masquerading_quiescedServer_keepsItsConnectionAndGetsNoNewOnes() throws Exception {
        try (Daemon lvsd = lvsd(NAT)) {
            PacketNetwork.Held held = network.hold(PacketNetwork.VIP);
            String busy = held.request();
            String drained = "a".equals(busy) ? "10.2.0.11" : "10.2.0.12";

            lvsd.listing("-e", "-t", PacketNetwork.VIP + ":80", "-r", drained + ":80", "-m", "-w", "0");

            assertThat(counted(network.request(URL, 10))).containsOnlyKeys("a".equals(busy) ? "b" : "a");
            assertThat(held.request()).isEqualTo(busy);
            assertThat(active(lvsd, drained)).isOne();
        }
    }

    @Test
    void masquerading_drainedServer_connectionContinuesUntilTheDeadline() throws Exception {
        try (Daemon lvsd = lvsd(NAT)) {
            PacketNetwork.Held held = network.hold(PacketNetwork.VIP);
            String busy = held.request();
            String drained = "a".equals(busy) ? "10.2.0.11" : "10.2.0.12";

            assertThat(lvsd.listing("drain", drained, "--deadline", "1h")).contains("draining, 1 active");
            assertThat(counted(network.request(URL, 10))).containsOnlyKeys("a".equals(busy) ? "b" : "a");
            assertThat(held.request()).isEqualTo(busy);

            String waited = lvsd.listing("drain", drained, "--deadline", "2s", "--pacing", "1s", "--wait");
            assertThat(waited)
                    .contains("draining, 1 active")
                    .containsPattern("drained, \\d+ connections? w(as|ere) ended");
            assertThat(active(lvsd, drained)).isZero();
            lvsd.listing("drain", "--abort", drained);
            assertThat(counted(network.request(URL, 10))).containsOnlyKeys("a", "b");
            held.process().destroy();
        }
    }

    @Test
    void stop_connectionActive_waitsForItsEnd() throws Exception {
        try (Daemon lvsd = lvsd(NAT)) {
            PacketNetwork.Held held = network.hold(PacketNetwork.VIP);
            String server = held.request();

            lvsd.signal("TERM");
            lvsd.awaitLine("draining: 1 connection left");
            assertThat(held.request()).isEqualTo(server);
            held.process().destroy();

            assertThat(lvsd.awaitExit()).isZero();
            lvsd.awaitLine("stopped: all connections have ended");
        }
    }

    private static int active(Daemon lvsd, String server) throws IOException, InterruptedException {
        return lvsd.listing("-L", "-n")
                .lines()
                .filter(line -> line.contains("-> " + server + ":"))
                .mapToInt(line -> Integer.parseInt(line.trim().split(" +")[4]))
                .sum();
    }

    @Test
    void masquerading_serverRemovedUnderLoad_onlyItsConnectionsFail() throws Exception {
        int workers = 4;
        ExecutorService threads = Executors.newFixedThreadPool(workers);
        AtomicBoolean enough = new AtomicBoolean();
        AtomicInteger served = new AtomicInteger();
        AtomicInteger failed = new AtomicInteger();
        try (Daemon lvsd = lvsd(NAT)) {
            List<Future<?>> load = new ArrayList<>();
            for (int i = 0; i < workers; i++) {
                load.add(threads.submit(() -> {
                    while (!enough.get()) {
                        int exit = network.namespaces()
                                .run("client", "curl", "--silent", "--fail", "--max-time", "3", URL)
                                .exitCode();
                        (exit == 0 ? served : failed).incrementAndGet();
                    }
                    return null;
                }));
            }
            PacketNetwork.await("load", () -> served.get() >= 50);
            assertThat(failed).hasValue(0);

            lvsd.listing("-d", "-t", PacketNetwork.VIP + ":80", "-r", "10.2.0.12:80");
            int then = served.get();
            PacketNetwork.await("load", () -> served.get() >= then + 50);
            assertThat(counted(network.request(URL, 10))).containsOnlyKeys("a");
            enough.set(true);
            for (Future<?> one : load) {
                one.get();
            }

            assertThat(failed.get())
                    .as("requests under way at the removed server")
                    .isLessThanOrEqualTo(workers);
            assertThat(network.namespaces().shell("director", "ip rule"))
                    .contains("from 10.2.0.11")
                    .doesNotContain("from 10.2.0.12");
        } finally {
            enough.set(true);
            threads.shutdownNow();
        }
    }

    @Test
    void tunnels_serversAnswerTheClientThemselves() throws Exception {
        network.startTunnels();
        String rules = "-A -t VIP:80 -s rr\n-a -t VIP:80 -r 10.2.0.21 -i\n-a -t VIP:80 -r 10.2.0.22 -i\n"
                        .replace("VIP", PacketNetwork.OWN_VIP)
                + "-A -t VIP:80 -s rr\n-a -t VIP:80 -r [fd02::21]:80 -i\n-a -t VIP:80 -r [fd02::22]:80 -i\n"
                        .replace("VIP", "[" + PacketNetwork.OWN_VIP_V6 + "]");
        try (Daemon lvsd = lvsd(rules.replace("10.2.0.21 ", "10.2.0.21:80 ").replace("10.2.0.22 ", "10.2.0.22:80 "))) {
            assertThat(counted(network.request(OWN_URL, 10)))
                    .containsEntry("a", 5L)
                    .containsEntry("b", 5L);
            assertThat(network.clientsSeen()).hasSize(10).containsOnly(PacketNetwork.CLIENT);
            assertThat(network.fetchesBody(OWN_URL)).isTrue();
            assertDirectAnswers(lvsd);
            network.clientsSeen();
            String url = "http://[" + PacketNetwork.OWN_VIP_V6 + "]/";
            assertThat(counted(network.request(url, 10))).containsEntry("a", 5L).containsEntry("b", 5L);
            assertThat(network.clientsSeen()).hasSize(10).containsOnly(PacketNetwork.CLIENT_V6);
            // Full packets from the client are too long for a tunnel: it needs an ICMP error.
            assertThat(network.uploadsBody(OWN_URL)).isTrue();
            assertThat(network.uploadsBody(url)).isTrue();
        }
    }

    /** Asserts that the director has counted packets of clients, but none of the servers' answers. */
    private static void assertDirectAnswers(Daemon lvsd) throws IOException, InterruptedException {
        String[] service = lvsd.listing("-L", "-n", "--stats", "--exact")
                .lines()
                .filter(line -> line.startsWith("TCP  10."))
                .findFirst()
                .orElseThrow()
                .trim()
                .split(" +");
        assertThat(Long.parseLong(service[3])).as("packets in").isPositive();
        assertThat(Long.parseLong(service[4])).as("packets out").isZero();
    }

    @Test
    void directRouting_serversAnswerTheClientThemselves() throws Exception {
        String rules = "-A -t VIP:80 -s rr\n-a -t VIP:80 -r 10.2.0.11:80 -g\n-a -t VIP:80 -r 10.2.0.12:80 -g\n";
        try (Daemon lvsd = lvsd(rules.replace("VIP", PacketNetwork.OWN_VIP))) {
            assertThat(counted(network.request(OWN_URL, 10)))
                    .containsEntry("a", 5L)
                    .containsEntry("b", 5L);
            assertThat(network.clientsSeen()).hasSize(10).containsOnly(PacketNetwork.CLIENT);
            assertThat(network.fetchesBody(OWN_URL)).isTrue();
            assertThat(network.uploadsBody(OWN_URL)).isTrue();
            assertDirectAnswers(lvsd);

            lvsd.listing("-d", "-t", PacketNetwork.OWN_VIP + ":80", "-r", "10.2.0.12:80");
            assertThat(counted(network.request(OWN_URL, 4))).containsOnlyKeys("a");
        }
    }

    @Test
    void masquerading_serversComeByTheirChecks_networkFollows() throws Exception {
        Path well = directory.resolve("well");
        String server = """
                real_server %s 80 {
                    HTTP_GET {
                        url {
                            path /files/well
                            status_code 200
                        }
                    }
                }
                """;
        String file = """
                virtual_server VIP 80 {
                    delay_loop 1
                    warmup 0
                    retry 1
                    delay_before_retry 0.2
                    alpha
                    lvs_sched rr
                    lvs_method NAT
                    protocol TCP
                    %s%s}
                """.formatted(server.formatted("10.2.0.11"), server.formatted("10.2.0.12"));
        Files.deleteIfExists(well);
        try (Daemon lvsd = lvsd(file.replace("VIP", PacketNetwork.VIP))) {
            String without = network.setUpState();
            for (int round = 0; round < 2; round++) {
                lvsd.awaitLine("health monitor started");
                assertThat(lvsd.listing("-S", "-n").lines()).hasSize(1);
                Files.writeString(well, "yes");
                PacketNetwork.await(
                        "both servers", () -> lvsd.listing("-S", "-n").lines().count() == 3);
                PacketNetwork.await("routes of both", () -> routesServers(network.setUpState()));
                assertThat(counted(network.request(URL, 10)))
                        .containsEntry("a", 5L)
                        .containsEntry("b", 5L);
                Files.delete(well);
                PacketNetwork.await(
                        "no server", () -> lvsd.listing("-S", "-n").lines().count() == 1);
            }
            PacketNetwork.await(
                    "the network as at the start", () -> network.setUpState().equals(without));
            lvsd.signal("TERM");
            assertThat(lvsd.awaitExit()).isZero();
        }
    }

    private static boolean routesServers(String setUp) {
        return setUp.contains("from 10.2.0.11 ") && setUp.contains("from 10.2.0.12 ");
    }

    @Test
    void setUp_daemonStopped_networkAsBefore() throws Exception {
        String before = network.directorState();
        try (Daemon lvsd = lvsd(NAT)) {
            assertThat(network.directorState()).isNotEqualTo(before);
            lvsd.signal("TERM");
            assertThat(lvsd.awaitExit()).isZero();
        }
        assertThat(network.directorState()).isEqualTo(before);
    }

    @Test
    void setUp_daemonKilled_replacedByTheNextOne() throws Exception {
        String before = network.directorState();
        Daemon killed = lvsd(NAT);
        killed.close();
        try (Daemon lvsd = lvsd(NAT)) {
            assertThat(counted(network.request(URL, 4))).containsEntry("a", 2L).containsEntry("b", 2L);
            lvsd.signal("TERM");
            assertThat(lvsd.awaitExit()).isZero();
        }
        // Only the output of the first daemon contains the original settings.
        network.namespaces().sysctl("director", "net.ipv4.ip_forward=0");
        assertThat(network.directorState()).isEqualTo(before);
    }

    @Test
    void printedCommands_executedByHand_packetsForwarded() throws Exception {
        String before = network.directorState();
        try (Daemon lvsd = network.lvsd(NAT, "--tun", "lvs0")) {
            assertThat(network.directorState()).isEqualTo(before);
            List<String> printed = lvsd.lines();
            int end = printed.indexOf("to remove it:");
            List<String> commands =
                    printed.subList(printed.indexOf("to set up the network (--setup does it):") + 1, end);
            network.byHand(commands);
            assertThat(counted(network.request(URL, 4))).containsEntry("a", 2L).containsEntry("b", 2L);
            network.byHand(printed.stream()
                    .skip(end + 1)
                    .takeWhile(line -> line.startsWith("  "))
                    .toList());
        }
        assertThat(network.directorState()).isEqualTo(before);
    }

    @Test
    void run_unprivileged_errorNamesTheCapability() throws Exception {
        Programs.Result result = network.unprivileged(NAT, "--tun", "lvs0", "--setup");

        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.error())
                .contains("the TUN device lvs0 cannot be opened: this needs root or CAP_NET_ADMIN")
                .contains("  ip tuntap add dev lvs0 mode tun user")
                .contains("  ip rule add pref 5303 from 10.2.0.11 lookup 5301");
    }

    @Test
    void run_deviceRemoved_daemonEnds() throws Exception {
        try (Daemon lvsd = lvsd(NAT)) {
            network.namespaces().ip("director", "link del lvs0");

            assertThat(lvsd.awaitExit()).isEqualTo(1);
            assertThat(lvsd.lines()).anyMatch(line -> line.contains("the TUN device is gone"));
        }
    }
}
