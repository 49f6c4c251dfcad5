package org.lvs4j.examples.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.lvs4j.Director;
import org.lvs4j.Drain;
import org.lvs4j.DrainOptions;
import org.lvs4j.config.RuleParser;
import org.lvs4j.config.Rules;
import org.lvs4j.config.keepalived.KeepalivedOptions.ServedCheck;
import org.lvs4j.examples.standalone.json.DaemonSnapshot;
import org.lvs4j.net.Endpoint;
import org.lvs4j.netty.RelayException;
import org.lvs4j.netty.health.HealthMonitorException;

/** A balancer whose servers are probed. */
@Tag("slow")
@Timeout(60)
class MonitoredBalancerTest {
    private static final Duration LONG = Duration.ofMinutes(5);

    private final Director director = Director.create();
    private ServerSocket server;
    private String serviceRules;
    private String service;
    private int deadPort;
    private Balancer balancer;

    @BeforeEach
    void listen() throws Exception {
        server = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"));
        int port = FreePort.next();
        service = "127.0.0.1 " + port;
        serviceRules = "127.0.0.1:" + port;
        deadPort = FreePort.next();
    }

    @AfterEach
    void stop() throws Exception {
        if (balancer != null) {
            balancer.close();
        }
        server.close();
    }

    /** A service with a server that listens and one that does not. */
    private String text() {
        return """
                virtual_server SERVICE {
                    delay_loop 1
                    lvs_sched wrr
                    lvs_method NAT
                    protocol TCP
                    real_server 127.0.0.1 GOOD {
                        weight 2
                        TCP_CHECK {
                        }
                    }
                    real_server 127.0.0.1 DEAD {
                        TCP_CHECK {
                        }
                    }
                }
                """.replace("SERVICE", service)
                .replace("GOOD", "" + server.getLocalPort())
                .replace("DEAD", "" + deadPort);
    }

    private static Configuration keepalived(String text) throws RulesInvalidException {
        return new Configuration.OfKeepalived(
                KeepalivedSource.parse("-", text.getBytes(StandardCharsets.UTF_8), "main", ServedCheck.NONE));
    }

    private void start(Configuration configuration) throws RulesInvalidException {
        balancer = Balancer.start(director, configuration, new PlaneOptions());
    }

    private List<String> table() {
        return Rules.of(director).print().lines().toList();
    }

    private String line(int port, int weight) {
        return "-a -t " + serviceRules + " -r 127.0.0.1:" + port + " -m -w " + weight;
    }

    private static void await(String what, BooleanSupplier condition) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime() - deadline).as(what).isNegative();
            TimeUnit.MILLISECONDS.sleep(5);
        }
    }

    @Test
    void start_keepalivedFile_serverThatFailsLeavesTheTable() throws Exception {
        start(keepalived(text()));

        assertThat(table())
                .containsExactlyInAnyOrder(
                        "-A -t " + serviceRules + " -s wrr", line(server.getLocalPort(), 2), line(deadPort, 1));
        await("the dead server gone", () -> !table().contains(line(deadPort, 1)));
        assertThat(table()).contains(line(server.getLocalPort(), 2));
    }

    /** What {@code lvsadm top} gets about a server that its checks have taken out. */
    @Test
    void snapshot_serverOutOfTheTable_downWithReason() throws Exception {
        start(keepalived(text()));
        await("the dead server gone", () -> !table().contains(line(deadPort, 1)));
        balancer.director().drain(Endpoint.parse("127.0.0.1:" + server.getLocalPort()), DrainOptions.within(LONG));

        StringBuilder snapshot = new StringBuilder();
        DaemonSnapshot.print(balancer.director(), balancer.health(), "1", System.nanoTime(), snapshot);

        JsonObject document = JsonParser.parseString(snapshot.toString()).getAsJsonObject();
        JsonArray servers =
                document.getAsJsonArray("health").get(0).getAsJsonObject().getAsJsonArray("servers");
        JsonObject dead = servers.get(1).getAsJsonObject();
        assertThat(dead.get("server").getAsString()).isEqualTo("127.0.0.1:" + deadPort);
        assertThat(dead.get("up").getAsBoolean()).isFalse();
        assertThat(dead.get("inTable").getAsBoolean()).isFalse();
        assertThat(dead.get("reason").getAsString()).startsWith("TCP_CHECK ").contains("refused");
        assertThat(document.get("drains").toString())
                .contains("\"server\":\"127.0.0.1:" + server.getLocalPort() + "\",\"phase\":\"drain");
    }

    @Test
    void start_checkThatThisHostDoesNotAllow_nothingIsServed() throws Exception {
        Configuration wrong = keepalived(text().replace("weight 2", "notify_up /bin/true no-such-user"));

        assertThatThrownBy(() -> start(wrong)).isInstanceOf(HealthMonitorException.class);
        // The address is free again.
        start(keepalived(text()));
    }

    @Test
    void reload_weight_smallestChangeAndTheStateOfTheRestStays() throws Exception {
        start(keepalived(text()));
        await("the dead server gone", () -> !table().contains(line(deadPort, 1)));

        List<String> changes = balancer.reload(keepalived(text().replace("weight 2", "weight 5")));

        assertThat(changes)
                .containsExactly(
                        "~ TCP " + serviceRules + " -> 127.0.0.1:" + server.getLocalPort() + ": weight 5, was 2",
                        "-e -t " + serviceRules + " -r 127.0.0.1:" + server.getLocalPort() + " -m -w 5");
        assertThat(balancer.reload(keepalived(text().replace("weight 2", "weight 5"))))
                .isEmpty();
    }

    @Test
    void reload_checkAndServer_told() throws Exception {
        start(keepalived(text()));

        List<String> changes =
                balancer.reload(keepalived(text().replace("127.0.0.1 " + deadPort, "127.0.0.2 " + deadPort)
                        .replace("TCP_CHECK {", "TCP_CHECK {\nretry 5")));

        assertThat(changes)
                .startsWith(
                        "- TCP " + serviceRules + " -> 127.0.0.1:" + deadPort,
                        "~ TCP " + serviceRules + " -> 127.0.0.1:" + server.getLocalPort() + " TCP_CHECK",
                        "+ TCP " + serviceRules + " -> 127.0.0.2:" + deadPort + ": weight 1, TCP_CHECK");
    }

    @Test
    void reload_addressThatCannotBeBound_nothingChanges() throws Exception {
        start(keepalived(text()));
        String other = text().replace("virtual_server " + service, "virtual_server 127.0.0.1 " + server.getLocalPort());

        assertThatThrownBy(() -> balancer.reload(keepalived(text().replace("weight 2", "weight 5") + other)))
                .isInstanceOf(RelayException.class);

        assertThat(table()).contains(line(server.getLocalPort(), 2)).hasSize(3);
        assertThat(balancer.health().services()).hasSize(1);
    }

    @Test
    void reload_changesByHand_takenBack() throws Exception {
        start(keepalived(text()));
        await("the dead server gone", () -> !table().contains(line(deadPort, 1)));
        List<String> before = table();
        int other = FreePort.next();
        byHand("-e -t " + serviceRules + " -r 127.0.0.1:" + server.getLocalPort() + " -m -w 7");
        byHand("-a -t " + serviceRules + " -r 127.0.0.1:" + deadPort + " -m -w 1");
        byHand("-a -t " + serviceRules + " -r 127.0.0.9:80 -m -w 1");
        byHand("-A -t 127.0.0.1:" + other + " -s rr");
        byHand("-E -t " + serviceRules + " -s rr");

        assertThat(balancer.reload(keepalived(text()))).hasSize(5);
        assertThat(table()).isEqualTo(before);

        byHand("-d -t " + serviceRules + " -r 127.0.0.1:" + server.getLocalPort());
        assertThat(balancer.reload(keepalived(text()))).hasSize(1);
        byHand("-D -t " + serviceRules);
        assertThat(balancer.reload(keepalived(text()))).hasSize(2);
        assertThat(table()).isEqualTo(before);
    }

    @Test
    void reload_drainUnderWay_goesOn() throws Exception {
        start(keepalived(text()));
        Endpoint drained = Endpoint.parse("127.0.0.1:" + server.getLocalPort());
        DrainArguments.Place place = new DrainArguments.Place(null, drained);
        Drain drain = balancer.drain(place, DrainOptions.within(Duration.ofMinutes(5)))
                .get(0);

        balancer.reload(keepalived(text().replace("weight 2", "weight 5")));
        balancer.reload(keepalived(text()));

        assertThat(director.drains()).containsExactly(drain);
        assertThat(director.services().get(0).servers())
                .filteredOn(each -> each.server().endpoint().equals(drained))
                .allMatch(each -> each.draining() && each.weight() == 0);
        assertThat(balancer.abortDrains(place)).isOne();
    }

    private void byHand(String rule) throws Exception {
        balancer.change(RuleParser.parse(List.of(rule.split(" "))));
    }

    private String health(String... options) throws Exception {
        List<String> arguments = new ArrayList<>(List.of("health"));
        arguments.addAll(List.of(options));
        StringBuilder output = new StringBuilder();
        Answer answer = new HealthConsole(balancer).run(arguments, output);
        return output + answer.output() + answer.error();
    }

    @Test
    void health_serverDown_stateReasonAndAge() throws Exception {
        start(keepalived(text()));
        await("the dead server gone", () -> !table().contains(line(deadPort, 1)));

        String health = health().replaceAll(" [0-9]+s ", " 0s ").replaceAll(" [0-9]+s,", " 0s,");
        assertThat(health)
                .contains(
                        "TCP " + serviceRules + " up 0s, weight 2 of 3, quorum 1\n",
                        "  127.0.0.1:" + deadPort,
                        "DOWN 0s ",
                        "connection refused",
                        "probes: ");
        assertThat(health("--down")).contains("" + deadPort).doesNotContain("" + server.getLocalPort(), "probes: ");
        assertThat(health("--up")).contains("unexpected arguments: --up");
    }

    @Test
    void health_serversByHand_marked() throws Exception {
        start(keepalived(text()));
        byHand("-a -t " + serviceRules + " -r 127.0.0.9:80 -m -w 1");
        byHand("-d -t " + serviceRules + " -r 127.0.0.1:" + server.getLocalPort());

        assertThat(health("--down"))
                .contains("weight 2, removed by hand", "127.0.0.9:80")
                .contains("not checked");
    }

    @Test
    void health_weightByHandAndDrain_marked() throws Exception {
        start(keepalived(text()));
        balancer.drain(
                new DrainArguments.Place(null, Endpoint.parse("127.0.0.1:" + deadPort)),
                DrainOptions.within(Duration.ofMinutes(5)));
        byHand("-e -t " + serviceRules + " -r 127.0.0.1:" + server.getLocalPort() + " -m -w 0");
        await(
                "the dead server down",
                () -> !balancer.health().services().get(0).servers().get(1).up());

        assertThat(health("--down"))
                .contains("127.0.0.1:" + server.getLocalPort(), "weight 2, set to 0 by hand\n")
                .contains("127.0.0.1:" + deadPort, "weight 1, drained\n");
    }

    @Test
    void health_longAddresses_columnsAligned() throws Exception {
        start(keepalived(text().replace(
                        "real_server 127.0.0.1 " + deadPort, "real_server 2001:db8:1111:2222:3333:4444:5555:6666 80")
                .replace("127.0.0.1 ", "::1 ")));

        assertThat(health().lines().filter(line -> line.startsWith("  ")))
                .hasSize(4)
                .extracting(line -> line.indexOf(" up  "))
                .containsOnly(45);
    }

    @Test
    void health_rules_saysThatNothingIsChecked() throws Exception {
        start(new Configuration.OfRules(Rules.parse("-A -t " + serviceRules + "\n", "test")));

        assertThat(health()).contains("no server is checked");
    }

    @Test
    void reload_otherLanguage_andBack() throws Exception {
        String rules = "-A -t " + serviceRules + " -s rr\n" + line(deadPort, 3) + "\n";
        start(new Configuration.OfRules(Rules.parse(rules, "test")));

        balancer.reload(keepalived(text()));
        await("the dead server gone", () -> !table().contains(line(deadPort, 1)));
        balancer.reload(new Configuration.OfRules(Rules.parse(rules, "test")));

        assertThat(table()).containsExactlyElementsOf(rules.lines().toList());
        assertThat(balancer.drain(Duration.ZERO)).isTrue();
    }
}
