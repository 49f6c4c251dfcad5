package org.lvs4j.examples.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code lvsd run --tun --setup} on a host where other programs undo the set-up of the network. */
@Timeout(300)
class TunRepairIT {
    private static final String NAT = """
            -A -t VIP:80 -s rr
            -a -t VIP:80 -r 10.2.0.11:80 -m
            -a -t VIP:80 -r 10.2.0.12:80 -m
            -A -t [VIP6]:80 -s rr
            -a -t [VIP6]:80 -r [fd02::11]:80 -m
            """.replace("VIP6", PacketNetwork.VIP_V6).replace("VIP", PacketNetwork.VIP);
    private static final String DIRECT = """
            -A -t VIP:80 -s rr
            -a -t VIP:80 -r 10.2.0.11:80 -g
            """.replace("VIP", PacketNetwork.OWN_VIP);
    private static final String URL = "http://" + PacketNetwork.VIP + "/";
    private static final String URL_V6 = "http://[" + PacketNetwork.VIP_V6 + "]/";
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
        network.resetDirector();
    }

    @AfterEach
    void restoreLoopback() throws IOException, InterruptedException {
        network.namespaces().ip("director", "link set lo up");
    }

    private static Daemon lvsd(String rules) throws IOException, InterruptedException {
        return network.lvsd(rules, "--tun", "lvs0", "--setup");
    }

    private static void undo(String command) throws IOException, InterruptedException {
        network.namespaces().shell("director", command);
    }

    private static void awaitRepair(String undone, String before) throws IOException, InterruptedException {
        PacketNetwork.await(
                "repair of '" + undone + "'", () -> network.setUpState().equals(before));
    }

    @Test
    void setUp_partsUndone_repairedAndLoggedAndUndoneAtTheEnd() throws Exception {
        String before = network.directorState();
        try (Daemon lvsd = lvsd(NAT)) {
            String state = network.setUpState();
            for (String command : List.of(
                    "ip link set lvs0 down; ip link set lvs0 up",
                    "ip link set lvs0 down",
                    "ip route flush table 5300; ip route flush table 5301; ip -6 route flush table 5300",
                    "ip rule del pref 5300; ip rule del pref 5301; ip rule del pref 5303; ip -6 rule del pref 5304",
                    "ip link set lvs0 mtu 1300",
                    "ip addr flush dev lvs0",
                    "ip neigh del proxy " + PacketNetwork.VIP + " dev eth0",
                    "echo 0 >/proc/sys/net/ipv4/ip_forward; echo 1 >/proc/sys/net/ipv4/conf/lvs0/rp_filter",
                    "echo 0 >/proc/sys/net/ipv6/conf/all/forwarding; echo 0 >/proc/sys/net/ipv6/conf/eth0/proxy_ndp")) {
                undo(command);
                awaitRepair(command, state);
                assertThat(network.request(URL, 1)).as("after '%s'", command).hasSize(1);
                assertThat(network.request(URL_V6, 1)).as("after '%s'", command).containsExactly("a");
            }
            lvsd.awaitLine("the set-up was changed by something else");
            assertThat(lvsd.lines())
                    .anyMatch(line -> line.contains("'ip link set dev lvs0 mtu 1500 txqueuelen 5000 up'"));

            lvsd.signal("TERM");
            assertThat(lvsd.awaitExit()).isZero();
        }
        assertThat(network.directorState()).isEqualTo(before);
    }

    @Test
    void setUp_rulesOfOthersAdded_leftAlone() throws Exception {
        try (Daemon lvsd = lvsd(NAT)) {
            String state = network.setUpState();
            undo("ip rule add pref 5303 from 10.9.9.9 lookup 77; ip route add 203.0.113.9 dev eth0 table 5301");
            String changed = network.setUpState();
            undo("ip rule del pref 5301");
            awaitRepair("ip rule del pref 5301", changed);
            undo("ip rule del pref 5303 from 10.9.9.9; ip route del 203.0.113.9 table 5301");
            assertThat(network.setUpState()).isEqualTo(state);
            assertThat(lvsd.isAlive()).isTrue();
        }
    }

    @Test
    void directRouting_deviceRemovedOrRouteFlushed_repaired() throws Exception {
        try (Daemon lvsd = lvsd(DIRECT)) {
            String state = network.setUpState();
            for (String command :
                    List.of("ip link del lvs0-0", "ip link set lvs0-0 down", "ip route flush table 5305")) {
                undo(command);
                awaitRepair(command, state);
                PacketNetwork.await(
                        "the device",
                        () -> network.namespaces()
                                .run("director", "ip", "link", "show", "dev", "lvs0-0", "up")
                                .output()
                                .contains("lvs0-0"));
                assertThat(network.request(OWN_URL, 2))
                        .as("after '%s'", command)
                        .containsExactly("a", "a");
            }
            lvsd.awaitLine("devices of direct servers were removed by something else: 1 opened again");
        }
    }

    @Test
    void setUp_interfaceOfHostGoesDownAndUp_repaired() throws Exception {
        try (Daemon lvsd = lvsd(NAT + DIRECT)) {
            String state = network.setUpState();
            undo("ip link set eth0 down");
            lvsd.awaitLine("is not on a network of this host");
            undo("ip link set eth0 up; ip route add default via 10.2.0.254; ip -6 addr add fd02::1/64 dev eth0 nodad;"
                    + " ip -6 route add default via fd02::254");
            awaitRepair("ip link set eth0 down", state);
            assertThat(network.request(URL, 2)).containsExactlyInAnyOrder("a", "b");
            assertThat(network.request(URL_V6, 1)).containsExactly("a");
            assertThat(network.request(OWN_URL, 1)).containsExactly("a");
        }
    }

    @Test
    void change_deviceDown_repairedAndChangeMade() throws Exception {
        try (Daemon lvsd = lvsd(NAT)) {
            undo("ip link set lvs0 down");
            lvsd.listing("-A", "-t", "10.2.0.110:80");

            assertThat(network.setUpState()).contains("10.2.0.110 dev lvs0", PacketNetwork.VIP + " dev lvs0");
        }
    }

    @Test
    void reload_tablesFlushed_repaired() throws Exception {
        try (Daemon lvsd = lvsd(NAT)) {
            String state = network.setUpState();
            undo("ip route flush table 5300");
            lvsd.signal("HUP");
            awaitRepair("ip route flush table 5300", state);
        }
    }

    @Test
    void setUp_virtualAddressMovedToThisHost_loggedUntilItLeaves() throws Exception {
        try (Daemon lvsd = lvsd(NAT)) {
            undo("ip addr add " + PacketNetwork.VIP + "/32 dev eth0");
            lvsd.awaitLine("the set-up does not fit this host any more: the virtual address " + PacketNetwork.VIP
                    + " is an address of this host");
            undo("ip addr del " + PacketNetwork.VIP + "/32 dev eth0");
            lvsd.awaitLine("the set-up is in order again");
            assertThat(network.request(URL, 2)).containsExactlyInAnyOrder("a", "b");
        }
    }

    @Test
    void setUp_loopbackGoesDown_logged() throws Exception {
        try (Daemon lvsd = lvsd(NAT)) {
            undo("ip link set lo down");
            lvsd.awaitLine("the set-up does not fit this host any more: the loopback interface is down");
            undo("ip link set lo up");
            lvsd.awaitLine("the set-up is in order again");
        }
    }

    @Test
    void run_deviceOutlivedItsProcess_whatItHasLeftIsNoObstacle() throws Exception {
        undo("ip tuntap add dev lvs0 mode tun");
        try {
            lvsd(NAT).close();
            assertThat(network.setUpState()).contains(PacketNetwork.VIP + " dev lvs0", "192.0.0.8/32");
            try (Daemon lvsd = lvsd(NAT)) {
                assertThat(network.request(URL, 2)).containsExactlyInAnyOrder("a", "b");
                lvsd.signal("TERM");
                assertThat(lvsd.awaitExit()).isZero();
            }
            assertThat(network.setUpState()).doesNotContain("530", PacketNetwork.VIP);
        } finally {
            undo("ip link del lvs0");
        }
    }

    @Test
    void run_loopbackDown_errorSaysSo() throws Exception {
        undo("ip link set lo down");

        Programs.Result result = network.lvsdThatEnds(List.of(), NAT, "--tun", "lvs0", "--setup");

        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.error()).contains("the loopback interface is down", "ip link set dev lo up");
    }

    @Test
    void printedCommands_missingOnes_loggedAndNotExecuted() throws Exception {
        try (Daemon lvsd = network.lvsd(NAT, "--tun", "lvs0")) {
            lvsd.awaitLine("steps of the set-up of the network are missing, such as 'ip link set dev lvs0");
            assertThat(network.namespaces().shell("director", "ip rule")).doesNotContain("5301:");

            List<String> printed = lvsd.lines();
            network.byHand(printed.stream()
                    .dropWhile(line -> !line.startsWith("to set up the network"))
                    .skip(1)
                    .takeWhile(line -> line.startsWith("  "))
                    .toList());
            lvsd.awaitLine("the set-up of the network is complete");
        }
    }

    @Test
    void masquerading_manyServers_fewRulesAndHostReachable() throws Exception {
        List<String> rules = new ArrayList<>(List.of(NAT));
        for (int i = 0; i < 2000; i++) {
            rules.add("-A -t 10.2.VIP:80".replace("VIP", 16 + i / 250 + "." + i % 250));
            for (int server = 0; server < 5; server++) {
                rules.add("-a -t 10.2.VIP:80 -r 10.2.0.SERVER:80 -m -w 0"
                        .replace("VIP", 16 + i / 250 + "." + i % 250)
                        .replace("10.2.0.SERVER", "10.3." + i / 40 + "." + (i % 40 * 5 + server)));
            }
        }
        try (Daemon lvsd = lvsd(String.join("\n", rules))) {
            // Of one length for all, so that 10.2.0.0/20 contains the director's own address, 10.2.0.1.
            String rule = network.namespaces().shell("director", "ip rule");
            assertThat(rule.lines().filter(line -> line.startsWith("5303:")).count())
                    .isBetween(2L, 256L);
            assertThat(network.request(URL, 4)).containsExactlyInAnyOrder("a", "a", "b", "b");
            assertThat(network.namespaces()
                            .shell("director", "curl --silent --max-time 5 --interface 10.2.0.1 http://10.2.0.11/"))
                    .isEqualTo("a\n");
            // Refused at once, instead of no answer: the director's host is reached from the client.
            assertThat(network.namespaces()
                            .run("client", "curl", "--silent", "--max-time", "10", "http://10.2.0.1:9/")
                            .exitCode())
                    .isEqualTo(7);
            assertThat(lvsd.isAlive()).isTrue();
        }
    }
}
