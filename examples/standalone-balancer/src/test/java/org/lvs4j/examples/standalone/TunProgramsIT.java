package org.lvs4j.examples.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Programs other than web servers behind {@code lvsd run --tun}, in network namespaces. */
@Timeout(180)
class TunProgramsIT {
    private static final List<String> ADDRESSES = List.of("10.2.0.11", "10.2.0.12");
    private static final int IPERF_PORT = 5201;

    @TempDir
    private static Path directory;

    private static PacketNetwork network;
    private static final List<ServerProgram> SERVERS = new ArrayList<>();

    @BeforeAll
    static void build() throws IOException, InterruptedException {
        Programs.require("iperf3", "iperf3");
        Programs.require("dnsmasq", "dnsmasq-base");
        Programs.require("dig", "bind9-dnsutils");
        network = PacketNetwork.create(directory);
        for (int i = 0; i < 2; i++) {
            String name = i == 0 ? "a" : "b";
            start(name, IPERF_PORT, IperfRun.server(ADDRESSES.get(i), IPERF_PORT));
            start(name, 53, DnsIT.dnsmasq(name, ADDRESSES.get(i), 53));
        }
    }

    private static void start(String name, int port, List<String> command) throws IOException, InterruptedException {
        List<String> all = new ArrayList<>(network.namespaces().in(name));
        all.addAll(command);
        SERVERS.add(ServerProgram.start(name, ServerProgram.home(directory, name), port, all));
    }

    @AfterAll
    static void tearDown() throws IOException, InterruptedException {
        SERVERS.forEach(ServerProgram::close);
        if (network != null) {
            network.close();
        }
    }

    private static Daemon lvsd(String rules, String... options) throws IOException, InterruptedException {
        List<String> all = new ArrayList<>(List.of("--tun", "lvs0", "--setup"));
        all.addAll(Arrays.asList(options));
        return network.lvsd(rules.replace("VIP", PacketNetwork.VIP), all.toArray(String[]::new));
    }

    @Test
    void iperf_tcpAndUdpBothDirections_everythingArrives() throws Exception {
        String rules = "-A -f 9 -s rr -p 300\n-a -f 9 -r 10.2.0.11 -m\n-a -f 9 -r 10.2.0.12 -m\n";
        String endpoint = PacketNetwork.VIP + ":" + IPERF_PORT + "@9";
        try (Daemon lvsd = lvsd(rules, "--listen", "tcp:" + endpoint, "--listen", "udp:" + endpoint)) {
            for (String direction : List.of("", "-R")) {
                IperfRun tcp = run("-n", "40M", "-P", "2", direction);
                assertThat(tcp.received()).as("TCP " + direction).isGreaterThan(20_000_000L);

                long before = droppedByFullBuffers();
                IperfRun udp = run("-u", "-b", "4M", "-l", "1400", "-t", "1", direction);
                assertThat(udp.lostPackets())
                        .as("UDP " + direction)
                        .isLessThanOrEqualTo(droppedByFullBuffers() - before);
                assertThat(udp.packets()).as("UDP " + direction).isGreaterThan(250);
            }
            assertThat(lvsd.isAlive()).isTrue();
        }
    }

    private static IperfRun run(String... options) throws IOException, InterruptedException {
        return IperfRun.of(network.namespaces().in("client"), PacketNetwork.VIP, IPERF_PORT, options);
    }

    private static long droppedByFullBuffers() throws IOException, InterruptedException {
        long dropped = 0;
        for (String name : List.of("client", "a", "b")) {
            dropped += IperfRun.droppedByFullBuffers(network.namespaces().shell(name, "cat /proc/net/snmp"));
        }
        return dropped;
    }

    @Test
    void dns_udpAndTcpAndFragmentedAnswer_answered() throws Exception {
        StringBuilder rules = new StringBuilder();
        for (String service : List.of("-u VIP:53", "-t VIP:53")) {
            rules.append("-A " + service + " -s rr\n");
            ADDRESSES.forEach(address -> rules.append("-a " + service + " -r " + address + ":53 -m\n"));
        }
        try (Daemon lvsd = lvsd(rules.toString())) {
            for (String option : List.of("+notcp", "+tcp")) {
                String names =
                        IntStream.range(0, 6).mapToObj(i -> "name.test TXT ").collect(Collectors.joining());
                Map<String, Long> answers = dig(option, "+short", names.strip())
                        .lines()
                        .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));
                assertThat(answers).as(option).isEqualTo(Map.of("\"a\"", 3L, "\"b\"", 3L));
            }
            // Three packets of Ethernet.
            assertThat(dig("+notcp", "+ignore", "+bufsize=4096", "large.test TXT"))
                    .contains("ANSWER: " + DnsIT.LARGE_RECORDS)
                    .contains("(UDP)");
            assertThat(dig("+noedns", "large.test TXT"))
                    .contains("Truncated, retrying in TCP mode")
                    .contains("ANSWER: " + DnsIT.LARGE_RECORDS);
            assertThat(lvsd.isAlive()).isTrue();
        }
    }

    private static String dig(String... arguments) throws IOException, InterruptedException {
        String command = "dig -r @" + PacketNetwork.VIP + " +tries=1 +time=20 " + String.join(" ", arguments);
        return network.namespaces().shell("client", command);
    }
}
