package org.lvs4j.examples.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code lvsd} and {@code lvsadm}, started by their scripts, in front of three real web servers. */
@Timeout(120)
class BalancingIT {
    private static final String HEADER = """
            IP Virtual Server version 1.2.1 (size=4096)
            Prot LocalAddress:Port Scheduler Flags
              -> RemoteAddress:Port           Forward Weight ActiveConn InActConn
            """;

    @TempDir
    private Path directory;

    private WebSite site;

    @BeforeEach
    void start() throws IOException, InterruptedException {
        Programs.require("curl", "curl");
        Files.write(directory.resolve("twenty-megabytes"), new byte[20_000_000]);
        site = new WebSite(directory, directory);
    }

    @AfterEach
    void stop() {
        if (site != null) {
            site.close();
        }
    }

    private Daemon lvsd(Path rules, String... options) throws IOException, InterruptedException {
        return Daemon.start(directory, Daemon.BRIEF, rules, options);
    }

    private static String row(Nginx server, int weight, int active, int inactive) {
        return String.format("  -> %-28s %-7s %-6d %-10d %-10d%n", server.endpoint(), "Masq", weight, active, inactive);
    }

    @Test
    void requests_wrr_distributedExactlyByWeight() throws Exception {
        try (Daemon lvsd = lvsd(site.rulesFile("wrr", 3, 2, 1))) {
            // As in the kernel, the first round gives one request to each server.
            assertThat(site.request(3)).isEqualTo(new TreeMap<>(Map.of("a", 1L, "b", 1L, "c", 1L)));
            assertThat(site.request(120)).isEqualTo(new TreeMap<>(Map.of("a", 60L, "b", 40L, "c", 20L)));
            assertThat(site.request(6)).isEqualTo(new TreeMap<>(Map.of("a", 3L, "b", 2L, "c", 1L)));

            String stats = lvsd.listing("-L", "-n", "--stats", "-t", site.service());
            assertThat(stats.lines().skip(2).map(line -> line.substring(33, 42).trim()))
                    .containsExactlyElementsOf(connectionsInListingOrder(Map.of("a", 64, "b", 43, "c", 22)));
        }
    }

    /** The sum of the service, then the servers by port. */
    private List<String> connectionsInListingOrder(Map<String, Integer> connections) {
        List<String> all = new ArrayList<>(List.of("129"));
        IntStream.range(0, 3)
                .mapToObj(site::server)
                .sorted(Comparator.comparingInt(server -> server.address().getPort()))
                .forEach(server -> all.add(String.valueOf(connections.get(server.name()))));
        return all;
    }

    @Test
    void requests_serverKilled_noClientError() throws Exception {
        try (Daemon lvsd = lvsd(site.rulesFile("wrr", 1, 1, 1))) {
            assertThat(site.request(30)).containsOnlyKeys("a", "b", "c");

            site.server(1).kill();

            assertThat(site.request(60)).containsOnlyKeys("a", "c");
            assertThat(lvsd.isAlive()).isTrue();
        }
    }

    @Test
    void edit_weightZero_serverQuiesced() throws Exception {
        try (Daemon lvsd = lvsd(site.rulesFile("rr", 1, 1, -1));
                WebSite.HeldConnection held = site.hold()) {
            int index = held.request().charAt(0) - 'a';
            Nginx drained = site.server(index);

            lvsd.listing("-e", "-t", site.service(), "-r", drained.endpoint(), "-m", "-w", "0");

            assertThat(site.request(20)).containsOnlyKeys(site.server(1 - index).name());
            assertThat(held.request()).isEqualTo(drained.name());
            assertThat(lvsd.listing("-L", "-n")).startsWith(HEADER).contains(row(drained, 0, 1, 0));

            held.socket().shutdownOutput();
            // It has ended, and stays inactive for a while.
            awaitListing(lvsd, row(drained, 0, 0, 1));
        }
    }

    private static void awaitListing(Daemon lvsd, String row) throws InterruptedException {
        lvsd.await(row, () -> {
            try {
                return lvsd.listing("-L", "-n").contains(row);
            } catch (IOException | InterruptedException e) {
                throw new AssertionError(e);
            }
        });
    }

    @Test
    void listings_everyKind_formatOfIpvsadm() throws Exception {
        try (Daemon lvsd = lvsd(site.rulesFile("wlc", 5, -1, -1));
                WebSite.HeldConnection held = site.hold()) {
            assertThat(held.request()).isEqualTo("a");
            Nginx server = site.server(0);
            String service = "TCP  " + site.service();

            // First, because the expiry depends on the time since the request.
            assertThat(lvsd.listing("-Lcn").lines())
                    .hasSize(3)
                    .startsWith(
                            "IPVS connection entries",
                            "pro expire state       source             virtual            destination")
                    .last()
                    .asString()
                    .matches("TCP 14:5\\d  ESTABLISHED "
                            + Pattern.quote(String.format(
                                    "%-18s %-18s %s",
                                    "127.0.0.1:" + held.socket().getLocalPort(), site.service(), server.endpoint())));
            assertThat(lvsd.listing("-Ln")).isEqualTo(HEADER + service + " wlc\n" + row(server, 5, 1, 0));
            assertThat(lvsd.listing()).isEqualTo(lvsd.listing("-l", "--numeric"));
            assertThat(lvsd.listing("-Ln", "--thresholds"))
                    .endsWith(String.format("  -> %-28s %-10d %-10d %-10d %-10d%n", server.endpoint(), 0, 0, 1, 0));
            assertThat(lvsd.listing("-Ln", "--persistent-conn"))
                    .endsWith(String.format("  -> %-28s %-9d %-11d %-10d %-10d%n", server.endpoint(), 5, 0, 1, 0));
            assertThat(lvsd.listing("-Ln", "--rate").lines())
                    .contains("Prot LocalAddress:Port                 CPS    InPPS   OutPPS    InBPS   OutBPS");
            assertThat(lvsd.listing("-L", "--timeout")).isEqualTo("Timeout (tcp tcpfin udp): 900 120 300\n");
            assertThat(lvsd.listing("-S", "-n")).isEqualTo(site.rules("wlc", 5, -1, -1));

            Programs.Result refused = lvsd.lvsadm("-A", "-t", site.service());
            assertThat(refused.exitCode()).isEqualTo(255);
            assertThat(refused.error()).contains("Service already exists");
        }
    }

    @Test
    void restore_savedRules_servedAgain() throws Exception {
        try (Daemon lvsd = lvsd(site.rulesFile("rr", 1, 1, 1))) {
            String saved = lvsd.listing("-S", "-n");
            lvsd.listing("-C");
            assertThatThrownBy(site::hold).isInstanceOf(IOException.class);

            Programs.Result restored = lvsd.lvsadmReading(saved, "-R");

            assertThat(restored).isEqualTo(new Programs.Result(0, "", ""));
            assertThat(site.request(9)).isEqualTo(new TreeMap<>(Map.of("a", 3L, "b", 3L, "c", 3L)));
        }
    }

    @Test
    void hangup_changedFile_smallestChangeAndConnectionsKept() throws Exception {
        Path rules = site.rulesFile("wrr", 1, 1, -1);
        try (Daemon lvsd = lvsd(rules);
                WebSite.HeldConnection first = site.hold();
                WebSite.HeldConnection second = site.hold()) {
            List<String> before = List.of(first.request(), second.request());

            Files.writeString(rules, site.rules("wrr", 2, -1, 1));
            lvsd.signal("HUP");
            lvsd.awaitLine("-d -t " + site.service() + " -r " + site.server(1).endpoint());

            assertThat(lvsd.listing("-S", "-n").lines())
                    .containsExactlyInAnyOrderElementsOf(
                            site.rules("wrr", 2, -1, 1).lines().toList());
            assertThat(site.request(20)).containsOnlyKeys("a", "c");
            assertThat(List.of(first.request(), second.request()))
                    .isEqualTo(before)
                    .contains("b");
        }
    }

    @Test
    void hangup_fileWithAnError_nothingChangedAndPlaceLogged() throws Exception {
        Path rules = site.rulesFile("rr", 1, 1, 1);
        try (Daemon lvsd = lvsd(rules)) {
            String before = lvsd.listing("-S", "-n");

            Files.writeString(rules, site.rules("rr", 1, -1, -1) + "-A -t nowhere:80\n");
            lvsd.signal("HUP");
            lvsd.awaitLine(rules + ":3:");

            assertThat(lvsd.listing("-S", "-n")).isEqualTo(before);
            assertThat(site.request(3)).hasSize(3);
        }
    }

    @Test
    void terminate_downloadRunning_exitsAfterItsEnd() throws Exception {
        try (Daemon lvsd = lvsd(site.rulesFile("rr", 1, 1, 1))) {
            Process curl = new ProcessBuilder(
                            "curl",
                            "--silent",
                            "--limit-rate",
                            "5M",
                            "--output",
                            directory.resolve("got").toString(),
                            site.url() + "files/twenty-megabytes")
                    .start();
            lvsd.await("the download to begin", () -> Files.exists(directory.resolve("got")));

            lvsd.signal("TERM");
            lvsd.awaitLine("draining: 1 ");

            assertThatThrownBy(site::hold).isInstanceOf(IOException.class);
            assertThat(curl.waitFor()).isZero();
            assertThat(directory.resolve("got")).hasSize(20_000_000);
            assertThat(lvsd.awaitExit()).isZero();
            assertThat(lvsd.socket()).doesNotExist();
            assertThat(lvsd.lines()).anyMatch(line -> line.contains("all connections have ended"));
        }
    }

    @Test
    void terminate_deadlinePasses_connectionsResetAndExitCode0() throws Exception {
        try (Daemon lvsd = lvsd(site.rulesFile("rr", 1, 1, 1), "--drain-timeout", "300ms");
                WebSite.HeldConnection held = site.hold()) {
            held.request();

            lvsd.signal("TERM");

            assertThat(lvsd.awaitExit()).isZero();
            assertThat(lvsd.lines()).anyMatch(line -> line.contains("have been reset"));
            assertThatThrownBy(held::request).isInstanceOfAny(IOException.class, AssertionError.class);
        }
    }

    @Test
    void terminate_twice_stopsAtOnce() throws Exception {
        try (Daemon lvsd = lvsd(site.rulesFile("rr", 1, 1, 1), "--drain-timeout", "1h");
                WebSite.HeldConnection held = site.hold()) {
            held.request();

            // Not SIGINT: a process started in the background ignores it, and so do its children.
            lvsd.signal("TERM");
            lvsd.awaitLine("draining: 1 ");
            lvsd.signal("TERM");

            assertThat(lvsd.awaitExit()).isZero();
            assertThat(lvsd.socket()).doesNotExist();
        }
    }
}
