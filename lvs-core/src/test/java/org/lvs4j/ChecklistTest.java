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
import org.lvs4j.service.RealServer;
import org.lvs4j.service.SchedulerFlag;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.VirtualService;

/**
 * The rules of IPVS that a re-implementation is most likely to get wrong, one test each, through the director as an
 * application sees it. Whole tables are checked cell by cell beside the classes that hold them.
 */
class ChecklistTest {
    private static final String VIP = "10.0.0.100:80";
    private static final String A = "192.168.1.1:80";
    private static final String B = "192.168.1.2:80";
    private static final String C = "192.168.1.3:80";
    private static final Flow FLOW = DirectorFixture.tcp("10.1.0.1:4000", VIP);

    private final DirectorFixture rig = new DirectorFixture();
    private int clients;

    private ServiceKey web(String scheduler, String... servers) {
        return rig.service(
                VirtualService.builder(ServiceKey.tcp(VIP)).scheduler(scheduler).build(), servers);
    }

    private void edit(ServiceKey key, String server, int weight, int upper, int lower) {
        rig.director.editServer(
                key,
                new RealServer(
                        RealServer.builder(server).build().endpoint(),
                        weight,
                        org.lvs4j.service.Forwarding.masquerade(),
                        upper,
                        lower));
    }

    private String next() {
        return rig.syn("10.5." + clients / 250 + "." + clients++ % 250 + ":4000", VIP);
    }

    /** The last number of the address of each of the next servers, as letters. */
    private String next(int count) {
        StringBuilder letters = new StringBuilder();
        for (int i = 0; i < count; i++) {
            letters.append((char) ('A' + next().charAt("192.168.1.".length()) - '1'));
        }
        return letters.toString();
    }

    @Test
    void line01_rr_goesBackwardsInOrderOfAddition() {
        web("rr", A, B, C);
        assertThat(next(7)).isEqualTo("CBACBAC");
    }

    @Test
    void line02_edit_keepsThePlace_deleteAndAddGoesToTheHeadWithItsCounters() {
        ServiceKey key = web("rr", A, B, C);
        rig.weight(key, A, 5);
        assertThat(order(key)).containsExactly(C, B, A);
        rig.open("10.1.0.9:4000", VIP);
        rig.open("10.1.0.9:4001", VIP);
        rig.open("10.1.0.9:4002", VIP);
        ServerSnapshot before = rig.server(key, A);
        rig.remove(key, A);
        rig.director.addServer(key, RealServer.builder(A).build());

        assertThat(order(key)).containsExactly(A, C, B);
        assertThat(rig.server(key, A).traffic()).isEqualTo(before.traffic());
        assertThat(rig.server(key, A).active()).isEqualTo(1);
    }

    private List<String> order(ServiceKey key) {
        return rig.director.service(key).servers().stream()
                .map(server -> server.server().endpoint().toString())
                .toList();
    }

    @Test
    void line03_dh_ignoresWeightsAndEdits() {
        ServiceKey key = ServiceKey.mark(1);
        rig.service(VirtualService.builder(key).scheduler("dh").build(), A, B, C);
        List<String> before = byDestination();
        assertThat(before).contains(A, B, C).doesNotContain("REJECT");
        rig.weight(key, A, 100);
        rig.weight(key, B, 7);
        assertThat(byDestination()).isEqualTo(before);

        rig.weight(key, B, 0);
        assertThat(byDestination())
                .as("no fallback, and nobody else moves")
                .isEqualTo(before.stream()
                        .map(server -> server.equals(B) ? "REJECT" : server)
                        .toList());
    }

    private List<String> byDestination() {
        List<String> servers = new ArrayList<>();
        clients++;
        for (int i = 1; i <= 100; i++) {
            servers.add(rig.packet(
                    DirectorFixture.tcp("10.6.0.1:" + (clients * 200 + i), "10.0.1." + i + ":80")
                            .mark(1),
                    SYN));
        }
        return servers;
    }

    @Test
    void line04_sh_aServerOfWeightZeroHoldsABucket() {
        ServiceKey key = web("sh", A, B);
        rig.weight(key, B, 0);
        // Buckets 137 and 39 are odd, so A's; 136, 124 and 158 are B's, the head of the list.
        assertThat(rig.syn("10.0.0.1:1", VIP)).isEqualTo(A);
        assertThat(rig.syn("10.0.0.2:1", VIP)).isEqualTo(A);
        assertThat(rig.syn("192.168.1.1:1", VIP)).isEqualTo("REJECT");
        assertThat(rig.syn("203.0.113.7:1", VIP)).isEqualTo("REJECT");
        assertThat(rig.syn("255.255.255.255:1", VIP)).isEqualTo("REJECT");
    }

    @ParameterizedTest
    @CsvSource({"lc, 255, B", "lc, 256, A", "wlc, 255, B", "wlc, 256, A"})
    void line05_oneActiveWeighsAsMuchAs256Inactive(String scheduler, int inactive, String chosen) {
        ServiceKey key = web(scheduler, B, A);
        rig.weight(key, A, 0);
        for (int i = 0; i < inactive; i++) {
            String client = "10.7.0.1:" + (2000 + i);
            rig.open(client, VIP);
            rig.packet(DirectorFixture.tcp(client, VIP), RST);
        }
        rig.weight(key, A, 1);
        rig.weight(key, B, 0);
        rig.open("10.7.0.2:4000", VIP);
        rig.weight(key, B, 1);
        assertThat(rig.server(key, B).inactive()).isEqualTo(inactive);
        assertThat(rig.server(key, A).active()).isEqualTo(1);

        assertThat(next(1)).as("A is the head of the list, so a tie is A's").isEqualTo(chosen);
    }

    @Test
    void line06_udp_isNeverActive() {
        ServiceKey dns = rig.service(
                VirtualService.builder(ServiceKey.udp("10.0.0.100:53")).build(), "192.168.1.1:53");
        rig.datagram("10.1.0.1:4000", "10.0.0.100:53");
        rig.reply(Protocol.UDP, "192.168.1.1:53", "10.1.0.1:4000", 0);
        rig.datagram("10.1.0.1:4000", "10.0.0.100:53");
        assertThat(rig.server(dns, "192.168.1.1:53").active()).isZero();
        assertThat(rig.server(dns, "192.168.1.1:53").inactive()).isEqualTo(1);
    }

    @Test
    void line07_synRecv_isActive() {
        ServiceKey key = web("rr", A);
        rig.packet(FLOW, SYN);
        assertThat(rig.state()).isEqualTo("SYN_RECV");
        assertThat(rig.server(key, A).active()).isEqualTo(1);
        assertThat(rig.server(key, A).inactive()).isZero();
    }

    @Test
    void line08_overload_setAtTheUpperClearedBelowTheLowerThreshold() {
        ServiceKey key = web("rr", A);
        edit(key, A, 1, 4, 2);
        for (int i = 0; i < 4; i++) {
            assertThat(rig.server(key, A).overloaded()).as("with %d", i).isFalse();
            rig.open("10.1.0.1:" + (4000 + i), VIP);
        }
        assertThat(rig.server(key, A).overloaded()).isTrue();
        assertThat(next()).isEqualTo("REJECT");
        boolean[] overloadedWith = {false, false, true, true};
        for (int left = 3; left >= 0; left--) {
            rig.packet(DirectorFixture.tcp("10.1.0.1:" + (4000 + left), VIP), RST);
            rig.pass(10.1);
            assertThat(rig.connectionsOf(key, A)).isEqualTo(left);
            assertThat(rig.server(key, A).overloaded()).as("with %d left", left).isEqualTo(overloadedWith[left]);
        }
    }

    @Test
    void line08_overload_withoutALowerThreshold_clearedBelowThreeQuarters() {
        ServiceKey key = web("rr", A);
        edit(key, A, 1, 4, 0);
        for (int i = 0; i < 4; i++) {
            rig.open("10.1.0.1:" + (4000 + i), VIP);
        }
        rig.packet(DirectorFixture.tcp("10.1.0.1:4000", VIP), RST);
        rig.pass(10.1);
        assertThat(rig.server(key, A).overloaded()).as("3 of 4").isTrue();
        rig.packet(DirectorFixture.tcp("10.1.0.1:4001", VIP), RST);
        rig.pass(10.1);
        assertThat(rig.server(key, A).overloaded()).as("2 of 4").isFalse();
    }

    @Test
    void line09_template_isRearmedBySixtySecondsAndStaysSo() {
        rig.service(
                VirtualService.builder(ServiceKey.tcp(VIP))
                        .scheduler("rr")
                        .persistent(10)
                        .build(),
                A,
                B);
        rig.open("10.1.0.1:4000", VIP);
        rig.pass(10.1);
        assertThat(DirectorFixture.seconds(rig.template())).isEqualTo(59);
        rig.open("10.1.0.1:4001", VIP);
        assertThat(DirectorFixture.seconds(rig.template())).isEqualTo(60);
    }

    @Test
    void line10_deletedServer_itsConnectionsAreDroppedSilently() {
        ServiceKey key = web("rr", A);
        rig.open("10.1.0.1:4000", VIP);
        rig.remove(key, A);
        assertThat(rig.packet(FLOW, ACK)).isEqualTo("DROP");
        assertThat(rig.packet(FLOW, SYN)).isEqualTo("DROP");
        assertThat(rig.listed()).hasSize(1);
    }

    @Test
    void line11_mh_aQuiescedServerRefusesItsClientsUnlessFallback() {
        ServiceKey key = ServiceKey.tcp(VIP);
        String[] servers = {"192.168.10.1:80", "192.168.10.2:80", "192.168.10.3:80"};
        rig.service(VirtualService.builder(key).scheduler("mh").build(), servers);
        assertThat(rig.syn("10.0.0.1:1", VIP)).isEqualTo(servers[1]);
        rig.weight(key, servers[1], 0);
        assertThat(rig.syn("10.0.0.1:2", VIP)).isEqualTo("REJECT");
        assertThat(rig.syn("10.0.0.2:2", VIP)).isEqualTo(servers[2]);
        assertThat(rig.syn("192.168.1.1:2", VIP)).isEqualTo("REJECT");
        assertThat(rig.syn("203.0.113.7:2", VIP)).isEqualTo(servers[0]);

        rig.director.editService(VirtualService.builder(key)
                .scheduler("mh")
                .flag(SchedulerFlag.FALLBACK)
                .build());
        assertThat(rig.syn("10.0.0.1:3", VIP)).isIn(servers[0], servers[2]);
    }

    @Test
    void line12_twos_drawsFromZeroToTheSumOfWeightsInclusive() {
        Lots lots = new Lots();
        DirectorFixture fixed = new DirectorFixture(builder -> builder.random(lots));
        ServiceKey key = fixed.service(
                VirtualService.builder(ServiceKey.tcp(VIP)).scheduler("twos").build(), A, B);
        fixed.weight(key, A, 3);
        fixed.weight(key, B, 4);
        lots.lot = 0;
        assertThat(fixed.syn("10.1.0.1:1", VIP)).as("zero is the head's too").isEqualTo(B);
        lots.lot = 4;
        assertThat(fixed.syn("10.1.0.1:2", VIP)).isEqualTo(B);
        lots.lot = 5;
        assertThat(fixed.syn("10.1.0.1:3", VIP)).isEqualTo(A);
        lots.lot = 7;
        assertThat(fixed.syn("10.1.0.1:4", VIP)).isEqualTo(A);
        assertThat(lots.bounds).hasSize(8).containsOnly(8L);
    }

    private static final class Lots implements RandomGenerator {
        private final List<Long> bounds = new ArrayList<>();
        private long lot;

        @Override
        public long nextLong() {
            return lot;
        }

        @Override
        public long nextLong(long bound) {
            bounds.add(bound);
            return lot;
        }
    }

    @Test
    void line13_wrr_anEditRestartsAtTheHeadAndKeepsTheCurrentWeight() {
        ServiceKey key = web("wrr");
        rig.director.addServer(key, RealServer.builder(C).weight(2).build());
        rig.director.addServer(key, RealServer.builder(B).weight(3).build());
        rig.director.addServer(key, RealServer.builder(A).weight(4).build());
        assertThat(next(7)).as("current weight 1, then 4, 3, 2").isEqualTo("ABC" + "A" + "AB" + "A");
        rig.weight(key, C, 1);
        assertThat(next(8)).as("from the head at 2, then 1, 4, 3").isEqualTo("AB" + "ABC" + "A" + "AB");
    }

    @Test
    void line14_save_omitsThresholds() {
        ServiceKey key = web("rr", A);
        edit(key, A, 3, 100, 50);
        assertThat(Rules.of(rig.director).print())
                .isEqualTo("-A -t 10.0.0.100:80 -s rr\n-a -t 10.0.0.100:80 -r 192.168.1.1:80 -m -w 3\n");
    }

    @Test
    void line15_tcpAndUdpStates_timeoutsAndActivityAsListed() {
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
