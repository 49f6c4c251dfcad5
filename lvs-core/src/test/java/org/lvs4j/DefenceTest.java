package org.lvs4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.lvs4j.DirectorFixture.ACK;
import static org.lvs4j.DirectorFixture.FIN;
import static org.lvs4j.DirectorFixture.RST;
import static org.lvs4j.DirectorFixture.SYN;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.lvs4j.net.Endpoint;
import org.lvs4j.net.Protocol;
import org.lvs4j.service.ServiceKey;
import org.lvs4j.service.Sysctl;
import org.lvs4j.service.VirtualService;

/** drop_packet, drop_entry and secure_tcp, with memory and chance in the hands of the test. */
class DefenceTest {
    private static final String VIP = "10.0.0.100:80";
    private static final String SERVER = "192.168.1.1:80";
    private static final String CLIENT = "10.1.0.1:4000";
    private static final long PLENTY = 1_000_000;

    private final AtomicLong pages = new AtomicLong(PLENTY);

    // Chance zero: a sweep looks at every connection.
    private final DirectorFixture rig =
            new DirectorFixture(builder -> builder.availablePages(pages::get).random(() -> 0L));
    private final ServiceKey web =
            rig.service(VirtualService.builder(ServiceKey.tcp(VIP)).build(), SERVER);
    private int clients;

    /** Shows first packets of new clients: x for a dropped one, a dot for one that gets through. */
    private String flood(int packets) {
        StringBuilder seen = new StringBuilder();
        for (int i = 0; i < packets; i++) {
            int client = clients++;
            String answer = rig.syn("10.2." + client / 250 + "." + client % 250 + ":4000", VIP);
            seen.append(answer.equals("DROP") ? 'x' : answer.equals(SERVER) ? '.' : '?');
        }
        return seen.toString();
    }

    // ---- drop_packet

    @Test
    void dropPacket_off_nothingIsDroppedHoweverLowMemoryIs() {
        pages.set(0);
        rig.pass(3);
        assertThat(flood(30)).isEqualTo(".".repeat(30));
        assertThat(rig.director.limits().packetsDropped()).isZero();
    }

    @Test
    void dropPacket_always_oneInTheRateStartingWithTheFirst() {
        rig.set(Sysctl.DROP_PACKET, 3);
        assertThat(flood(25)).isEqualTo("x.........x.........x....");
        rig.pass(3);
        assertThat(flood(7)).as("the countdown goes on over the seconds").isEqualTo(".....x.");
        assertThat(rig.director.limits().packetsDropped()).isEqualTo(4);

        rig.set(Sysctl.AM_DROPRATE, 3);
        assertThat(flood(15)).as("a new rate counts from the next drop on").isEqualTo("........x..x..x");
        rig.set(Sysctl.AM_DROPRATE, 1);
        assertThat(flood(6)).isEqualTo("..xxxx");
        rig.set(Sysctl.DROP_PACKET, 0);
        assertThat(flood(6)).isEqualTo("......");
    }

    @Test
    void dropPacket_whatMakesNoConnection_isNeverDroppedNorCounted() {
        rig.open(CLIENT, VIP);
        rig.set(Sysctl.AM_DROPRATE, 1);
        rig.set(Sysctl.DROP_PACKET, 3);

        assertThat(rig.packet(DirectorFixture.tcp(CLIENT, VIP), ACK)).isEqualTo(SERVER);
        assertThat(rig.packet(DirectorFixture.tcp(CLIENT, VIP), SYN)).isEqualTo(SERVER);
        assertThat(rig.packet(DirectorFixture.tcp("10.1.0.2:4000", VIP), ACK)).isEqualTo("PASS");
        assertThat(rig.syn("10.1.0.2:4000", "10.0.0.100:81")).isEqualTo("PASS");
        assertThat(rig.director.limits().packetsDropped()).isZero();
        assertThat(rig.director.open(DirectorFixture.tcp("10.1.0.2:4000", VIP)).verdict())
                .isEqualTo(Verdict.DROP);
        assertThat(rig.director.limits().packetsDropped()).isEqualTo(1);
    }

    @Test
    void dropPacket_automatic_rateFollowsTheShortage() {
        rig.set(Sysctl.DROP_PACKET, 1);
        assertThat(flood(4)).isEqualTo("....");
        pages.set(768);
        rig.pass(1);
        assertThat(rig.director.sysctl(Sysctl.DROP_PACKET)).isEqualTo(2);
        assertThat(flood(10)).as("1024 / (1024 - 768) = 4").isEqualTo("...x...x..");
        rig.pass(1);
        assertThat(flood(5)).as("each second counts afresh").isEqualTo("...x.");

        pages.set(512);
        rig.pass(1);
        assertThat(flood(5)).isEqualTo(".x.x.");
        pages.set(0);
        rig.pass(1);
        assertThat(flood(5)).isEqualTo("xxxxx");
        pages.set(-5);
        rig.pass(1);
        assertThat(flood(3)).isEqualTo("xxx");

        pages.set(1024);
        rig.pass(1);
        assertThat(rig.director.sysctl(Sysctl.DROP_PACKET)).isEqualTo(1);
        assertThat(flood(5)).isEqualTo(".....");
    }

    // ---- modes

    @ParameterizedTest
    @EnumSource(
            value = Sysctl.class,
            names = {"DROP_ENTRY", "DROP_PACKET", "SECURE_TCP"})
    void automaticMode_memoryLowAndBack_flips(Sysctl sysctl) {
        rig.set(sysctl, 1);
        rig.pass(1);
        assertThat(rig.director.sysctl(sysctl)).isEqualTo(1);
        pages.set(1023);
        rig.pass(1);
        assertThat(rig.director.sysctl(sysctl)).isEqualTo(2);
        pages.set(1024);
        rig.pass(1);
        assertThat(rig.director.sysctl(sysctl)).isEqualTo(1);

        rig.set(sysctl, 2);
        assertThat(rig.director.sysctl(sysctl)).as("set while memory is plenty").isEqualTo(1);
        pages.set(0);
        rig.set(Sysctl.AMEMTHRESH, 0);
        rig.pass(1);
        assertThat(rig.director.sysctl(sysctl))
                .as("nothing is below a threshold of zero")
                .isEqualTo(1);
        for (int fixed : new int[] {0, 3}) {
            rig.set(sysctl, fixed);
            rig.set(Sysctl.AMEMTHRESH, 1024);
            rig.pass(1);
            assertThat(rig.director.sysctl(sysctl)).isEqualTo(fixed);
        }
    }

    // ---- drop_entry

    /** An established connection of which the client has sent so many packets. */
    private void establish(String client, int packets) {
        rig.syn(client, VIP);
        rig.reply(Protocol.TCP, SERVER, client, ACK);
        for (int i = 1; i < packets; i++) {
            rig.packet(DirectorFixture.tcp(client, VIP), ACK);
        }
    }

    private long dropped() {
        return rig.director.limits().entriesDropped();
    }

    @Test
    void dropEntry_halfOpen_isDroppedAtTheNextSecond() {
        rig.syn(CLIENT, VIP);
        rig.set(Sysctl.DROP_ENTRY, 3);
        assertThat(rig.listed()).hasSize(1);
        rig.pass(1);
        assertThat(rig.listed()).isEmpty();
        assertThat(rig.connectionsOf(web, SERVER)).isZero();
        assertThat(dropped()).isEqualTo(1);
    }

    @Test
    void dropEntry_automaticWithEnoughMemory_dropsNothing() {
        rig.syn(CLIENT, VIP);
        rig.set(Sysctl.DROP_ENTRY, 1);
        rig.pass(5);
        assertThat(rig.listed()).hasSize(1);
        pages.set(0);
        rig.pass(1);
        assertThat(rig.listed()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
    void dropEntry_idleAfterFewPackets_everyIthIsDropped(int packets) {
        int count = packets * 5 + 1;
        for (int i = 0; i < count; i++) {
            establish("10.3.0.1:" + (2000 + i), packets);
        }
        rig.pass(61);
        rig.set(Sysctl.DROP_ENTRY, 3);
        rig.pass(1);
        assertThat(dropped()).isEqualTo(6);
        assertThat(rig.listed()).hasSize(count - 6);
        assertThat(rig.server(web, SERVER).active()).isEqualTo(count - 6);
    }

    @Test
    void dropEntry_busyOrFreshOrClosing_isKept() {
        establish("10.3.0.1:1", 9);
        rig.pass(61);
        establish("10.3.0.2:1", 3);
        establish("10.3.0.3:1", 3);
        rig.packet(DirectorFixture.tcp("10.3.0.3:1", VIP), FIN | ACK);
        rig.set(Sysctl.DROP_ENTRY, 3);
        rig.pass(30);
        assertThat(rig.listed()).hasSize(3);
        assertThat(dropped()).isZero();
    }

    @Test
    void dropEntry_heldConnection_isNeverDropped() {
        Connection halfOpen = rig.director.open(DirectorFixture.tcp(CLIENT, VIP));
        rig.set(Sysctl.DROP_ENTRY, 3);
        rig.pass(300);
        assertThat(rig.listed()).hasSize(1);
        assertThat(dropped()).isZero();
        halfOpen.close();
        assertThat(rig.connectionsOf(web, SERVER)).isZero();
    }

    @Test
    void dropEntry_udpAndSctp_byTheirRules() {
        rig.service(VirtualService.builder(ServiceKey.udp("10.0.0.100:53")).build(), "192.168.1.1:53");
        ServiceKey sctp = ServiceKey.of(Protocol.SCTP, Endpoint.parse("10.0.0.100:2905"));
        rig.service(VirtualService.builder(sctp).build(), "192.168.1.1:2905");
        rig.datagram(CLIENT, "10.0.0.100:53");
        rig.packet(DirectorFixture.flow(Protocol.SCTP, CLIENT, "10.0.0.100:2905"), 1);
        rig.set(Sysctl.DROP_ENTRY, 3);
        rig.pass(1);
        assertThat(rig.listed()).extracting(ConnectionSnapshot::protocol).containsExactly(Protocol.UDP);
        rig.pass(58);
        assertThat(rig.listed()).hasSize(1);
        rig.pass(2);
        assertThat(rig.listed()).isEmpty();
        assertThat(dropped()).isEqualTo(2);
    }

    @Test
    void dropEntry_templates_unconfirmedGoConfirmedStay() {
        String vip = "10.0.0.100:81";
        ServiceKey sticky = rig.service(
                VirtualService.builder(ServiceKey.tcp(vip)).persistent(300).build(), "192.168.1.1:81");
        rig.syn("10.4.0.1:4000", vip);
        rig.syn("10.4.0.2:4000", vip);
        rig.reply(Protocol.TCP, "192.168.1.1:81", "10.4.0.2:4000", RST);
        rig.open("10.4.0.3:4000", vip);
        rig.packet(DirectorFixture.tcp("10.4.0.3:4000", vip), RST);
        rig.pass(11);
        assertThat(rig.templates()).hasSize(3);
        rig.set(Sysctl.DROP_ENTRY, 3);
        rig.pass(1);

        assertThat(rig.template().client()).hasToString("10.4.0.3:0");
        assertThat(rig.template().confirmed()).isTrue();
        assertThat(rig.server(sticky, "192.168.1.1:81").persistent()).isEqualTo(1);
        assertThat(dropped())
                .as("the half-open connection and the template without one")
                .isEqualTo(2);
    }

    @Test
    void dropEntry_templatesOfSingleDatagrams_goByHowIdleTheyAre() {
        String vip = "10.0.0.100:5060";
        rig.service(
                VirtualService.builder(ServiceKey.udp(vip))
                        .persistent(300)
                        .onePacket(true)
                        .build(),
                "192.168.1.1:5060");
        rig.datagram("10.4.0.1:4000", vip);
        for (int i = 0; i < 9; i++) {
            rig.datagram("10.4.0.2:4000", vip);
        }
        rig.set(Sysctl.DROP_ENTRY, 3);
        rig.pass(59);
        assertThat(rig.templates()).hasSize(2);
        rig.pass(2);
        assertThat(rig.template().client()).hasToString("10.4.0.2:0");
        assertThat(dropped()).isEqualTo(1);
    }

    // ---- secure_tcp

    private void check(String state, int seconds) {
        assertThat(rig.state()).isEqualTo(state);
        assertThat(DirectorFixture.seconds(rig.connection())).isEqualTo(seconds);
    }

    @Test
    void secureTcp_recordedSteps() {
        rig.set(Sysctl.SECURE_TCP, 3);
        rig.syn(CLIENT, VIP);
        check("SYN_RECV", 60);
        rig.reply(Protocol.TCP, SERVER, CLIENT, SYN | ACK);
        check("SYNACK", 120);
        assertThat(rig.server(web, SERVER).active()).isEqualTo(1);
        rig.packet(DirectorFixture.tcp(CLIENT, VIP), ACK);
        check("SYNACK", 120);
        rig.packet(DirectorFixture.tcp(CLIENT, VIP), FIN | ACK);
        check("SYNACK", 120);
        rig.reply(Protocol.TCP, SERVER, CLIENT, ACK);
        check("ESTABLISHED", 900);
    }

    @Test
    void secureTcp_resetInSynack_closes() {
        rig.set(Sysctl.SECURE_TCP, 3);
        rig.open(CLIENT, VIP);
        check("SYNACK", 120);
        rig.packet(DirectorFixture.tcp(CLIENT, VIP), RST);
        check("CLOSE", 10);
        assertThat(rig.server(web, SERVER).active()).isZero();
    }

    @Test
    void secureTcp_automatic_tableFollowsTheMemory() {
        rig.set(Sysctl.SECURE_TCP, 1);
        rig.open(CLIENT, VIP);
        check("ESTABLISHED", 900);
        rig.packet(DirectorFixture.tcp(CLIENT, VIP), RST);
        pages.set(0);
        rig.pass(1);
        rig.open(CLIENT, VIP);
        assertThat(rig.state()).isEqualTo("SYNACK");
        pages.set(PLENTY);
        rig.pass(1);
        rig.packet(DirectorFixture.tcp(CLIENT, VIP), ACK);
        check("ESTABLISHED", 900);
    }
}
