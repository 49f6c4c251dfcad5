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

/** {@code drop_packet}, {@code drop_entry} and {@code secure_tcp} with simulated memory and randomness. */
class DefenceTest {
    private static final String VIP = "10.0.0.100:80";
    private static final String SERVER = "192.168.1.1:80";
    private static final String CLIENT = "10.1.0.1:4000";
    private static final long PLENTY = 1_000_000;

    private final AtomicLong pages = new AtomicLong(PLENTY);

    // The generator always returns zero, so that a sweep examines every connection.
    private final DirectorFixture fixture =
            new DirectorFixture(builder -> builder.availablePages(pages::get).random(() -> 0L));
    private final ServiceKey web =
            fixture.addService(VirtualService.builder(ServiceKey.tcp(VIP)).build(), SERVER);
    private int clients;

    /** Dispatches first packets of new clients; x stands for a dropped packet, a dot for a forwarded one. */
    private String flood(int packets) {
        StringBuilder seen = new StringBuilder();
        for (int i = 0; i < packets; i++) {
            int client = clients++;
            String answer = fixture.syn("10.2." + client / 250 + "." + client % 250 + ":4000", VIP);
            seen.append(answer.equals("DROP") ? 'x' : answer.equals(SERVER) ? '.' : '?');
        }
        return seen.toString();
    }

    // ---- drop_packet

    @Test
    void dropPacket_off_nothingDropped() {
        pages.set(0);
        fixture.advance(3);
        assertThat(flood(30)).isEqualTo(".".repeat(30));
        assertThat(fixture.director.limits().packetsDropped()).isZero();
    }

    @Test
    void dropPacket_always_everyNthDroppedFromTheFirst() {
        fixture.setSysctl(Sysctl.DROP_PACKET, 3);
        assertThat(flood(25)).isEqualTo("x.........x.........x....");
        fixture.advance(3);
        assertThat(flood(7)).as("the countdown continues across seconds").isEqualTo(".....x.");
        assertThat(fixture.director.limits().packetsDropped()).isEqualTo(4);

        fixture.setSysctl(Sysctl.AM_DROPRATE, 3);
        assertThat(flood(15)).as("a new rate applies after the next drop").isEqualTo("........x..x..x");
        fixture.setSysctl(Sysctl.AM_DROPRATE, 1);
        assertThat(flood(6)).isEqualTo("..xxxx");
        fixture.setSysctl(Sysctl.DROP_PACKET, 0);
        assertThat(flood(6)).isEqualTo("......");
    }

    @Test
    void dropPacket_packetOfNoNewConnection_notDropped() {
        fixture.open(CLIENT, VIP);
        fixture.setSysctl(Sysctl.AM_DROPRATE, 1);
        fixture.setSysctl(Sysctl.DROP_PACKET, 3);

        assertThat(fixture.packet(DirectorFixture.tcp(CLIENT, VIP), ACK)).isEqualTo(SERVER);
        assertThat(fixture.packet(DirectorFixture.tcp(CLIENT, VIP), SYN)).isEqualTo(SERVER);
        assertThat(fixture.packet(DirectorFixture.tcp("10.1.0.2:4000", VIP), ACK))
                .isEqualTo("PASS");
        assertThat(fixture.syn("10.1.0.2:4000", "10.0.0.100:81")).isEqualTo("PASS");
        assertThat(fixture.director.limits().packetsDropped()).isZero();
        assertThat(fixture.director
                        .open(DirectorFixture.tcp("10.1.0.2:4000", VIP))
                        .verdict())
                .isEqualTo(Verdict.DROP);
        assertThat(fixture.director.limits().packetsDropped()).isEqualTo(1);
    }

    @Test
    void dropPacket_automatic_rateFollowsTheShortage() {
        fixture.setSysctl(Sysctl.DROP_PACKET, 1);
        assertThat(flood(4)).isEqualTo("....");
        pages.set(768);
        fixture.advance(1);
        assertThat(fixture.director.sysctl(Sysctl.DROP_PACKET)).isEqualTo(2);
        assertThat(flood(10)).as("1024 / (1024 - 768) = 4").isEqualTo("...x...x..");
        fixture.advance(1);
        assertThat(flood(5)).as("the countdown restarts every second").isEqualTo("...x.");

        pages.set(512);
        fixture.advance(1);
        assertThat(flood(5)).isEqualTo(".x.x.");
        pages.set(0);
        fixture.advance(1);
        assertThat(flood(5)).isEqualTo("xxxxx");
        pages.set(-5);
        fixture.advance(1);
        assertThat(flood(3)).isEqualTo("xxx");

        pages.set(1024);
        fixture.advance(1);
        assertThat(fixture.director.sysctl(Sysctl.DROP_PACKET)).isEqualTo(1);
        assertThat(flood(5)).isEqualTo(".....");
    }

    // ---- modes

    @ParameterizedTest
    @EnumSource(
            value = Sysctl.class,
            names = {"DROP_ENTRY", "DROP_PACKET", "SECURE_TCP"})
    void automaticMode_memoryLowAndBack_flips(Sysctl sysctl) {
        fixture.setSysctl(sysctl, 1);
        fixture.advance(1);
        assertThat(fixture.director.sysctl(sysctl)).isEqualTo(1);
        pages.set(1023);
        fixture.advance(1);
        assertThat(fixture.director.sysctl(sysctl)).isEqualTo(2);
        pages.set(1024);
        fixture.advance(1);
        assertThat(fixture.director.sysctl(sysctl)).isEqualTo(1);

        fixture.setSysctl(sysctl, 2);
        assertThat(fixture.director.sysctl(sysctl))
                .as("set while memory is plenty")
                .isEqualTo(1);
        pages.set(0);
        fixture.setSysctl(Sysctl.AMEMTHRESH, 0);
        fixture.advance(1);
        assertThat(fixture.director.sysctl(sysctl))
                .as("nothing is below a threshold of zero")
                .isEqualTo(1);
        for (int fixed : new int[] {0, 3}) {
            fixture.setSysctl(sysctl, fixed);
            fixture.setSysctl(Sysctl.AMEMTHRESH, 1024);
            fixture.advance(1);
            assertThat(fixture.director.sysctl(sysctl)).isEqualTo(fixed);
        }
    }

    // ---- drop_entry

    /** An established connection of which the client has sent so many packets. */
    private void establish(String client, int packets) {
        fixture.syn(client, VIP);
        fixture.reply(Protocol.TCP, SERVER, client, ACK);
        for (int i = 1; i < packets; i++) {
            fixture.packet(DirectorFixture.tcp(client, VIP), ACK);
        }
    }

    private long dropped() {
        return fixture.director.limits().entriesDropped();
    }

    @Test
    void dropEntry_halfOpen_droppedAtTheNextSecond() {
        fixture.syn(CLIENT, VIP);
        fixture.setSysctl(Sysctl.DROP_ENTRY, 3);
        assertThat(fixture.listed()).hasSize(1);
        fixture.advance(1);
        assertThat(fixture.listed()).isEmpty();
        assertThat(fixture.connectionsOf(web, SERVER)).isZero();
        assertThat(dropped()).isEqualTo(1);
    }

    @Test
    void dropEntry_automaticWithEnoughMemory_dropsNothing() {
        fixture.syn(CLIENT, VIP);
        fixture.setSysctl(Sysctl.DROP_ENTRY, 1);
        fixture.advance(5);
        assertThat(fixture.listed()).hasSize(1);
        pages.set(0);
        fixture.advance(1);
        assertThat(fixture.listed()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
    void dropEntry_idleAfterFewPackets_everyIthDropped(int packets) {
        int count = packets * 5 + 1;
        for (int i = 0; i < count; i++) {
            establish("10.3.0.1:" + (2000 + i), packets);
        }
        fixture.advance(61);
        fixture.setSysctl(Sysctl.DROP_ENTRY, 3);
        fixture.advance(1);
        assertThat(dropped()).isEqualTo(6);
        assertThat(fixture.listed()).hasSize(count - 6);
        assertThat(fixture.server(web, SERVER).active()).isEqualTo(count - 6);
    }

    @Test
    void dropEntry_busyRecentOrClosing_kept() {
        establish("10.3.0.1:1", 9);
        fixture.advance(61);
        establish("10.3.0.2:1", 3);
        establish("10.3.0.3:1", 3);
        fixture.packet(DirectorFixture.tcp("10.3.0.3:1", VIP), FIN | ACK);
        fixture.setSysctl(Sysctl.DROP_ENTRY, 3);
        fixture.advance(30);
        assertThat(fixture.listed()).hasSize(3);
        assertThat(dropped()).isZero();
    }

    @Test
    void dropEntry_connectionsOfAnApplication_sameRules() {
        Connection halfOpen = fixture.director.open(DirectorFixture.tcp(CLIENT, VIP));
        Connection idle = fixture.director.open(DirectorFixture.tcp("10.1.0.2:4000", VIP));
        idle.established();
        Connection busy = fixture.director.open(DirectorFixture.tcp("10.1.0.3:4000", VIP));
        busy.established();
        for (int packet = 0; packet < 9; packet++) {
            busy.received(1);
        }
        fixture.setSysctl(Sysctl.DROP_ENTRY, 3);
        fixture.advance(1000);
        assertThat(halfOpen.expired()).isTrue();
        assertThat(idle.expired()).isTrue();
        assertThat(busy.expired()).isFalse();
        assertThat(fixture.listed()).hasSize(1);
        assertThat(dropped()).isEqualTo(2);
        halfOpen.close();
        assertThat(fixture.connectionsOf(web, SERVER)).isEqualTo(1);
    }

    @Test
    void dropEntry_udpAndSctp_rulesOfIpvs() {
        fixture.addService(
                VirtualService.builder(ServiceKey.udp("10.0.0.100:53")).build(), "192.168.1.1:53");
        ServiceKey sctp = ServiceKey.of(Protocol.SCTP, Endpoint.parse("10.0.0.100:2905"));
        fixture.addService(VirtualService.builder(sctp).build(), "192.168.1.1:2905");
        fixture.datagram(CLIENT, "10.0.0.100:53");
        fixture.packet(DirectorFixture.flow(Protocol.SCTP, CLIENT, "10.0.0.100:2905"), 1);
        fixture.setSysctl(Sysctl.DROP_ENTRY, 3);
        fixture.advance(1);
        assertThat(fixture.listed()).extracting(ConnectionSnapshot::protocol).containsExactly(Protocol.UDP);
        fixture.advance(58);
        assertThat(fixture.listed()).hasSize(1);
        fixture.advance(2);
        assertThat(fixture.listed()).isEmpty();
        assertThat(dropped()).isEqualTo(2);
    }

    @Test
    void dropEntry_templates_unconfirmedDroppedConfirmedKept() {
        String vip = "10.0.0.100:81";
        ServiceKey sticky = fixture.addService(
                VirtualService.builder(ServiceKey.tcp(vip)).persistent(300).build(), "192.168.1.1:81");
        fixture.syn("10.4.0.1:4000", vip);
        fixture.syn("10.4.0.2:4000", vip);
        fixture.reply(Protocol.TCP, "192.168.1.1:81", "10.4.0.2:4000", RST);
        fixture.open("10.4.0.3:4000", vip);
        fixture.packet(DirectorFixture.tcp("10.4.0.3:4000", vip), RST);
        fixture.advance(11);
        assertThat(fixture.templates()).hasSize(3);
        fixture.setSysctl(Sysctl.DROP_ENTRY, 3);
        fixture.advance(1);

        assertThat(fixture.template().client()).hasToString("10.4.0.3:0");
        assertThat(fixture.template().confirmed()).isTrue();
        assertThat(fixture.server(sticky, "192.168.1.1:81").persistent()).isEqualTo(1);
        assertThat(dropped())
                .as("the half-open connection and the template without one")
                .isEqualTo(2);
    }

    @Test
    void dropEntry_templateOfSingleDatagrams_idleTimeDecides() {
        String vip = "10.0.0.100:5060";
        fixture.addService(
                VirtualService.builder(ServiceKey.udp(vip))
                        .persistent(300)
                        .onePacket(true)
                        .build(),
                "192.168.1.1:5060");
        fixture.datagram("10.4.0.1:4000", vip);
        for (int i = 0; i < 9; i++) {
            fixture.datagram("10.4.0.2:4000", vip);
        }
        fixture.setSysctl(Sysctl.DROP_ENTRY, 3);
        fixture.advance(59);
        assertThat(fixture.templates()).hasSize(2);
        fixture.advance(2);
        assertThat(fixture.template().client()).hasToString("10.4.0.2:0");
        assertThat(dropped()).isEqualTo(1);
    }

    // ---- secure_tcp

    private void assertState(String state, int seconds) {
        assertThat(fixture.state()).isEqualTo(state);
        assertThat(DirectorFixture.seconds(fixture.connection())).isEqualTo(seconds);
    }

    @Test
    void secureTcp_recordedSteps_sameStates() {
        fixture.setSysctl(Sysctl.SECURE_TCP, 3);
        fixture.syn(CLIENT, VIP);
        assertState("SYN_RECV", 60);
        fixture.reply(Protocol.TCP, SERVER, CLIENT, SYN | ACK);
        assertState("SYNACK", 120);
        assertThat(fixture.server(web, SERVER).active()).isEqualTo(1);
        fixture.packet(DirectorFixture.tcp(CLIENT, VIP), ACK);
        assertState("SYNACK", 120);
        fixture.packet(DirectorFixture.tcp(CLIENT, VIP), FIN | ACK);
        assertState("SYNACK", 120);
        fixture.reply(Protocol.TCP, SERVER, CLIENT, ACK);
        assertState("ESTABLISHED", 900);
    }

    @Test
    void secureTcp_resetInSynack_closes() {
        fixture.setSysctl(Sysctl.SECURE_TCP, 3);
        fixture.open(CLIENT, VIP);
        assertState("SYNACK", 120);
        fixture.packet(DirectorFixture.tcp(CLIENT, VIP), RST);
        assertState("CLOSE", 10);
        assertThat(fixture.server(web, SERVER).active()).isZero();
    }

    @Test
    void secureTcp_automatic_tableFollowsTheMemory() {
        fixture.setSysctl(Sysctl.SECURE_TCP, 1);
        fixture.open(CLIENT, VIP);
        assertState("ESTABLISHED", 900);
        fixture.packet(DirectorFixture.tcp(CLIENT, VIP), RST);
        pages.set(0);
        fixture.advance(1);
        fixture.open(CLIENT, VIP);
        assertThat(fixture.state()).isEqualTo("SYNACK");
        pages.set(PLENTY);
        fixture.advance(1);
        fixture.packet(DirectorFixture.tcp(CLIENT, VIP), ACK);
        assertState("ESTABLISHED", 900);
    }
}
