package org.lvs4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.lvs4j.DirectorFixture.ACK;
import static org.lvs4j.DirectorFixture.RST;
import static org.lvs4j.DirectorFixture.SYN;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.lvs4j.config.Rules;
import org.lvs4j.net.ConnectionState;
import org.lvs4j.net.Flow;
import org.lvs4j.net.Protocol;
import org.lvs4j.service.Forwarding;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.SchedulerFlag;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

/**
 * The rules of IPVS that a re-implementation is most likely to get wrong, one test each, through the director's public
 * API. Whole tables are checked cell by cell beside the classes that hold them.
 */
class IpvsRulesTest {
    private static final String VIP = "10.0.0.100:80";
    private static final String A = "192.168.1.1:80";
    private static final String B = "192.168.1.2:80";
    private static final String C = "192.168.1.3:80";
    private static final Flow FLOW = DirectorFixture.tcp("10.1.0.1:4000", VIP);

    private final DirectorFixture fixture = new DirectorFixture();
    private int clients;

    private ServiceKey addWeb(String scheduler, String... servers) {
        return fixture.addService(
                VirtualService.builder(ServiceKey.tcp(VIP)).scheduler(scheduler).build(), servers);
    }

    private void edit(ServiceKey key, String server, int weight, int upper, int lower) {
        fixture.director.editServer(
                key,
                new RealServer(
                        RealServer.builder(server).build().endpoint(), weight, Forwarding.masquerade(), upper, lower));
    }

    private String nextServer() {
        return fixture.syn("10.5." + clients / 250 + "." + clients++ % 250 + ":4000", VIP);
    }

    /** The servers of the next clients, as letters: A for the address that ends in 1. */
    private String nextServers(int count) {
        StringBuilder letters = new StringBuilder();
        for (int i = 0; i < count; i++) {
            letters.append((char) ('A' + nextServer().charAt("192.168.1.".length()) - '1'));
        }
        return letters.toString();
    }

    @Test
    void pick_rr_newestServerFirst() {
        addWeb("rr", A, B, C);
        assertThat(nextServers(7)).isEqualTo("CBACBAC");
    }

    @Test
    void addServer_afterRemoval_headOfTheListWithItsCounters() {
        ServiceKey key = addWeb("rr", A, B, C);
        fixture.setWeight(key, A, 5);
        assertThat(order(key)).containsExactly(C, B, A);
        fixture.open("10.1.0.9:4000", VIP);
        fixture.open("10.1.0.9:4001", VIP);
        fixture.open("10.1.0.9:4002", VIP);
        ServerSnapshot before = fixture.server(key, A);
        fixture.removeServer(key, A);
        fixture.director.addServer(key, RealServer.builder(A).build());

        assertThat(order(key)).containsExactly(A, C, B);
        assertThat(fixture.server(key, A).traffic()).isEqualTo(before.traffic());
        assertThat(fixture.server(key, A).active()).isEqualTo(1);
    }

    private List<String> order(ServiceKey key) {
        return fixture.director.service(key).servers().stream()
                .map(server -> server.server().endpoint().toString())
                .toList();
    }

    @Test
    void pick_dh_weightsAndEditsIgnored() {
        ServiceKey key = ServiceKey.mark(1);
        fixture.addService(VirtualService.builder(key).scheduler("dh").build(), A, B, C);
        List<String> before = byDestination();
        assertThat(before).contains(A, B, C).doesNotContain("REJECT");
        fixture.setWeight(key, A, 100);
        fixture.setWeight(key, B, 7);
        assertThat(byDestination()).isEqualTo(before);

        fixture.setWeight(key, B, 0);
        assertThat(byDestination())
                .as("no fallback, and no other client moves")
                .isEqualTo(before.stream()
                        .map(server -> server.equals(B) ? "REJECT" : server)
                        .toList());
    }

    private List<String> byDestination() {
        List<String> servers = new ArrayList<>();
        clients++;
        for (int i = 1; i <= 100; i++) {
            servers.add(fixture.packet(
                    DirectorFixture.tcp("10.6.0.1:" + (clients * 200 + i), "10.0.1." + i + ":80")
                            .mark(1),
                    SYN));
        }
        return servers;
    }

    @Test
    void pick_shServerOfWeightZero_keepsItsBuckets() {
        ServiceKey key = addWeb("sh", A, B);
        fixture.setWeight(key, B, 0);
        // Buckets 137 and 39 are odd and belong to A; 136, 124 and 158 belong to B, the head of the list.
        assertThat(fixture.syn("10.0.0.1:1", VIP)).isEqualTo(A);
        assertThat(fixture.syn("10.0.0.2:1", VIP)).isEqualTo(A);
        assertThat(fixture.syn("192.168.1.1:1", VIP)).isEqualTo("REJECT");
        assertThat(fixture.syn("203.0.113.7:1", VIP)).isEqualTo("REJECT");
        assertThat(fixture.syn("255.255.255.255:1", VIP)).isEqualTo("REJECT");
    }

    @ParameterizedTest
    @CsvSource({"lc, 255, B", "lc, 256, A", "wlc, 255, B", "wlc, 256, A"})
    void pick_leastConnection_oneActiveEquals256Inactive(String scheduler, int inactive, String chosen) {
        ServiceKey key = addWeb(scheduler, B, A);
        fixture.setWeight(key, A, 0);
        for (int i = 0; i < inactive; i++) {
            String client = "10.7.0.1:" + (2000 + i);
            fixture.open(client, VIP);
            fixture.packet(DirectorFixture.tcp(client, VIP), RST);
        }
        fixture.setWeight(key, A, 1);
        fixture.setWeight(key, B, 0);
        fixture.open("10.7.0.2:4000", VIP);
        fixture.setWeight(key, B, 1);
        assertThat(fixture.server(key, B).inactive()).isEqualTo(inactive);
        assertThat(fixture.server(key, A).active()).isEqualTo(1);

        assertThat(nextServers(1)).as("A heads the list, so it wins a tie").isEqualTo(chosen);
    }

    @Test
    void connection_udp_inactive() {
        ServiceKey dns = fixture.addService(
                VirtualService.builder(ServiceKey.udp("10.0.0.100:53")).build(), "192.168.1.1:53");
        fixture.datagram("10.1.0.1:4000", "10.0.0.100:53");
        fixture.reply(Protocol.UDP, "192.168.1.1:53", "10.1.0.1:4000", 0);
        fixture.datagram("10.1.0.1:4000", "10.0.0.100:53");
        assertThat(fixture.server(dns, "192.168.1.1:53").active()).isZero();
        assertThat(fixture.server(dns, "192.168.1.1:53").inactive()).isEqualTo(1);
    }

    @Test
    void connection_synReceived_active() {
        ServiceKey key = addWeb("rr", A);
        fixture.packet(FLOW, SYN);
        assertThat(fixture.state()).isEqualTo("SYN_RECV");
        assertThat(fixture.server(key, A).active()).isEqualTo(1);
        assertThat(fixture.server(key, A).inactive()).isZero();
    }

    @Test
    void overload_bothThresholds_setAtUpperClearedBelowLower() {
        ServiceKey key = addWeb("rr", A);
        edit(key, A, 1, 4, 2);
        for (int i = 0; i < 4; i++) {
            assertThat(fixture.server(key, A).overloaded()).as("with %d", i).isFalse();
            fixture.open("10.1.0.1:" + (4000 + i), VIP);
        }
        assertThat(fixture.server(key, A).overloaded()).isTrue();
        assertThat(nextServer()).isEqualTo("REJECT");
        boolean[] overloadedWith = {false, false, true, true};
        for (int left = 3; left >= 0; left--) {
            fixture.packet(DirectorFixture.tcp("10.1.0.1:" + (4000 + left), VIP), RST);
            fixture.advance(10.1);
            assertThat(fixture.connectionsOf(key, A)).isEqualTo(left);
            assertThat(fixture.server(key, A).overloaded())
                    .as("with %d left", left)
                    .isEqualTo(overloadedWith[left]);
        }
    }

    @Test
    void overload_noLowerThreshold_clearedBelowThreeQuarters() {
        ServiceKey key = addWeb("rr", A);
        edit(key, A, 1, 4, 0);
        for (int i = 0; i < 4; i++) {
            fixture.open("10.1.0.1:" + (4000 + i), VIP);
        }
        fixture.packet(DirectorFixture.tcp("10.1.0.1:4000", VIP), RST);
        fixture.advance(10.1);
        assertThat(fixture.server(key, A).overloaded()).as("3 of 4").isTrue();
        fixture.packet(DirectorFixture.tcp("10.1.0.1:4001", VIP), RST);
        fixture.advance(10.1);
        assertThat(fixture.server(key, A).overloaded()).as("2 of 4").isFalse();
    }

    @Test
    void template_expiredWithConnections_extendedBySixtySecondsEachTime() {
        fixture.addService(
                VirtualService.builder(ServiceKey.tcp(VIP))
                        .scheduler("rr")
                        .persistent(10)
                        .build(),
                A,
                B);
        fixture.open("10.1.0.1:4000", VIP);
        fixture.advance(10.1);
        assertThat(DirectorFixture.seconds(fixture.template())).isEqualTo(59);
        fixture.open("10.1.0.1:4001", VIP);
        assertThat(DirectorFixture.seconds(fixture.template())).isEqualTo(60);
    }

    @Test
    void packet_serverRemoved_dropped() {
        ServiceKey key = addWeb("rr", A);
        fixture.open("10.1.0.1:4000", VIP);
        fixture.removeServer(key, A);
        assertThat(fixture.packet(FLOW, ACK)).isEqualTo("DROP");
        assertThat(fixture.packet(FLOW, SYN)).isEqualTo("DROP");
        assertThat(fixture.listed()).hasSize(1);
    }

    @Test
    void pick_mhQuiescedServer_refusedUnlessFallback() {
        ServiceKey key = ServiceKey.tcp(VIP);
        String[] servers = {"192.168.10.1:80", "192.168.10.2:80", "192.168.10.3:80"};
        fixture.addService(VirtualService.builder(key).scheduler("mh").build(), servers);
        assertThat(fixture.syn("10.0.0.1:1", VIP)).isEqualTo(servers[1]);
        fixture.setWeight(key, servers[1], 0);
        assertThat(fixture.syn("10.0.0.1:2", VIP)).isEqualTo("REJECT");
        assertThat(fixture.syn("10.0.0.2:2", VIP)).isEqualTo(servers[2]);
        assertThat(fixture.syn("192.168.1.1:2", VIP)).isEqualTo("REJECT");
        assertThat(fixture.syn("203.0.113.7:2", VIP)).isEqualTo(servers[0]);

        fixture.director.editService(VirtualService.builder(key)
                .scheduler("mh")
                .flag(SchedulerFlag.FALLBACK)
                .build());
        assertThat(fixture.syn("10.0.0.1:3", VIP)).isIn(servers[0], servers[2]);
    }

    @Test
    void pick_twos_randomFromZeroToSumOfWeightsInclusive() {
        FixedRandom random = new FixedRandom();
        DirectorFixture fixed = new DirectorFixture(builder -> builder.random(random));
        ServiceKey key = fixed.addService(
                VirtualService.builder(ServiceKey.tcp(VIP)).scheduler("twos").build(), A, B);
        fixed.setWeight(key, A, 3);
        fixed.setWeight(key, B, 4);
        random.value = 0;
        assertThat(fixed.syn("10.1.0.1:1", VIP))
                .as("zero selects the head, too")
                .isEqualTo(B);
        random.value = 4;
        assertThat(fixed.syn("10.1.0.1:2", VIP)).isEqualTo(B);
        random.value = 5;
        assertThat(fixed.syn("10.1.0.1:3", VIP)).isEqualTo(A);
        random.value = 7;
        assertThat(fixed.syn("10.1.0.1:4", VIP)).isEqualTo(A);
        assertThat(random.bounds).hasSize(8).containsOnly(8L);
    }

    private static final class FixedRandom implements RandomGenerator {
        private final List<Long> bounds = new ArrayList<>();
        private long value;

        @Override
        public long nextLong() {
            return value;
        }

        @Override
        public long nextLong(long bound) {
            bounds.add(bound);
            return value;
        }
    }

    @Test
    void editServer_wrr_headNextCurrentWeightKept() {
        ServiceKey key = addWeb("wrr");
        fixture.director.addServer(key, RealServer.builder(C).weight(2).build());
        fixture.director.addServer(key, RealServer.builder(B).weight(3).build());
        fixture.director.addServer(key, RealServer.builder(A).weight(4).build());
        assertThat(nextServers(7)).as("current weight 1, then 4, 3, 2").isEqualTo("ABC" + "A" + "AB" + "A");
        fixture.setWeight(key, C, 1);
        assertThat(nextServers(8))
                .as("starts at the head with current weight 2, then 1, 4, 3")
                .isEqualTo("AB" + "ABC" + "A" + "AB");
    }

    @Test
    void save_thresholds_omitted() {
        ServiceKey key = addWeb("rr", A);
        edit(key, A, 3, 100, 50);
        assertThat(Rules.of(fixture.director).print())
                .isEqualTo("-A -t 10.0.0.100:80 -s rr\n-a -t 10.0.0.100:80 -r 192.168.1.1:80 -m -w 3\n");
    }

    @Test
    void state_tcpAndUdp_timeoutAndActivityOfIpvs() {
        assertThat(Arrays.stream(ConnectionState.values())
                        .filter(state -> !state.name().startsWith("SCTP_"))
                        .map(state -> state.label() + " " + state.defaultTimeoutSeconds()
                                + (state.active() ? " active" : "")))
                .containsExactly(
                        "NONE 2",
                        "ESTABLISHED 900 active",
                        "SYN_SENT 120 active",
                        "SYN_RECV 60 active",
                        "FIN_WAIT 120",
                        "TIME_WAIT 120",
                        "CLOSE 10",
                        "CLOSE_WAIT 60",
                        "LAST_ACK 30",
                        "LISTEN 120",
                        "SYNACK 120 active",
                        "UDP 300");
    }
}
